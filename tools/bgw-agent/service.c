/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/configuration_message.h"

#define SERVICE "/configurator.ConfigurationAgentService/"

static void answer(struct rpc_exchange *exchange, bool executed, char *said)
{
	Configurator__Result result = CONFIGURATOR__RESULT__INIT;
	uint8_t bytes[APPLIED_SAID_SIZE + 64];

	result.executed = executed;
	result.message = said;
	rpc_exchange_answer(exchange, bytes, configurator__result__pack(&result, bytes));
}

static void refuse_bytes(struct rpc_exchange *exchange)
{
	rpc_exchange_refuse(exchange, RPC_INVALID_ARGUMENT, "the message is not of this call");
}

/* Who has given up takes the order for one that was not executed, and may have told so by now. */
static bool add(const struct service *service, const struct rpc_exchange *exchange,
		const struct agent_applied *what, const char *owner, char *said)
{
	char undone[APPLIED_SAID_SIZE];
	bool is_new, executed = applied_add(service->applied, what, owner, &is_new, said);

	if (!executed || !is_new || !rpc_exchange_is_over(exchange))
		return executed;
	if (!applied_remove(service->applied, what, owner, undone)) {
		fprintf(stderr, "bgw-agent: not taken back: %s\n", undone);
		return true;
	}
	snprintf(said, APPLIED_SAID_SIZE, "too late, and taken back: who asked has given up");
	return false;
}

/* The end of every order: `rc` says whether what was read can be asked for. */
static void order(const struct service *service, struct rpc_exchange *exchange, int rc,
		  const struct agent_applied *what, const char *owner, bool is_add, char *said)
{
	bool executed = false;

	if (rc == 0)
		rc = agent_owner_check(owner, said, APPLIED_SAID_SIZE);
	if (rc == 0 && rpc_exchange_is_over(exchange))
		snprintf(said, APPLIED_SAID_SIZE, "too late: who asked has given up");
	else if (rc == 0 && is_add)
		executed = add(service, exchange, what, owner, said);
	else if (rc == 0)
		executed = applied_remove(service->applied, what, owner, said);
	fprintf(stderr, "bgw-agent: %s%s%s: %s\n", is_add ? "add" : "remove",
		owner[0] != '\0' && rc == 0 ? " for " : "", rc == 0 ? owner : "", said);
	answer(exchange, executed, said);
}

static void address(const struct service *service, struct rpc_exchange *exchange,
		    const uint8_t *bytes, size_t size, bool is_add)
{
	Configurator__IPAssignment *message = configurator__ipassignment__unpack(NULL, size, bytes);
	struct agent_applied what = {.kind = AGENT_ADDRESS};
	char said[APPLIED_SAID_SIZE];

	if (message == NULL) {
		refuse_bytes(exchange);
		return;
	}
	order(service, exchange, agent_address_read(message, &what.address, said, sizeof(said)),
	      &what, message->owner, is_add, said);
	configurator__ipassignment__free_unpacked(message, NULL);
}

static void route(const struct service *service, struct rpc_exchange *exchange,
		  const uint8_t *bytes, size_t size, bool is_add)
{
	Configurator__Route *message = configurator__route__unpack(NULL, size, bytes);
	struct agent_applied what = {.kind = AGENT_ROUTE};
	char said[APPLIED_SAID_SIZE];

	if (message == NULL) {
		refuse_bytes(exchange);
		return;
	}
	order(service, exchange, agent_route_read(message, &what.route, said, sizeof(said)), &what,
	      message->owner, is_add, said);
	configurator__route__free_unpacked(message, NULL);
}

static void nat(const struct service *service, struct rpc_exchange *exchange, const uint8_t *bytes,
		size_t size, bool is_add)
{
	Configurator__NatConfiguration *message =
		configurator__nat_configuration__unpack(NULL, size, bytes);
	struct agent_applied what = {.kind = AGENT_NAT};
	char said[APPLIED_SAID_SIZE];

	if (message == NULL) {
		refuse_bytes(exchange);
		return;
	}
	order(service, exchange, agent_nat_read(message, &what.nat, said, sizeof(said)), &what,
	      message->owner, is_add, said);
	configurator__nat_configuration__free_unpacked(message, NULL);
}

static void add_address(void *context, struct rpc_exchange *exchange, const uint8_t *bytes,
			size_t size)
{
	address(context, exchange, bytes, size, true);
}

static void remove_address(void *context, struct rpc_exchange *exchange, const uint8_t *bytes,
			   size_t size)
{
	address(context, exchange, bytes, size, false);
}

static void add_route(void *context, struct rpc_exchange *exchange, const uint8_t *bytes,
		      size_t size)
{
	route(context, exchange, bytes, size, true);
}

static void remove_route(void *context, struct rpc_exchange *exchange, const uint8_t *bytes,
			 size_t size)
{
	route(context, exchange, bytes, size, false);
}

static void add_nat(void *context, struct rpc_exchange *exchange, const uint8_t *bytes, size_t size)
{
	nat(context, exchange, bytes, size, true);
}

static void remove_nat(void *context, struct rpc_exchange *exchange, const uint8_t *bytes,
		       size_t size)
{
	nat(context, exchange, bytes, size, false);
}

static void list(void *context, struct rpc_exchange *exchange, const uint8_t *bytes, size_t size)
{
	Configurator__AppliedQuery *query = configurator__applied_query__unpack(NULL, size, bytes);
	const struct service *service = context;
	char error[HOST_ERROR_SIZE];
	uint8_t *packed = NULL;
	size_t packed_size;

	if (query == NULL) {
		refuse_bytes(exchange);
		return;
	}
	if (agent_owner_check(query->owner, error, sizeof(error)) < 0) {
		rpc_exchange_refuse(exchange, RPC_INVALID_ARGUMENT, error);
	} else {
		packed = applied_list(service->applied, query->owner, &packed_size);
		if (packed != NULL)
			rpc_exchange_answer(exchange, packed, packed_size);
		else
			rpc_exchange_refuse(exchange, RPC_RESOURCE_EXHAUSTED, "out of memory");
	}
	free(packed);
	configurator__applied_query__free_unpacked(query, NULL);
}

const struct rpc_method service_methods[] = {
	{SERVICE "AddIPToInterface", add_address},
	{SERVICE "AssignIPToInterface", add_address},
	{SERVICE "AddRoute", add_route},
	{SERVICE "ConfigureNat", add_nat},
	{SERVICE "RemoveIPFromInterface", remove_address},
	{SERVICE "RemoveRoute", remove_route},
	{SERVICE "RemoveNat", remove_nat},
	{SERVICE "ListApplied", list},
};
const size_t service_method_count = sizeof(service_methods) / sizeof(service_methods[0]);
