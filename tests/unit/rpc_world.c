/* SPDX-License-Identifier: BSD-3-Clause */
#include "rpc_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void echo(void *context, struct rpc_exchange *exchange, const uint8_t *message, size_t bytes)
{
	(void)context;
	rpc_exchange_answer(exchange, message, bytes);
}

static void hold(void *context, struct rpc_exchange *exchange, const uint8_t *message, size_t bytes)
{
	struct world *world = context;

	(void)message;
	(void)bytes;
	world->held[world->held_count++] = exchange;
}

static const struct rpc_method methods[] = {{ECHO_METHOD, echo}, {HOLD_METHOD, hold}};

static void answered(void *arg, enum rpc_status status, const char *details, const uint8_t *bytes,
		     size_t size)
{
	struct answer *answer = arg;

	assert_false(answer->told);
	answer->told = true;
	answer->status = status;
	snprintf(answer->details, sizeof(answer->details), "%s", details);
	answer->size = size;
	assert_true(size <= MAX_BYTES);
	if (size > 0)
		memcpy(answer->bytes, bytes, size);
}

void server_open(struct world *world)
{
	struct rpc_server_config config = {
		.methods = methods,
		.method_count = sizeof(methods) / sizeof(methods[0]),
		.context = world,
		.max_message_bytes = MAX_BYTES,
		.max_in_flight = MAX_IN_FLIGHT,
		.max_of_client = world->max_of_client,
		.client_ms = 500,
	};

	world->server = rpc_server_create(world->rpc, &config);
	assert_non_null(world->server);
}

void channel_open(struct world *world, const char *target, const struct rpc_tls *tls)
{
	struct rpc_channel_config config = {
		.target = target,
		.tls = tls,
		.max_message_bytes = MAX_BYTES,
		.max_in_flight = CALLS,
	};

	world->channel = rpc_channel_open(world->rpc, &config, world->error, ERROR_SIZE);
	if (world->channel == NULL)
		fail_msg("%s", world->error);
}

int world_set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	snprintf(world->directory, sizeof(world->directory), "/tmp/bgw-rpc.XXXXXX");
	assert_non_null(mkdtemp(world->directory));
	assert_int_equal(uv_loop_init(&world->loop), 0);
	world->rpc = rpc_create(&world->loop, NULL);
	assert_non_null(world->rpc);
	server_open(world);
	*state = world;
	return 0;
}

int world_tear_down(void **state)
{
	struct world *world = *state;
	char command[96];

	rpc_channel_close(world->channel);
	rpc_server_close(world->server);
	rpc_destroy(world->rpc);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	snprintf(command, sizeof(command), "rm -r %s", world->directory);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

void connect_both(struct world *world)
{
	snprintf(world->where, sizeof(world->where), "unix:%s/s", world->directory);
	if (rpc_server_listen(world->server, world->where, NULL, world->error, ERROR_SIZE) < 0)
		fail_msg("%s", world->error);
	rpc_server_start(world->server);
	channel_open(world, world->where, NULL);
}

struct rpc_call *call(struct world *world, unsigned int index, const char *method,
		      const void *bytes, size_t size, uint32_t timeout_ms)
{
	world->answers[index].told = false;
	return rpc_call_start(world->channel, method, bytes, size, timeout_ms, answered,
			      &world->answers[index]);
}

static void end_wait(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

bool turn_until(struct world *world, const bool *told, uint64_t limit_ms)
{
	bool late = false;
	uv_timer_t timer;

	uv_timer_init(&world->loop, &timer);
	timer.data = &late;
	uv_update_time(&world->loop);
	uv_timer_start(&timer, end_wait, limit_ms, 0);
	while (!late && (told == NULL || !*told))
		uv_run(&world->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	return told != NULL && *told;
}

void await_held(struct world *world, unsigned int count)
{
	for (unsigned int i = 0; i < 200 && world->held_count < count; i++)
		turn_until(world, NULL, 50);
	assert_int_equal(world->held_count, count);
}

const struct answer *await(struct world *world, unsigned int index)
{
	assert_true(turn_until(world, &world->answers[index].told, 10000));
	return &world->answers[index];
}

void expect_status(struct world *world, unsigned int index, enum rpc_status status,
		   const char *details)
{
	const struct answer *answer = await(world, index);

	if (answer->status != status || strstr(answer->details, details) == NULL)
		fail_msg("status %d, \"%s\"", (int)answer->status, answer->details);
}

void expect_echo(struct world *world, unsigned int index, const void *bytes, size_t size)
{
	expect_status(world, index, RPC_OK, "");
	assert_int_equal(world->answers[index].size, size);
	assert_memory_equal(world->answers[index].bytes, bytes, size);
}
