/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of a run on their way to a peer's service, which may have no room for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "negotiation/call.h"
#include "negotiation/delivery.h"
#include "rpc/server.h"

static const uint8_t key[NEGOTIATION_KEY_BYTES] = {1, 2, 3};

struct world {
	struct control control;
	struct rpc_server *server;
	struct delivery *delivery;
	char directory[64];
	enum rpc_status refusal;
	unsigned int refusals; /* that are to come */
	unsigned int calls, taken, failed;
	char why[DELIVERY_WHY_SIZE];
};

static void say(void *context, struct rpc_exchange *exchange, const uint8_t *message, size_t bytes)
{
	struct world *world = context;

	(void)message;
	(void)bytes;
	world->calls++;
	if (world->calls <= world->refusals)
		rpc_exchange_refuse(exchange, world->refusal, "not now");
	else
		rpc_exchange_answer(exchange, "", 0);
}

static void has_taken(void *arg)
{
	((struct world *)arg)->taken++;
}

static void has_failed(void *arg, const char *why)
{
	struct world *world = arg;

	world->failed++;
	snprintf(world->why, sizeof(world->why), "%s", why);
}

static const struct delivery_owner owner = {.taken = has_taken, .failed = has_failed};
static const struct rpc_method methods[] = {{CALL_METHOD, say}};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct rpc_server_config config = {
		.methods = methods,
		.method_count = 1,
		.context = world,
		.max_message_bytes = CALL_BYTES,
		.max_in_flight = 4,
		.client_ms = 5000,
	};
	char where[96], text[256];
	struct error error;

	assert_non_null(world);
	snprintf(world->directory, sizeof(world->directory), "/tmp/bgw-delivery.XXXXXX");
	assert_non_null(mkdtemp(world->directory));
	snprintf(where, sizeof(where), "unix:%s/s", world->directory);
	world->control.loop = loop_create();
	world->control.rpc = rpc_create(loop_uv(world->control.loop), NULL);
	world->server = rpc_server_create(world->control.rpc, &config);
	assert_true(rpc_server_listen(world->server, where, NULL, text, sizeof(text)) > 0);
	rpc_server_start(world->server);
	world->delivery = delivery_open(&world->control, where, NULL, &owner, world, &error);
	assert_non_null(world->delivery);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	char command[96];

	delivery_close(world->delivery);
	rpc_server_close(world->server);
	rpc_destroy(world->control.rpc);
	loop_destroy(world->control.loop);
	snprintf(command, sizeof(command), "rm -r %s", world->directory);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

static void deliver(struct world *world)
{
	delivery_begin(world->delivery, 1, 7, key);
	delivery_add(world->delivery, (const uint8_t *)"ab", 2);
	delivery_flush(world->delivery);
	while (world->taken + world->failed == 0)
		uv_run(loop_uv(world->control.loop), UV_RUN_ONCE);
}

static void a_service_without_room_is_called_again(void **state)
{
	struct world *world = *state;

	world->refusal = RPC_RESOURCE_EXHAUSTED;
	world->refusals = 2;
	deliver(world);
	assert_int_equal(world->calls, 3);
	assert_int_equal(world->failed, 0);
	assert_int_equal(delivery_unsent_bytes(world->delivery), 0);
}

static void but_not_for_ever(void **state)
{
	struct world *world = *state;

	world->refusal = RPC_RESOURCE_EXHAUSTED;
	world->refusals = 100;
	deliver(world);
	assert_int_equal(world->calls, 4);
	assert_int_equal(world->taken, 0);
	assert_non_null(strstr(world->why, "not now"));
}

static void one_that_refuses_is_not(void **state)
{
	struct world *world = *state;

	world->refusal = RPC_PERMISSION_DENIED;
	world->refusals = 100;
	deliver(world);
	assert_int_equal(world->calls, 1);
	assert_int_equal(world->failed, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_service_without_room_is_called_again),
		CASE(but_not_for_ever),
		CASE(one_that_refuses_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
