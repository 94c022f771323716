/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to others: they go where the caller says, whatever the host's name leads to, and nowhere
 * else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_client.h"
#include "loop.h"

#define TIMEOUT_MS 20000

/* A server that answers one connection and counts the others. */
struct server {
	pthread_t thread;
	int listening;
	uint16_t port;
	const char *answer;
	char request[2048];
};

struct world {
	struct loop *loop;
	struct http_client *client;
	struct server server;
	enum http_outcome outcome;
	unsigned int status;
	unsigned int calls;
	char why[256];
};

static void *serve(void *arg)
{
	struct server *server = arg;
	size_t length = 0;
	ssize_t count;
	int connection = accept(server->listening, NULL, NULL);

	if (connection < 0)
		return NULL;
	while (strstr(server->request, "\r\n\r\n") == NULL &&
	       (count = read(connection, server->request + length,
			     sizeof(server->request) - 1 - length)) > 0)
		length += (size_t)count;
	if (write(connection, server->answer, strlen(server->answer)) < 0)
		server->request[0] = '\0';
	close(connection);
	return NULL;
}

static void server_start(struct server *server, const char *answer)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	server->answer = answer;
	server->listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listening, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(server->listening, 8), 0);
	assert_int_equal(getsockname(server->listening, (struct sockaddr *)&at, &size), 0);
	server->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void called(void *arg, enum http_outcome outcome, unsigned int status, const char *body,
		   size_t length, const char *why)
{
	struct world *world = arg;

	(void)body;
	(void)length;
	world->outcome = outcome;
	world->status = status;
	world->calls++;
	snprintf(world->why, sizeof(world->why), "%s", why);
	loop_stop(world->loop);
}

/* Asks a host of that name at the server's address, and waits for what comes of it. */
static void ask(struct world *world, const char *host)
{
	struct http_request request = {
		.method = "POST",
		.port = world->server.port,
		.address = {.family = 4, .bytes = {127, 0, 0, 1}},
		.body = "{}",
		.length = 2,
		.timeout_ms = TIMEOUT_MS,
		.answer_max_bytes = 64,
	};
	char url[256];

	snprintf(url, sizeof(url), "http://%s:%u/path", host, world->server.port);
	request.url = url;
	assert_non_null(http_client_call(world->client, &request, called, world));
	loop_run(world->loop);
	assert_int_equal(world->calls, 1);
	/* Where nobody came, it waits no longer. */
	shutdown(world->server.listening, SHUT_RDWR);
	pthread_join(world->server.thread, NULL);
	close(world->server.listening);
}

static int set_up(void **state)
{
	static struct world world;
	struct error error;

	world = (struct world){.loop = loop_create()};
	assert_non_null(world.loop);
	world.client = http_client_create(world.loop, &error);
	assert_non_null(world.client);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	http_client_destroy(world->client);
	loop_destroy(world->loop);
	return 0;
}

/* Nobody has that name, so that asking for it once more would fail. */
static void goes_to_the_address_whatever_the_name(void **state)
{
	struct world *world = *state;

	server_start(&world->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	ask(world, "peer.invalid");
	assert_string_equal(world->why, "No error");
	assert_int_equal(world->outcome, HTTP_ANSWERED);
	assert_int_equal(world->status, 200);
	assert_non_null(strstr(world->server.request, "POST /path HTTP/1.1\r\n"));
	assert_non_null(strstr(world->server.request, "Host: peer.invalid:"));
}

/* An address of nobody's, for documentation. */
static void goes_to_the_address_whatever_the_url(void **state)
{
	struct world *world = *state;

	server_start(&world->server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	ask(world, "198.51.100.77");
	assert_int_equal(world->outcome, HTTP_ANSWERED);
}

static void follows_nobody(void **state)
{
	struct world *world = *state;

	server_start(&world->server, "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\n"
				     "Content-Length: 0\r\n\r\n");
	ask(world, "peer.invalid");
	assert_int_equal(world->outcome, HTTP_ANSWERED);
	assert_int_equal(world->status, 307);
}

static void takes_no_more_than_it_wants(void **state)
{
	struct world *world = *state;

	server_start(&world->server,
		     "HTTP/1.1 200 OK\r\n\r\n"
		     "0123456789012345678901234567890123456789012345678901234567890123456789");
	ask(world, "peer.invalid");
	assert_int_equal(world->outcome, HTTP_TOO_LARGE);
}

static void an_end_before_the_answer_is_none(void **state)
{
	struct world *world = *state;

	server_start(&world->server, "");
	ask(world, "peer.invalid");
	assert_int_equal(world->outcome, HTTP_BROKEN);
	assert_true(world->why[0] != '\0');
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(goes_to_the_address_whatever_the_name),
		CASE(goes_to_the_address_whatever_the_url),
		CASE(follows_nobody),
		CASE(takes_no_more_than_it_wants),
		CASE(an_end_before_the_answer_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
