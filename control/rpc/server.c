/* SPDX-License-Identifier: BSD-3-Clause */
#include "server.h"

#include <errno.h>
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "identity.h"
#include "server_listen.h"

#define SWEEP_MS	 250
#define MAX_MEMORY_BYTES (64u << 20)
#define HANDSHAKE_MS	 10000
#define IDLE_MS		 600000
#define CLIENT_SIZE	 64

enum stage {
	AWAITED,  /* no client has called yet */
	RECEIVED, /* the message is on its way */
	HANDLED,  /* the handler has it */
	ANSWERED, /* the answer is on its way */
	OVER,
};

struct rpc_exchange {
	struct rpc_tag accepted, received, answered, closed;
	LIST_ENTRY(rpc_exchange) link;
	struct rpc_server *server;
	enum stage stage;
	uint64_t since_ms; /* of the loop, in this stage */
	bool is_closed;
	int cancelled;
	char client[CLIENT_SIZE]; /* its address */
	grpc_call *call;
	grpc_call_details details;
	grpc_metadata_array metadata;
	grpc_byte_buffer *message;
};

struct rpc_server {
	struct rpc *rpc;
	grpc_server *server;
	struct rpc_server_config config;
	struct rpc_tag down;
	uv_timer_t *sweep;
	struct rpc_identity **identities; /* of its places with TLS */
	size_t identity_count;
	LIST_HEAD(, rpc_exchange) exchanges;
	unsigned int in_flight;
	bool awaiting, closing, is_down;
};

#define EXCHANGE(tag, member) \
	((struct rpc_exchange *)((char *)(tag)-offsetof(struct rpc_exchange, member)))

static void exchange_free(struct rpc_exchange *exchange)
{
	struct rpc_server *server = exchange->server;

	LIST_REMOVE(exchange, link);
	if (exchange->stage != AWAITED)
		server->in_flight--;
	grpc_byte_buffer_destroy(exchange->message);
	grpc_metadata_array_destroy(&exchange->metadata);
	grpc_call_details_destroy(&exchange->details);
	if (exchange->call != NULL)
		grpc_call_unref(exchange->call);
	free(exchange);
}

/* gRPC must have let go of it: of the batch in its stage, and of the one that waits for its end. */
static void exchange_free_if_over(struct rpc_exchange *exchange)
{
	bool forgotten = exchange->server->closing && exchange->stage == HANDLED;

	if (exchange->is_closed && (exchange->stage == OVER || forgotten))
		exchange_free(exchange);
}

static void stage_set(struct rpc_exchange *exchange, enum stage stage)
{
	exchange->stage = stage;
	exchange->since_ms = uv_now(rpc_loop(exchange->server->rpc));
}

static void on_answered(struct rpc_tag *tag, bool ok)
{
	struct rpc_exchange *exchange = EXCHANGE(tag, answered);

	(void)ok; /* a client that is gone has no answer */
	exchange->stage = OVER;
	exchange_free_if_over(exchange);
}

static void on_closed(struct rpc_tag *tag, bool ok)
{
	struct rpc_exchange *exchange = EXCHANGE(tag, closed);

	(void)ok;
	exchange->is_closed = true;
	exchange_free_if_over(exchange);
}

static void finish(struct rpc_exchange *exchange, grpc_byte_buffer *message,
		   grpc_status_code status, const char *details)
{
	grpc_slice text = grpc_slice_from_copied_string(details);
	grpc_op ops[3] = {0};
	grpc_call_error failure;
	size_t count = 0;

	ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
	if (message != NULL) {
		ops[count].op = GRPC_OP_SEND_MESSAGE;
		ops[count++].data.send_message.send_message = message;
	}
	ops[count].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
	ops[count].data.send_status_from_server.status = status;
	ops[count++].data.send_status_from_server.status_details = &text;
	stage_set(exchange, ANSWERED);
	failure = grpc_call_start_batch(exchange->call, ops, count, &exchange->answered, NULL);
	grpc_slice_unref(text);
	if (failure != GRPC_CALL_OK) {
		exchange->stage = OVER;
		exchange_free_if_over(exchange);
	}
}

void rpc_exchange_answer(struct rpc_exchange *exchange, const void *message, size_t bytes)
{
	grpc_byte_buffer *buffer = rpc_message_create(message, bytes);

	finish(exchange, buffer, GRPC_STATUS_OK, "");
	grpc_byte_buffer_destroy(buffer);
}

void rpc_exchange_refuse(struct rpc_exchange *exchange, enum rpc_status status, const char *details)
{
	finish(exchange, NULL, (grpc_status_code)status, details);
}

/* With the value, or with any. */
static bool has_property(const struct rpc_exchange *exchange, const char *name, const char *value)
{
	grpc_auth_context *context = grpc_call_auth_context(exchange->call);
	grpc_auth_property_iterator iterator =
		grpc_auth_context_find_properties_by_name(context, name);
	const grpc_auth_property *property;
	bool has = false;

	while (!has && (property = grpc_auth_property_iterator_next(&iterator)) != NULL)
		has = value == NULL || (property->value_length == strlen(value) &&
					memcmp(property->value, value, strlen(value)) == 0);
	grpc_auth_context_release(context);
	return has;
}

bool rpc_exchange_is_certified(const struct rpc_exchange *exchange)
{
	return has_property(exchange, GRPC_X509_PEM_CERT_PROPERTY_NAME, NULL);
}

bool rpc_exchange_has_name(const struct rpc_exchange *exchange, const char *name)
{
	return has_property(exchange, GRPC_X509_SAN_PROPERTY_NAME, name);
}

bool rpc_exchange_is_over(const struct rpc_exchange *exchange)
{
	gpr_timespec deadline =
		gpr_convert_clock_type(exchange->details.deadline, GPR_CLOCK_MONOTONIC);

	return exchange->is_closed || rpc_is_over(exchange->server->rpc, &exchange->closed) ||
	       gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), deadline) >= 0;
}

static const struct rpc_method *method_find(const struct rpc_exchange *exchange)
{
	const struct rpc_server_config *config = &exchange->server->config;

	for (size_t i = 0; i < config->method_count; i++)
		if (grpc_slice_str_cmp(exchange->details.method, config->methods[i].name) == 0)
			return &config->methods[i];
	return NULL;
}

static void on_received(struct rpc_tag *tag, bool ok)
{
	struct rpc_exchange *exchange = EXCHANGE(tag, received);
	const struct rpc_method *method = method_find(exchange);
	uint8_t *bytes;
	size_t size;

	if (!ok || exchange->message == NULL || exchange->server->closing) {
		rpc_exchange_refuse(exchange, RPC_INVALID_ARGUMENT,
				    "the call has no message, or too large a one");
		return;
	}
	bytes = rpc_message_bytes(exchange->message, &size);
	grpc_byte_buffer_destroy(exchange->message);
	exchange->message = NULL;
	if (bytes == NULL) {
		rpc_exchange_refuse(exchange, RPC_UNIMPLEMENTED,
				    "compressed messages are not taken");
		return;
	}
	stage_set(exchange, HANDLED);
	method->handle(exchange->server->config.context, exchange, bytes, size);
	free(bytes);
}

static void receive(struct rpc_exchange *exchange)
{
	grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};

	op.data.recv_message.recv_message = &exchange->message;
	if (grpc_call_start_batch(exchange->call, &op, 1, &exchange->received, NULL) !=
	    GRPC_CALL_OK)
		rpc_exchange_refuse(exchange, RPC_INTERNAL, "the message cannot be received");
}

static void await_call(struct rpc_server *server);

/* A client that neither sends nor takes is cut off. */
static void on_sweep(uv_timer_t *timer)
{
	struct rpc_server *server = timer->data;
	uint64_t now_ms = uv_now(rpc_loop(server->rpc));
	struct rpc_exchange *exchange;

	LIST_FOREACH(exchange, &server->exchanges, link)
	if ((exchange->stage == RECEIVED || exchange->stage == ANSWERED) &&
	    now_ms - exchange->since_ms >= server->config.client_ms)
		grpc_call_cancel_with_status(exchange->call, GRPC_STATUS_DEADLINE_EXCEEDED,
					     "the client is too slow", NULL);
	if (!server->awaiting)
		await_call(server);
	if (server->awaiting && server->in_flight == 0)
		uv_timer_stop(timer);
}

static void sweep_start(struct rpc_server *server)
{
	if (!uv_is_active((uv_handle_t *)server->sweep))
		uv_timer_start(server->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
}

/* gRPC says it with the port, after the last colon. */
static void client_set(struct rpc_exchange *exchange)
{
	char *peer = grpc_call_get_peer(exchange->call);
	const char *colon = strrchr(peer, ':');

	snprintf(exchange->client, sizeof(exchange->client), "%.*s",
		 colon != NULL ? (int)(colon - peer) : 0, peer);
	gpr_free(peer);
}

static bool has_too_many(const struct rpc_exchange *exchange)
{
	const struct rpc_server *server = exchange->server;
	const struct rpc_exchange *other;
	unsigned int of_client = 0;

	if (server->in_flight > server->config.max_in_flight)
		return true;
	if (server->config.max_of_client == 0)
		return false;
	LIST_FOREACH(other, &server->exchanges, link)
	of_client += other->stage != AWAITED && strcmp(other->client, exchange->client) == 0;
	return of_client > server->config.max_of_client;
}

static void on_accepted(struct rpc_tag *tag, bool ok)
{
	struct rpc_exchange *exchange = EXCHANGE(tag, accepted);
	struct rpc_server *server = exchange->server;
	grpc_op op = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};

	if (!ok) {
		exchange_free(exchange);
		return;
	}
	server->in_flight++;
	await_call(server);
	sweep_start(server);
	stage_set(exchange, RECEIVED);
	client_set(exchange);
	op.data.recv_close_on_server.cancelled = &exchange->cancelled;
	if (grpc_call_start_batch(exchange->call, &op, 1, &exchange->closed, NULL) != GRPC_CALL_OK)
		exchange->is_closed = true;
	if (has_too_many(exchange))
		rpc_exchange_refuse(exchange, RPC_RESOURCE_EXHAUSTED,
				    "too many calls at a time, try again later");
	else if (method_find(exchange) == NULL)
		rpc_exchange_refuse(exchange, RPC_UNIMPLEMENTED, "there is no such method");
	else
		receive(exchange);
}

/* One always waits; when there is no memory for it, the sweep tries again. */
static void await_call(struct rpc_server *server)
{
	struct rpc_exchange *exchange = NULL;

	server->awaiting = false;
	if (!server->closing)
		exchange = calloc(1, sizeof(*exchange));
	if (exchange == NULL) {
		sweep_start(server);
		return;
	}
	exchange->server = server;
	exchange->accepted.done = on_accepted;
	exchange->received.done = on_received;
	exchange->answered.done = on_answered;
	exchange->closed.done = on_closed;
	grpc_call_details_init(&exchange->details);
	grpc_metadata_array_init(&exchange->metadata);
	LIST_INSERT_HEAD(&server->exchanges, exchange, link);
	if (grpc_server_request_call(server->server, &exchange->call, &exchange->details,
				     &exchange->metadata, rpc_queue(server->rpc),
				     rpc_queue(server->rpc), &exchange->accepted) == GRPC_CALL_OK)
		server->awaiting = true;
	else
		exchange_free(exchange);
}

static void on_down(struct rpc_tag *tag, bool ok)
{
	struct rpc_server *server =
		(struct rpc_server *)((char *)tag - offsetof(struct rpc_server, down));

	(void)ok;
	server->is_down = true;
}

static grpc_server *server_create(const struct rpc_server_config *config)
{
	grpc_resource_quota *quota = grpc_resource_quota_create("bgw");
	grpc_arg args[RPC_COMMON_ARGS + 5];
	size_t count = rpc_common_args(args, config->max_message_bytes);
	grpc_channel_args all;
	grpc_server *server;

	grpc_resource_quota_resize(quota, MAX_MEMORY_BYTES);
	args[count].type = GRPC_ARG_POINTER;
	args[count].key = (char *)(uintptr_t)GRPC_ARG_RESOURCE_QUOTA;
	args[count].value.pointer.p = quota;
	args[count++].value.pointer.vtable = grpc_resource_quota_arg_vtable();
	args[count++] = rpc_arg_int(GRPC_ARG_ALLOW_REUSEPORT, 0);
	args[count++] = rpc_arg_int(GRPC_ARG_MAX_CONCURRENT_STREAMS, (int)config->max_in_flight);
	args[count++] = rpc_arg_int(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_MS);
	args[count++] = rpc_arg_int(GRPC_ARG_MAX_CONNECTION_IDLE_MS, IDLE_MS);
	all = (grpc_channel_args){.num_args = count, .args = args};
	server = grpc_server_create(&all, NULL);
	grpc_resource_quota_unref(quota);
	return server;
}

struct rpc_server *rpc_server_create(struct rpc *rpc, const struct rpc_server_config *config)
{
	struct rpc_server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->sweep = calloc(1, sizeof(*server->sweep));
	if (server->sweep == NULL) {
		free(server);
		return NULL;
	}
	server->rpc = rpc;
	server->config = *config;
	server->down.done = on_down;
	LIST_INIT(&server->exchanges);
	uv_timer_init(rpc_loop(rpc), server->sweep);
	server->sweep->data = server;
	server->server = server_create(config);
	grpc_server_register_completion_queue(server->server, rpc_queue(rpc), NULL);
	return server;
}

static struct rpc_identity *identity_add(struct rpc_server *server, const struct rpc_tls *tls,
					 char *error, size_t error_size)
{
	struct rpc_identity **identities =
		reallocarray(server->identities, server->identity_count + 1, sizeof(*identities));
	struct rpc_identity *identity;

	if (identities == NULL) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	server->identities = identities;
	identity = rpc_identity_create(server->rpc, tls, error, error_size);
	if (identity != NULL)
		identities[server->identity_count++] = identity;
	return identity;
}

int rpc_server_listen(struct rpc_server *server, const char *where, const struct rpc_tls *tls,
		      char *error, size_t error_size)
{
	struct rpc_identity *identity =
		tls != NULL ? identity_add(server, tls, error, error_size) : NULL;

	return tls != NULL && identity == NULL
		       ? -EINVAL
		       : server_listen(server->server, where, identity, error, error_size);
}

int rpc_server_renew(struct rpc_server *server, const struct rpc_tls *tls, char *error,
		     size_t error_size)
{
	int rc = 0;

	for (size_t i = 0; i < server->identity_count && rc == 0; i++)
		rc = rpc_identity_renew(server->identities[i], tls, error, error_size);
	return rc;
}

void rpc_server_start(struct rpc_server *server)
{
	grpc_server_start(server->server);
	await_call(server);
}

static void sweep_closed(uv_handle_t *timer)
{
	free(timer);
}

void rpc_server_close(struct rpc_server *server)
{
	struct rpc_exchange *exchange, *next;

	if (server == NULL)
		return;
	server->closing = true;
	grpc_server_shutdown_and_notify(server->server, rpc_queue(server->rpc), &server->down);
	grpc_server_cancel_all_calls(server->server);
	for (exchange = LIST_FIRST(&server->exchanges); exchange != NULL; exchange = next) {
		next = LIST_NEXT(exchange, link);
		exchange_free_if_over(exchange);
	}
	while (!server->is_down || !LIST_EMPTY(&server->exchanges))
		rpc_wait(server->rpc);
	grpc_server_destroy(server->server);
	uv_close((uv_handle_t *)server->sweep, sweep_closed);
	free(server->identities);
	free(server);
}
