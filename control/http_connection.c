/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_connection.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "loop.h"

#define NS_PER_S	   UINT64_C(1000000000)
#define ANSWER_BYTES_PER_S (64u << 10)

static int descriptor(const struct http_connection *connection)
{
	return MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
		->connect_fd;
}

void http_connection_end(const struct http_connection *connection)
{
	const struct linger drop = {.l_onoff = 1};

	/* What an answer has left in the kernel would be kept there until it is taken. */
	if (connection->until_ns != 0)
		setsockopt(descriptor(connection), SOL_SOCKET, SO_LINGER, &drop, sizeof(drop));
	shutdown(descriptor(connection), SHUT_RDWR);
}

void http_connection_source(const struct http_connection *connection, struct bgw_address *address)
{
	const struct sockaddr *from =
		MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			->client_addr;

	*address = (struct bgw_address){0};
	if (from->sa_family == AF_INET) {
		address->family = 4;
		memcpy(address->bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		address->family = 6;
		memcpy(address->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	}
}

void http_connection_peer(const struct http_connection *connection, struct http_peer *peer)
{
	const struct sockaddr *address =
		MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			->client_addr;
	char host[INET6_ADDRSTRLEN] = "";
	struct ucred process;
	socklen_t size = sizeof(process);

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(peer->address, sizeof(peer->address), "%s:%u", host, ntohs(v4->sin_port));
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(peer->address, sizeof(peer->address), "[%s]:%u", host,
			 ntohs(v6->sin6_port));
	} else if (getsockopt(descriptor(connection), SOL_SOCKET, SO_PEERCRED, &process, &size) ==
		   0) {
		peer->is_process = true;
		peer->uid = process.uid;
		peer->pid = process.pid;
	}
}

static bool waits(const struct http_connection *connection)
{
	return !connection->busy && connection->until_ns == 0;
}

static void make_room(struct http_connections *connections)
{
	struct http_connection *oldest = NULL;

	for (struct http_connection *c = connections->first->next; c != NULL; c = c->next)
		if (waits(c) &&
		    (oldest == NULL || c->admitted < oldest->admitted ||
		     (c->admitted == oldest->admitted && c->since_ns <= oldest->since_ns)))
			oldest = c;
	if (oldest == NULL)
		return;
	http_connection_end(oldest);
	connections->made_room = true;
}

struct http_connection *http_connection_open(struct http_connections *connections,
					     struct MHD_Connection *mhd)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	connection->mhd = mhd;
	connection->opened_ns = connection->since_ns = loop_now_ns();
	connection->next = connections->first;
	connection->previous = &connections->first;
	if (connection->next != NULL)
		connection->next->previous = &connection->next;
	connections->first = connection;
	if (++connections->count >= connections->limit)
		make_room(connections);
	return connection;
}

void http_connection_close(struct http_connections *connections, struct http_connection *connection)
{
	connections->count--;
	*connection->previous = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	free(connection);
}

uint64_t http_connections_oldest_ns(const struct http_connections *connections)
{
	uint64_t oldest_ns = UINT64_MAX;

	for (const struct http_connection *c = connections->first; c != NULL; c = c->next)
		oldest_ns = c->opened_ns;
	return oldest_ns;
}

void http_connection_answer(struct http_connection *connection, size_t length, uint64_t limit_ns)
{
	connection->until_ns = loop_now_ns() + limit_ns + length / ANSWER_BYTES_PER_S * NS_PER_S;
}

void http_connections_sweep(const struct http_connections *connections, uint64_t limit_ns)
{
	uint64_t now_ns = loop_now_ns();

	for (const struct http_connection *c = connections->first; c != NULL; c = c->next)
		if (c->until_ns != 0 ? now_ns >= c->until_ns
				     : !c->busy && now_ns - c->since_ns >= limit_ns)
			http_connection_end(c);
}
