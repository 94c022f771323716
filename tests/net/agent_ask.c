/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a configuration agent for one thing of each kind, as bgwd would, and prints what comes of
 * it.
 *
 * usage: agent_ask TARGET TIMEOUT-MS [CERT KEY CA]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/agent.h"
#include "rpc/rpc.h"

static const char *const outcomes[] = {
	[AGENT_DONE] = "done",
	[AGENT_REFUSED] = "refused",
	[AGENT_UNIMPLEMENTED] = "unimplemented",
	[AGENT_NO_ANSWER] = "no answer",
	[AGENT_TIMEOUT] = "timeout",
	[AGENT_BAD_ANSWER] = "bad answer",
};

static bool told;

static void done(void *arg, enum agent_outcome outcome, const char *message)
{
	printf("%s: %s: %s\n", (const char *)arg, outcomes[outcome], message);
	told = true;
}

static void listed(void *arg, enum agent_outcome outcome, const char *message,
		   const struct agent_applied *entries, size_t count)
{
	unsigned int kinds[3] = {0};

	for (size_t i = 0; i < count; i++)
		kinds[entries[i].kind]++;
	printf("%u addresses, %u routes, %u nats\n", kinds[AGENT_ADDRESS], kinds[AGENT_ROUTE],
	       kinds[AGENT_NAT]);
	done(arg, outcome, message);
}

static void wait_told(uv_loop_t *loop, const struct agent_call *call)
{
	if (call == NULL) {
		perror("agent_ask");
		exit(EXIT_FAILURE);
	}
	for (told = false; !told;)
		uv_run(loop, UV_RUN_ONCE);
}

#define NAMED(name) ((void *)(uintptr_t)(name))

static void ask_all(uv_loop_t *loop, struct agent *agent)
{
	struct agent_address address = {.interface = "wan"};
	struct agent_route route;
	struct agent_nat nat = {.interface = "wan", .table = 100, .mark = 0x100};

	bgw_prefix_parse("10.0.0.1/30", &address.ip);
	bgw_prefix_parse("10.20.0.0/16", &route.destination);
	bgw_address_parse("10.0.0.2", &route.next_hop);
	bgw_prefix_parse("172.16.0.0/24", &nat.remapping);
	bgw_prefix_parse("192.168.0.0/24", &nat.internal);
	nat.next_hop = route.next_hop;
	wait_told(loop, agent_address_add(agent, &address, "ask", done, NAMED("add address")));
	wait_told(loop, agent_route_add(agent, &route, "ask", done, NAMED("add route")));
	wait_told(loop, agent_nat_add(agent, &nat, "ask", done, NAMED("add nat")));
	wait_told(loop, agent_applied_get(agent, "ask", listed, NAMED("list")));
	wait_told(loop, agent_nat_remove(agent, &nat, "ask", done, NAMED("remove nat")));
	wait_told(loop, agent_route_remove(agent, &route, "ask", done, NAMED("remove route")));
	wait_told(loop,
		  agent_address_remove(agent, &address, "ask", done, NAMED("remove address")));
}

int main(int argc, char **argv)
{
	struct rpc_tls tls = {0};
	struct agent_config config = {0};
	struct agent *agent;
	char error[512];
	struct rpc *rpc;
	uv_loop_t loop;

	if (argc != 3 && argc != 6)
		return 2;
	if (argc == 6)
		tls = (struct rpc_tls){.cert = argv[3], .key = argv[4], .ca = argv[5]};
	config.target = argv[1];
	config.timeout_ms = (uint32_t)strtoul(argv[2], NULL, 10);
	config.tls = argc == 6 ? &tls : NULL;
	uv_loop_init(&loop);
	rpc = rpc_create(&loop, NULL);
	agent = rpc != NULL ? agent_open(rpc, &config, error, sizeof(error)) : NULL;
	if (agent == NULL) {
		fprintf(stderr, "%s\n", rpc != NULL ? error : "no rpc");
		return EXIT_FAILURE;
	}
	ask_all(&loop, agent);
	agent_close(agent);
	rpc_destroy(rpc);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
