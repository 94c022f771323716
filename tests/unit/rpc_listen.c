/* SPDX-License-Identifier: BSD-3-Clause */
/* Where our server listens. */
#include "rpc_world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void a_unix_socket_is_nobody_elses(void **state)
{
	struct world *world = *state;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat status;
	int other;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/s", world->directory);
	snprintf(world->where, sizeof(world->where), "unix:%s", name.sun_path);
	other = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(other, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(other, 1), 0);
	assert_int_equal(
		rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE),
		-EADDRINUSE);
	close(other);
	/* What a killed process left is replaced. */
	assert_true(rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE) >
		    0);
	assert_int_equal(stat(name.sun_path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0660);
	unlink(name.sun_path);
	assert_int_equal(mkdir(name.sun_path, 0700), 0);
	assert_int_equal(
		rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE),
		-EEXIST);
	rmdir(name.sun_path);
}

static void where_nobody_can_listen(void **state)
{
	static const char *const wrong[] = {"",		 "127.0.0.1", "localhost:1", ":1",
					    "::1:1",	 "[::1]:",    "[::1]:65536", "1.2.3.4:1x",
					    "unix:path", "unix:",     "[1.2.3.4]:1", "tcp:1"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		world->error[0] = '\0';
		assert_int_equal(
			rpc_server_listen(world->server, wrong[i], NULL, world->error, ERROR_SIZE),
			-EINVAL);
		assert_non_null(strstr(world->error, "ADDRESS:PORT"));
	}
	assert_int_equal(
		rpc_server_listen(world->server, "192.0.2.77:1", NULL, world->error, ERROR_SIZE),
		-EADDRNOTAVAIL);
	assert_non_null(strstr(world->error, "cannot listen on 192.0.2.77:1"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_unix_socket_is_nobody_elses),
		CASE(where_nobody_can_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
