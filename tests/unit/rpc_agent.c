/* SPDX-License-Identifier: BSD-3-Clause */
/* The client of a configuration agent, against agents that answer well, badly, and not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "configurator.pb-c.h"
#include "rpc/agent.h"
#include "rpc/server.h"

#define SERVICE	   "/configurator.ConfigurationAgentService/"
#define ERROR_SIZE 512
#define TIMEOUT_MS 300
#define MAX_BYTES  8192

/* What the agent under test is told to do with the next call. */
enum behaviour {
	ANSWER,
	REFUSE,
	SILENT
};

struct world {
	uv_loop_t loop;
	struct rpc *rpc;
	struct rpc_server *server;
	struct agent *agent;
	char directory[64], target[96], error[ERROR_SIZE];

	enum behaviour behaviour;
	uint8_t answer[MAX_BYTES];
	size_t answer_bytes;
	uint8_t asked[MAX_BYTES];
	size_t asked_bytes;
	const char *asked_method;

	bool told;
	enum agent_outcome outcome;
	char message[ERROR_SIZE];
	size_t count;
	struct agent_applied entries[4];
	char owner[AGENT_OWNER_SIZE];
};

static void handle(struct world *world, const char *method, struct rpc_exchange *exchange,
		   const uint8_t *message, size_t bytes)
{
	world->asked_method = method;
	memcpy(world->asked, message, bytes);
	world->asked_bytes = bytes;
	if (world->behaviour == ANSWER)
		rpc_exchange_answer(exchange, world->answer, world->answer_bytes);
	else if (world->behaviour == REFUSE)
		rpc_exchange_refuse(exchange, RPC_PERMISSION_DENIED, "not\nyou");
}

#define METHOD(name)                                                            \
	static void handle_##name(void *context, struct rpc_exchange *exchange, \
				  const uint8_t *message, size_t bytes)         \
	{                                                                       \
		handle(context, #name, exchange, message, bytes);               \
	}
METHOD(AddIPToInterface)
METHOD(AddRoute)
METHOD(ConfigureNat)
METHOD(RemoveIPFromInterface)
METHOD(RemoveNat)
METHOD(ListApplied)

/* It knows no RemoveRoute. */
static const struct rpc_method methods[] = {
	{SERVICE "AddIPToInterface", handle_AddIPToInterface},
	{SERVICE "AddRoute", handle_AddRoute},
	{SERVICE "ConfigureNat", handle_ConfigureNat},
	{SERVICE "RemoveIPFromInterface", handle_RemoveIPFromInterface},
	{SERVICE "RemoveNat", handle_RemoveNat},
	{SERVICE "ListApplied", handle_ListApplied},
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct rpc_server_config config = {
		.methods = methods,
		.method_count = sizeof(methods) / sizeof(methods[0]),
		.context = world,
		.max_message_bytes = MAX_BYTES,
		.max_in_flight = 16,
		.client_ms = 1000,
	};
	struct agent_config agent = {.target = world->target, .timeout_ms = TIMEOUT_MS};

	snprintf(world->directory, sizeof(world->directory), "/tmp/bgw-rpc.XXXXXX");
	assert_non_null(mkdtemp(world->directory));
	snprintf(world->target, sizeof(world->target), "unix:%s/s", world->directory);
	assert_int_equal(uv_loop_init(&world->loop), 0);
	world->rpc = rpc_create(&world->loop, NULL);
	assert_non_null(world->rpc);
	world->server = rpc_server_create(world->rpc, &config);
	assert_true(rpc_server_listen(world->server, world->target, NULL, world->error,
				      ERROR_SIZE) > 0);
	rpc_server_start(world->server);
	world->agent = agent_open(world->rpc, &agent, world->error, ERROR_SIZE);
	assert_non_null(world->agent);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	char path[96];

	agent_close(world->agent);
	rpc_server_close(world->server);
	rpc_destroy(world->rpc);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	snprintf(path, sizeof(path), "%s/s", world->directory);
	unlink(path);
	assert_int_equal(rmdir(world->directory), 0);
	free(world);
	return 0;
}

static void done(void *arg, enum agent_outcome outcome, const char *message)
{
	struct world *world = arg;

	assert_false(world->told);
	world->told = true;
	world->outcome = outcome;
	snprintf(world->message, sizeof(world->message), "%s", message);
	for (const char *at = message; *at != '\0'; at++)
		assert_true(*at >= ' ' && *at <= '~');
}

static void applied_done(void *arg, enum agent_outcome outcome, const char *message,
			 const struct agent_applied *entries, size_t count)
{
	struct world *world = arg;

	done(arg, outcome, message);
	world->count = count;
	assert_true(count <= 4);
	for (size_t i = 0; i < count; i++)
		world->entries[i] = entries[i];
	if (count > 0 && entries[0].owner_count > 0)
		snprintf(world->owner, sizeof(world->owner), "%s", entries[0].owners[0]);
}

static void expect(struct world *world, const struct agent_call *call, enum agent_outcome outcome,
		   const char *says)
{
	if (call == NULL)
		fail_msg("not asked: %s", strerror(errno));
	while (!world->told)
		uv_run(&world->loop, UV_RUN_ONCE);
	world->told = false;
	if (world->outcome != outcome || strstr(world->message, says) == NULL)
		fail_msg("outcome %d, \"%s\"", (int)world->outcome, world->message);
}

static void answer_with(struct world *world, bool executed, const char *message)
{
	Configurator__Result result = CONFIGURATOR__RESULT__INIT;

	result.executed = executed;
	result.message = (char *)(uintptr_t)message;
	world->behaviour = ANSWER;
	world->answer_bytes = configurator__result__pack(&result, world->answer);
}

static struct agent_address address(void)
{
	struct agent_address address = {.interface = "eth1"};

	assert_int_equal(bgw_prefix_parse("10.0.0.1/30", &address.ip), 0);
	return address;
}

static struct agent_route route(void)
{
	struct agent_route route;

	assert_int_equal(bgw_prefix_parse("192.168.0.0/24", &route.destination), 0);
	assert_int_equal(bgw_address_parse("10.0.0.2", &route.next_hop), 0);
	return route;
}

static struct agent_nat nat(void)
{
	struct agent_nat nat = {.interface = "eth1", .table = 100, .mark = 0x100};

	assert_int_equal(bgw_prefix_parse("172.16.0.0/24", &nat.remapping), 0);
	assert_int_equal(bgw_prefix_parse("192.168.0.0/24", &nat.internal), 0);
	assert_int_equal(bgw_address_parse("10.0.0.2", &nat.next_hop), 0);
	return nat;
}

static void orders_are_what_the_original_reads(void **state)
{
	/* Field numbers and texts of the original's messages, byte for byte; ours has number 15. */
	static const char ip[] = "\x0a\x0b"
				 "10.0.0.1/30"
				 "\x12\x04"
				 "eth1"
				 "\x7a\x02"
				 "me";
	static const char plain[] = "\x0a\x0e"
				    "192.168.0.0/24"
				    "\x12\x08"
				    "10.0.0.2";
	static const char translation[] = "\x0a\x0d"
					  "172.16.0.0/24"
					  "\x12\x0e"
					  "192.168.0.0/24"
					  "\x1a\x04"
					  "eth1"
					  "\x22\x03"
					  "100"
					  "\x2a\x05"
					  "0x100"
					  "\x32\x08"
					  "10.0.0.2";
	struct world *world = *state;
	struct agent_address a = address();
	struct agent_route r = route();
	struct agent_nat n = nat();

	answer_with(world, true, "ip assigned correctly");
	expect(world, agent_address_add(world->agent, &a, "me", done, world), AGENT_DONE,
	       "ip assigned correctly");
	assert_string_equal(world->asked_method, "AddIPToInterface");
	assert_int_equal(world->asked_bytes, sizeof(ip) - 1);
	assert_memory_equal(world->asked, ip, sizeof(ip) - 1);
	expect(world, agent_route_add(world->agent, &r, "", done, world), AGENT_DONE, "");
	assert_string_equal(world->asked_method, "AddRoute");
	assert_int_equal(world->asked_bytes, sizeof(plain) - 1);
	assert_memory_equal(world->asked, plain, sizeof(plain) - 1);
	expect(world, agent_nat_add(world->agent, &n, "", done, world), AGENT_DONE, "");
	assert_string_equal(world->asked_method, "ConfigureNat");
	assert_int_equal(world->asked_bytes, sizeof(translation) - 1);
	assert_memory_equal(world->asked, translation, sizeof(translation) - 1);
	expect(world, agent_address_remove(world->agent, &a, "me", done, world), AGENT_DONE, "");
	assert_string_equal(world->asked_method, "RemoveIPFromInterface");
	expect(world, agent_nat_remove(world->agent, &n, "", done, world), AGENT_DONE, "");
	assert_string_equal(world->asked_method, "RemoveNat");
}

static void answers_that_are_none(void **state)
{
	static char endless[4000];
	struct world *world = *state;
	struct agent_address a = address();
	struct agent_route r = route();

	answer_with(world, false, "ip not\nassigned");
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_REFUSED,
	       "did not execute AddIPToInterface: ip not?assigned");
	answer_with(world, false, "");
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_REFUSED,
	       "it does not say why");
	memset(endless, 'x', sizeof(endless) - 1);
	answer_with(world, false, endless);
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_REFUSED, "xxx");
	/* An empty message is a Result that was not executed. */
	world->answer_bytes = 0;
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_REFUSED, "");
	memset(world->answer, 0xff, world->answer_bytes = 20);
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_BAD_ANSWER,
	       "no valid Result");
	expect(world, agent_route_remove(world->agent, &r, "", done, world), AGENT_UNIMPLEMENTED,
	       "does not know RemoveRoute: it answered UNIMPLEMENTED");
	world->behaviour = REFUSE;
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_BAD_ANSWER,
	       "gRPC status 7: not?you");
	world->behaviour = SILENT;
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_TIMEOUT,
	       "did not answer AddIPToInterface within 300 ms");
	rpc_server_close(world->server);
	world->server = NULL;
	expect(world, agent_address_add(world->agent, &a, "", done, world), AGENT_NO_ANSWER,
	       world->target);
}

static void what_is_applied(void **state)
{
	Configurator__Applied applied = CONFIGURATOR__APPLIED__INIT;
	Configurator__AppliedAddress one = CONFIGURATOR__APPLIED_ADDRESS__INIT, *ones = &one;
	Configurator__AppliedRoute two = CONFIGURATOR__APPLIED_ROUTE__INIT, *twos = &two;
	Configurator__AppliedNat three = CONFIGURATOR__APPLIED_NAT__INIT, *threes = &three;
	Configurator__IPAssignment ip = CONFIGURATOR__IPASSIGNMENT__INIT;
	Configurator__Route way = CONFIGURATOR__ROUTE__INIT;
	Configurator__NatConfiguration translation = CONFIGURATOR__NAT_CONFIGURATION__INIT;
	char owner[] = "me", *owners = owner, network[] = "192.168.0.0/24", hop[] = "10.0.0.2";
	char remapping[] = "172.16.0.0/24", wrong[] = "10.0.0.3/30", right[] = "10.0.0.1/30";
	char interface[] = "eth1", table[] = "100", mark[] = "256";
	struct world *world = *state;

	world->behaviour = ANSWER;
	world->answer_bytes = 0;
	expect(world, agent_applied_get(world->agent, "", applied_done, world), AGENT_DONE, "");
	assert_int_equal(world->count, 0);

	ip.ip = right;
	ip.interface = interface;
	way.destinationnetwork = network;
	way.nexthop = hop;
	translation.localnetwork = remapping;
	translation.remotenetwork = network;
	translation.localinterface = interface;
	translation.tablenumber = table;
	translation.packetmark = mark;
	translation.nexthop = hop;
	one.what = &ip;
	one.n_owners = 1;
	one.owners = &owners;
	one.existed = 1;
	two.what = &way;
	two.present = 1;
	three.what = &translation;
	applied.n_addresses = applied.n_routes = applied.n_nats = 1;
	applied.addresses = &ones;
	applied.routes = &twos;
	applied.nats = &threes;
	world->answer_bytes = configurator__applied__pack(&applied, world->answer);
	expect(world, agent_applied_get(world->agent, "me", applied_done, world), AGENT_DONE, "");
	assert_int_equal(world->count, 3);
	assert_int_equal(world->entries[0].kind, AGENT_ADDRESS);
	assert_string_equal(world->entries[0].address.interface, "eth1");
	assert_string_equal(world->owner, "me");
	assert_true(world->entries[0].existed && !world->entries[0].present);
	assert_int_equal(world->entries[1].kind, AGENT_ROUTE);
	assert_true(!world->entries[1].existed && world->entries[1].present);
	assert_int_equal(world->entries[1].route.destination.length, 24);
	assert_int_equal(world->entries[2].kind, AGENT_NAT);
	assert_int_equal(world->entries[2].nat.mark, 256);

	ip.ip = wrong;
	world->answer_bytes = configurator__applied__pack(&applied, world->answer);
	expect(world, agent_applied_get(world->agent, "", applied_done, world), AGENT_BAD_ANSWER,
	       "10.0.0.3/30");
	assert_int_equal(world->count, 0);
	one.what = NULL;
	world->answer_bytes = configurator__applied__pack(&applied, world->answer);
	expect(world, agent_applied_get(world->agent, "", applied_done, world), AGENT_BAD_ANSWER,
	       "without its");
	memset(world->answer, 0xff, world->answer_bytes = 20);
	expect(world, agent_applied_get(world->agent, "", applied_done, world), AGENT_BAD_ANSWER,
	       "no message of this kind");
}

static void wrong_arguments(void **state)
{
	struct world *world = *state;
	struct agent_config config = {.target = "nowhere"};
	struct agent_address a = address();
	struct agent_route r = route();
	struct agent_nat n = nat();

	assert_null(agent_address_add(world->agent, &a, "a b", done, world));
	assert_int_equal(errno, EINVAL);
	a.interface[0] = '/';
	assert_null(agent_address_add(world->agent, &a, "", done, world));
	r.destination.length = 8;
	assert_null(agent_route_add(world->agent, &r, "", done, world));
	n.mark = 0;
	assert_null(agent_nat_add(world->agent, &n, "", done, world));
	assert_null(agent_open(world->rpc, &config, world->error, ERROR_SIZE));
	assert_int_equal(errno, EINVAL);
	assert_non_null(strstr(world->error, "\"nowhere\" is no place to connect to"));
}

static void given_up(void **state)
{
	struct world *world = *state;
	struct agent_address a = address();
	struct agent_call *call;

	world->behaviour = SILENT;
	call = agent_address_add(world->agent, &a, "", done, world);
	assert_non_null(call);
	while (world->asked_method == NULL)
		uv_run(&world->loop, UV_RUN_ONCE);
	agent_call_cancel(call);
	for (unsigned int i = 0; i < AGENT_MAX_CALLS - 1; i++)
		assert_non_null(agent_address_add(world->agent, &a, "", done, world));
	while (agent_address_add(world->agent, &a, "", done, world) != NULL)
		continue;
	assert_int_equal(errno, EBUSY);
	agent_close(world->agent);
	world->agent = NULL;
	uv_run(&world->loop, UV_RUN_NOWAIT);
	assert_false(world->told);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(orders_are_what_the_original_reads),
		CASE(answers_that_are_none),
		CASE(what_is_applied),
		CASE(wrong_arguments),
		CASE(given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
