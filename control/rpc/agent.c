/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent_answer.h"
#include "channel.h"
#include "configuration_message.h"

#define SERVICE		    "/configurator.ConfigurationAgentService/"
#define TIMEOUT_MS	    10000
#define MAX_ANSWER_BYTES    (4u << 20)
#define MESSAGE_SIZE	    512
#define ARGUMENT_ERROR_SIZE 256

struct agent {
	struct rpc_channel *channel;
	char *target;
	uint32_t timeout_ms;
	LIST_HEAD(, agent_call) calls;
};

struct agent_call {
	LIST_ENTRY(agent_call) link;
	struct agent *agent;
	struct rpc_call *call;
	const char *method;
	agent_done *done;		  /* of an order */
	agent_applied_done *applied_done; /* of the question */
	void *arg;
};

static struct rpc_channel_config channel_config(const struct agent_config *config)
{
	return (struct rpc_channel_config){
		.target = config->target,
		.tls = config->tls,
		.max_message_bytes = MAX_ANSWER_BYTES,
		.max_in_flight = AGENT_MAX_CALLS,
	};
}

int agent_check(const struct agent_config *config, char *error, size_t error_size)
{
	const struct rpc_channel_config channel = channel_config(config);

	return rpc_channel_check(&channel, error, error_size);
}

struct agent *agent_open(struct rpc *rpc, const struct agent_config *config, char *error,
			 size_t error_size)
{
	const struct rpc_channel_config channel = channel_config(config);
	struct agent *agent = calloc(1, sizeof(*agent));

	if (agent == NULL || (agent->target = strdup(config->target)) == NULL) {
		free(agent);
		snprintf(error, error_size, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	LIST_INIT(&agent->calls);
	agent->timeout_ms = config->timeout_ms != 0 ? config->timeout_ms : TIMEOUT_MS;
	agent->channel = rpc_channel_open(rpc, &channel, error, error_size);
	if (agent->channel == NULL) {
		int failure = errno;

		free(agent->target);
		free(agent);
		errno = failure;
		return NULL;
	}
	return agent;
}

void agent_close(struct agent *agent)
{
	struct agent_call *call, *next;

	if (agent == NULL)
		return;
	for (call = LIST_FIRST(&agent->calls); call != NULL; call = next) {
		next = LIST_NEXT(call, link);
		agent_call_cancel(call);
	}
	rpc_channel_close(agent->channel);
	free(agent->target);
	free(agent);
}

struct grpc_channel_credentials *agent_credentials_load(const struct agent_config *config,
							char *error, size_t error_size)
{
	const struct rpc_channel_config channel = channel_config(config);

	return rpc_channel_credentials_load(&channel, error, error_size);
}

void agent_credentials_free(struct grpc_channel_credentials *credentials)
{
	rpc_channel_credentials_free(credentials);
}

int agent_credentials_replace(struct agent *agent, struct grpc_channel_credentials *credentials)
{
	return rpc_channel_credentials_replace(agent->channel, credentials);
}

static void tell(const struct agent_call *call, enum agent_outcome outcome, const char *message,
		 const struct agent_list *list)
{
	if (call->applied_done != NULL)
		call->applied_done(call->arg, outcome, message, list->entries, list->count);
	else
		call->done(call->arg, outcome, message);
}

/* Why a call was not answered with a message. */
static enum agent_outcome failure_say(const struct agent_call *call, enum rpc_status status,
				      const char *details, char message[MESSAGE_SIZE])
{
	const char *target = call->agent->target;
	const char *method = call->method + strlen(SERVICE);
	char said[AGENT_SAID_SIZE];

	agent_said_clean(details, said);
	switch (status) {
	case RPC_UNIMPLEMENTED:
		snprintf(message, MESSAGE_SIZE,
			 "the agent at %.128s does not know %s: it answered UNIMPLEMENTED, %s",
			 target, method, said);
		return AGENT_UNIMPLEMENTED;
	case RPC_UNAVAILABLE:
		snprintf(message, MESSAGE_SIZE,
			 "the agent at %.128s did not answer %s, it cannot be reached: %s", target,
			 method, said);
		return AGENT_NO_ANSWER;
	case RPC_DEADLINE_EXCEEDED:
		snprintf(message, MESSAGE_SIZE,
			 "the agent at %.128s did not answer %s within %u ms", target, method,
			 call->agent->timeout_ms);
		return AGENT_TIMEOUT;
	default:
		snprintf(message, MESSAGE_SIZE,
			 "the agent at %.128s answered %s with gRPC status %d: %s", target, method,
			 (int)status, said);
		return AGENT_BAD_ANSWER;
	}
}

static enum agent_outcome result_say(const struct agent_call *call, const uint8_t *bytes,
				     size_t size, char message[MESSAGE_SIZE])
{
	const char *method = call->method + strlen(SERVICE);
	char said[AGENT_SAID_SIZE];
	bool executed;

	if (agent_result_read(bytes, size, &executed, said) < 0) {
		snprintf(message, MESSAGE_SIZE,
			 "the agent at %.128s answered %s with no valid Result",
			 call->agent->target, method);
		return AGENT_BAD_ANSWER;
	}
	if (!executed) {
		snprintf(message, MESSAGE_SIZE, "the agent at %.128s did not execute %s: %s",
			 call->agent->target, method,
			 said[0] != '\0' ? said : "it does not say why");
		return AGENT_REFUSED;
	}
	snprintf(message, MESSAGE_SIZE, "%s", said);
	return AGENT_DONE;
}

static void answered(void *arg, enum rpc_status status, const char *details, const uint8_t *answer,
		     size_t bytes)
{
	struct agent_call *call = arg;
	enum agent_outcome outcome = AGENT_DONE;
	struct agent_list list = {0};
	char message[MESSAGE_SIZE] = "";
	char error[ARGUMENT_ERROR_SIZE];

	if (status != RPC_OK) {
		outcome = failure_say(call, status, details, message);
	} else if (call->applied_done == NULL) {
		outcome = result_say(call, answer, bytes, message);
	} else if (agent_list_read(answer, bytes, &list, error, sizeof(error)) < 0) {
		outcome = AGENT_BAD_ANSWER;
		snprintf(message, sizeof(message),
			 "the agent at %.128s answered ListApplied with no valid Applied: %s",
			 call->agent->target, error);
	}
	LIST_REMOVE(call, link); /* who is told may close the agent */
	tell(call, outcome, message, &list);
	agent_list_clear(&list);
	free(call);
}

static struct agent_call *call_start(struct agent *agent, const char *method,
				     const ProtobufCMessage *message, struct agent_call *fill)
{
	struct agent_call *call = malloc(sizeof(*call));
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = malloc(size + 1);

	if (call != NULL && bytes != NULL) {
		*call = *fill;
		call->agent = agent;
		call->method = method;
		protobuf_c_message_pack(message, bytes);
		call->call = rpc_call_start(agent->channel, method, bytes, size, agent->timeout_ms,
					    answered, call);
		free(bytes);
		if (call->call != NULL) {
			LIST_INSERT_HEAD(&agent->calls, call, link);
			return call;
		}
	} else {
		free(bytes);
		errno = ENOMEM;
	}
	free(call);
	return NULL;
}

static int order_check(int rc, const char *owner)
{
	char error[ARGUMENT_ERROR_SIZE];

	if (rc == 0)
		rc = agent_owner_check(owner, error, sizeof(error));
	if (rc < 0)
		errno = -rc;
	return rc;
}

static struct agent_call *address_call(struct agent *agent, const char *method,
				       const struct agent_address *address, const char *owner,
				       agent_done *done, void *arg)
{
	struct agent_call fill = {.done = done, .arg = arg};
	Configurator__IPAssignment message;
	char error[ARGUMENT_ERROR_SIZE];
	struct agent_texts texts;

	if (order_check(agent_address_check(address, error, sizeof(error)), owner) < 0)
		return NULL;
	agent_address_write(address, owner, &texts, &message);
	return call_start(agent, method, &message.base, &fill);
}

static struct agent_call *route_call(struct agent *agent, const char *method,
				     const struct agent_route *route, const char *owner,
				     agent_done *done, void *arg)
{
	struct agent_call fill = {.done = done, .arg = arg};
	Configurator__Route message;
	char error[ARGUMENT_ERROR_SIZE];
	struct agent_texts texts;

	if (order_check(agent_route_check(route, error, sizeof(error)), owner) < 0)
		return NULL;
	agent_route_write(route, owner, &texts, &message);
	return call_start(agent, method, &message.base, &fill);
}

static struct agent_call *nat_call(struct agent *agent, const char *method,
				   const struct agent_nat *nat, const char *owner, agent_done *done,
				   void *arg)
{
	struct agent_call fill = {.done = done, .arg = arg};
	Configurator__NatConfiguration message;
	char error[ARGUMENT_ERROR_SIZE];
	struct agent_texts texts;

	if (order_check(agent_nat_check(nat, error, sizeof(error)), owner) < 0)
		return NULL;
	agent_nat_write(nat, owner, &texts, &message);
	return call_start(agent, method, &message.base, &fill);
}

struct agent_call *agent_address_add(struct agent *agent, const struct agent_address *address,
				     const char *owner, agent_done *done, void *arg)
{
	return address_call(agent, SERVICE "AddIPToInterface", address, owner, done, arg);
}

struct agent_call *agent_address_remove(struct agent *agent, const struct agent_address *address,
					const char *owner, agent_done *done, void *arg)
{
	return address_call(agent, SERVICE "RemoveIPFromInterface", address, owner, done, arg);
}

struct agent_call *agent_route_add(struct agent *agent, const struct agent_route *route,
				   const char *owner, agent_done *done, void *arg)
{
	return route_call(agent, SERVICE "AddRoute", route, owner, done, arg);
}

struct agent_call *agent_route_remove(struct agent *agent, const struct agent_route *route,
				      const char *owner, agent_done *done, void *arg)
{
	return route_call(agent, SERVICE "RemoveRoute", route, owner, done, arg);
}

struct agent_call *agent_nat_add(struct agent *agent, const struct agent_nat *nat,
				 const char *owner, agent_done *done, void *arg)
{
	return nat_call(agent, SERVICE "ConfigureNat", nat, owner, done, arg);
}

struct agent_call *agent_nat_remove(struct agent *agent, const struct agent_nat *nat,
				    const char *owner, agent_done *done, void *arg)
{
	return nat_call(agent, SERVICE "RemoveNat", nat, owner, done, arg);
}

struct agent_call *agent_applied_get(struct agent *agent, const char *owner,
				     agent_applied_done *done, void *arg)
{
	struct agent_call fill = {.applied_done = done, .arg = arg};
	Configurator__AppliedQuery message;

	if (order_check(0, owner) < 0)
		return NULL;
	configurator__applied_query__init(&message);
	message.owner = (char *)(uintptr_t)owner;
	return call_start(agent, SERVICE "ListApplied", &message.base, &fill);
}

void agent_call_cancel(struct agent_call *call)
{
	rpc_call_cancel(call->call);
	LIST_REMOVE(call, link);
	free(call);
}
