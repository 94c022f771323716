/* SPDX-License-Identifier: BSD-3-Clause */
/* Unary calls between our client and our server, over sockets. */
#include "rpc_world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_message_comes_back(void **state)
{
	static const uint8_t largest[MAX_BYTES] = {1, [MAX_BYTES - 1] = 2};
	struct world *world = *state;

	connect_both(world);
	assert_non_null(call(world, 0, ECHO_METHOD, "hello", 5, 5000));
	assert_false(world->answers[0].told);
	expect_echo(world, 0, "hello", 5);
	assert_non_null(call(world, 1, ECHO_METHOD, "", 0, 5000));
	expect_echo(world, 1, "", 0);
	assert_non_null(call(world, 2, ECHO_METHOD, largest, sizeof(largest), 5000));
	expect_echo(world, 2, largest, sizeof(largest));
}

static void tcp_with_any_port(void **state)
{
	struct world *world = *state;
	int port = rpc_server_listen(world->server, "127.0.0.1:0", NULL, world->error, ERROR_SIZE);

	assert_true(port > 0);
	rpc_server_start(world->server);
	snprintf(world->where, sizeof(world->where), "127.0.0.1:%d", port);
	channel_open(world, world->where, NULL);
	assert_non_null(call(world, 0, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 0, "x", 1);
}

static void a_method_that_is_not_there(void **state)
{
	struct world *world = *state;

	connect_both(world);
	assert_non_null(call(world, 0, "/test.Test/Other", "x", 1, 5000));
	expect_status(world, 0, RPC_UNIMPLEMENTED, "no such method");
}

static void a_message_too_large(void **state)
{
	static const uint8_t large[MAX_BYTES + 1];
	struct world *world = *state;

	connect_both(world);
	assert_non_null(call(world, 0, ECHO_METHOD, large, sizeof(large), 5000));
	expect_status(world, 0, RPC_RESOURCE_EXHAUSTED, "");
	assert_non_null(call(world, 1, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 1, "x", 1);
}

static void an_answer_too_large(void **state)
{
	static const uint8_t large[MAX_BYTES + 1];
	struct world *world = *state;

	connect_both(world);
	assert_non_null(call(world, 0, HOLD_METHOD, "x", 1, 5000));
	await_held(world, 1);
	rpc_exchange_answer(world->held[0], large, sizeof(large));
	expect_status(world, 0, RPC_RESOURCE_EXHAUSTED, "");
}

static void a_deadline(void **state)
{
	struct world *world = *state;

	connect_both(world);
	assert_non_null(call(world, 0, HOLD_METHOD, "x", 1, 1000));
	expect_status(world, 0, RPC_DEADLINE_EXCEEDED, "");
	/* The client has given up; the handler need not know. */
	assert_int_equal(world->held_count, 1);
	rpc_exchange_answer(world->held[0], "x", 1);
	turn_until(world, NULL, 100);
}

static void a_call_given_up(void **state)
{
	struct world *world = *state;
	struct rpc_call *given_up;

	connect_both(world);
	given_up = call(world, 0, HOLD_METHOD, "x", 1, 5000);
	assert_non_null(given_up);
	turn_until(world, NULL, 100);
	rpc_call_cancel(given_up);
	turn_until(world, NULL, 200);
	assert_false(world->answers[0].told);
	rpc_exchange_refuse(world->held[0], RPC_UNAVAILABLE, "late");
	assert_non_null(call(world, 1, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 1, "x", 1);
}

static void the_client_bounds_its_calls(void **state)
{
	struct world *world = *state;

	connect_both(world);
	for (unsigned int i = 0; i < CALLS; i++)
		assert_non_null(call(world, i, HOLD_METHOD, "x", 1, 5000));
	errno = 0;
	assert_null(call(world, 0, HOLD_METHOD, "x", 1, 5000));
	assert_int_equal(errno, EBUSY);
}

/* The client hears its answer before the server is done with the call. */
static void await_room(struct world *world, unsigned int index)
{
	for (unsigned int i = 0; i < 200; i++) {
		assert_non_null(call(world, index, ECHO_METHOD, "x", 1, 5000));
		if (await(world, index)->status != RPC_RESOURCE_EXHAUSTED)
			return;
		turn_until(world, NULL, 50);
	}
}

static void the_server_bounds_its_calls(void **state)
{
	struct world *world = *state;
	struct rpc_channel *first;

	connect_both(world);
	/* What one connection may not have is held back by its client, so there are two. */
	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++)
		assert_non_null(call(world, i, HOLD_METHOD, "x", 1, 5000));
	await_held(world, MAX_IN_FLIGHT);
	first = world->channel;
	channel_open(world, world->where, NULL);
	assert_non_null(call(world, MAX_IN_FLIGHT, ECHO_METHOD, "x", 1, 5000));
	expect_status(world, MAX_IN_FLIGHT, RPC_RESOURCE_EXHAUSTED, "too many calls");
	rpc_exchange_answer(world->held[0], "y", 1);
	turn_until(world, &world->answers[0].told, 5000);
	await_room(world, MAX_IN_FLIGHT);
	expect_echo(world, MAX_IN_FLIGHT, "x", 1);
	rpc_channel_close(first);
}

static void one_client_does_not_keep_out_others(void **state)
{
	struct world *world = *state;
	struct rpc_channel *first;
	char other[64];
	int port4, port6;

	rpc_server_close(world->server);
	world->max_of_client = MAX_IN_FLIGHT / 2;
	server_open(world);
	port4 = rpc_server_listen(world->server, "127.0.0.1:0", NULL, world->error, ERROR_SIZE);
	port6 = rpc_server_listen(world->server, "[::1]:0", NULL, world->error, ERROR_SIZE);
	assert_true(port4 > 0);
	if (port6 <= 0)
		fail_msg("%s", world->error);
	rpc_server_start(world->server);
	snprintf(world->where, sizeof(world->where), "127.0.0.1:%d", port4);
	snprintf(other, sizeof(other), "[::1]:%d", port6);
	channel_open(world, world->where, NULL);
	for (unsigned int i = 0; i < MAX_IN_FLIGHT / 2; i++)
		assert_non_null(call(world, i, HOLD_METHOD, "x", 1, 5000));
	await_held(world, MAX_IN_FLIGHT / 2);
	assert_non_null(call(world, 4, ECHO_METHOD, "x", 1, 5000));
	expect_status(world, 4, RPC_RESOURCE_EXHAUSTED, "too many calls");
	first = world->channel;
	channel_open(world, other, NULL);
	assert_non_null(call(world, 5, ECHO_METHOD, "y", 1, 5000));
	expect_echo(world, 5, "y", 1);
	rpc_channel_close(first);
}

static void a_server_that_is_away(void **state)
{
	struct world *world = *state;

	snprintf(world->where, sizeof(world->where), "unix:%s/s", world->directory);
	channel_open(world, world->where, NULL);
	assert_non_null(call(world, 0, ECHO_METHOD, "x", 1, 5000));
	expect_status(world, 0, RPC_UNAVAILABLE, "");
	assert_true(rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE) >
		    0);
	rpc_server_start(world->server);
	/* It is found at once, not after a back-off. */
	assert_non_null(call(world, 1, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 1, "x", 1);

	rpc_server_close(world->server);
	assert_non_null(call(world, 2, ECHO_METHOD, "x", 1, 5000));
	expect_status(world, 2, RPC_UNAVAILABLE, "");
	server_open(world);
	assert_true(rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE) >
		    0);
	rpc_server_start(world->server);
	assert_non_null(call(world, 3, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 3, "x", 1);
}

static uint64_t signals_of_thread(const char *name)
{
	char command[160], line[64] = "";
	FILE *output;

	snprintf(command, sizeof(command),
		 "for t in /proc/%d/task/*; do grep -qx '%s' $t/comm && "
		 "sed -n 's/^SigBlk:\t//p' $t/status; done",
		 (int)getpid(), name);
	output = popen(command, "r");
	assert_non_null(output);
	assert_non_null(fgets(line, sizeof(line), output));
	pclose(output);
	return strtoull(line, NULL, 16);
}

static void threads_take_no_signals(void **state)
{
	struct world *world = *state;
	uint64_t blocked;
	sigset_t ours;

	connect_both(world);
	assert_non_null(call(world, 0, ECHO_METHOD, "x", 1, 5000));
	expect_echo(world, 0, "x", 1);
	blocked = signals_of_thread("bgw-rpc");
	assert_true((blocked & (UINT64_C(1) << (SIGTERM - 1))) != 0);
	assert_true((blocked & (UINT64_C(1) << (SIGINT - 1))) != 0);
	sigprocmask(SIG_SETMASK, NULL, &ours);
	assert_int_equal(sigismember(&ours, SIGTERM), 0);
}

static void closing_with_calls_in_flight(void **state)
{
	struct world *world = *state;

	connect_both(world);
	for (unsigned int i = 0; i < CALLS; i++)
		assert_non_null(
			call(world, i, i % 2 == 0 ? HOLD_METHOD : ECHO_METHOD, "x", 1, 5000));
	if (turn_until(world, &world->answers[1].told, 1000))
		rpc_channel_close(world->channel);
	world->channel = NULL;
	assert_false(world->answers[0].told);
}

static void closing_tells_nobody_else(void **state)
{
	struct world *world = *state;
	struct rpc_channel *first;

	connect_both(world);
	assert_non_null(call(world, 0, HOLD_METHOD, "x", 1, 5000));
	await_held(world, 1);
	first = world->channel;
	channel_open(world, world->where, NULL);
	assert_non_null(call(world, 1, HOLD_METHOD, "x", 1, 5000));
	await_held(world, 2);
	/* Its end is there to be told. */
	rpc_exchange_answer(world->held[1], "y", 1);
	usleep(200000);
	rpc_channel_close(first);
	assert_false(world->answers[1].told);
	expect_status(world, 1, RPC_OK, "");
	assert_false(world->answers[0].told);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_message_comes_back),
		CASE(tcp_with_any_port),
		CASE(a_method_that_is_not_there),
		CASE(a_message_too_large),
		CASE(an_answer_too_large),
		CASE(a_deadline),
		CASE(a_call_given_up),
		CASE(the_client_bounds_its_calls),
		CASE(the_server_bounds_its_calls),
		CASE(one_client_does_not_keep_out_others),
		CASE(a_server_that_is_away),
		CASE(threads_take_no_signals),
		CASE(closing_with_calls_in_flight),
		CASE(closing_tells_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
