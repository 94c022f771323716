/* SPDX-License-Identifier: BSD-3-Clause */
#include "channel.h"

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

#include "address.h"
#include "rpc_private.h"

#define DETAILS_SIZE 512

/* A channel of gRPC's, for as long as there are calls on it or it is the one for new ones. */
struct line {
	grpc_channel *channel;
	unsigned int users;
};

struct rpc_call {
	struct rpc_tag tag; /* first: what gRPC gives back */
	LIST_ENTRY(rpc_call) link;
	struct rpc_channel *channel;
	struct line *line;
	grpc_call *call;
	grpc_metadata_array initial, trailing;
	grpc_byte_buffer *answer;
	grpc_status_code status;
	grpc_slice details;
	rpc_call_done *done; /* NULL: given up */
	void *arg;
};

struct rpc_channel {
	struct rpc *rpc;
	struct line *line; /* for new calls */
	grpc_channel_credentials *credentials;
	char *target, *server_name;
	size_t max_message_bytes;
	unsigned int max_in_flight, in_flight;
	bool stale;   /* its server was away */
	bool closing; /* freed with its last call */
	LIST_HEAD(, rpc_call) calls;
};

static grpc_channel *channel_create(const struct rpc_channel *channel,
				    grpc_channel_credentials *credentials)
{
	grpc_arg args[RPC_COMMON_ARGS + 6];
	size_t count = rpc_common_args(args, channel->max_message_bytes);
	grpc_channel_args all;

	/* Nothing but the target that was named: no proxy of the environment, no configuration from
	 * DNS. */
	args[count++] = rpc_arg_int(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
	args[count++] = rpc_arg_int(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
	args[count++] = rpc_arg_int(GRPC_ARG_ENABLE_RETRIES, 0);
	/* No sharing of connections between channels: what one closes is closed. */
	args[count++] = rpc_arg_int(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
	if (channel->server_name != NULL) {
		args[count].type = GRPC_ARG_STRING;
		args[count].key = (char *)(uintptr_t)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG;
		args[count++].value.string = channel->server_name;
	}
	all = (grpc_channel_args){.num_args = count, .args = args};
	return grpc_channel_create(channel->target, credentials, &all);
}

static struct line *line_create(const struct rpc_channel *channel,
				grpc_channel_credentials *credentials)
{
	struct line *line = calloc(1, sizeof(*line));

	if (line == NULL)
		return NULL;
	line->channel = channel_create(channel, credentials);
	line->users = 1;
	return line;
}

static void line_leave(struct line *line)
{
	if (--line->users > 0)
		return;
	grpc_channel_destroy(line->channel);
	free(line);
}

static int config_check(const struct rpc_channel_config *config, char *error, size_t error_size)
{
	struct rpc_address address;

	if (rpc_address_parse(config->target, &address) < 0 ||
	    (address.path == NULL && address.port == 0)) {
		snprintf(error, error_size,
			 "\"%.256s\" is no place to connect to; ADDRESS:PORT, [ADDRESS]:PORT, "
			 "NAME:PORT or unix:/PATH would be",
			 config->target);
		return -EINVAL;
	}
	if (config->tls != NULL && address.path != NULL) {
		snprintf(error, error_size, "%.256s is a unix socket, which takes no TLS",
			 config->target);
		return -EINVAL;
	}
	return 0;
}

int rpc_channel_check(const struct rpc_channel_config *config, char *error, size_t error_size)
{
	int rc = config_check(config, error, error_size);

	return rc == 0 && config->tls != NULL
		       ? rpc_channel_credentials_check(config->tls, error, error_size)
		       : rc;
}

grpc_channel_credentials *rpc_channel_credentials_load(const struct rpc_channel_config *config,
						       char *error, size_t error_size)
{
	grpc_channel_credentials *credentials = NULL;

	if (config_check(config, error, error_size) == 0)
		credentials = config->tls != NULL
				      ? rpc_channel_credentials(config->tls, error, error_size)
				      : grpc_insecure_credentials_create();
	if (credentials == NULL)
		errno = EINVAL;
	return credentials;
}

void rpc_channel_credentials_free(grpc_channel_credentials *credentials)
{
	if (credentials != NULL)
		grpc_channel_credentials_release(credentials);
}

static void channel_free(struct rpc_channel *channel)
{
	if (channel->line != NULL)
		line_leave(channel->line);
	rpc_channel_credentials_free(channel->credentials);
	free(channel->server_name);
	free(channel->target);
	free(channel);
}

static int channel_fill(struct rpc_channel *channel, const struct rpc_channel_config *config,
			char *error, size_t error_size)
{
	const char *name = config->tls != NULL ? config->tls->server_name : NULL;

	LIST_INIT(&channel->calls);
	channel->max_message_bytes = config->max_message_bytes;
	channel->max_in_flight = config->max_in_flight;
	channel->target = strdup(config->target);
	channel->server_name = name != NULL ? strdup(name) : NULL;
	if (channel->target == NULL || (name != NULL && channel->server_name == NULL)) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	channel->credentials = rpc_channel_credentials_load(config, error, error_size);
	if (channel->credentials == NULL)
		return -EINVAL;
	channel->line = line_create(channel, channel->credentials);
	return channel->line != NULL ? 0 : -ENOMEM;
}

struct rpc_channel *rpc_channel_open(struct rpc *rpc, const struct rpc_channel_config *config,
				     char *error, size_t error_size)
{
	struct rpc_channel *channel = calloc(1, sizeof(*channel));
	int rc = channel != NULL ? channel_fill(channel, config, error, error_size) : -ENOMEM;

	if (rc < 0) {
		if (channel != NULL)
			channel_free(channel);
		errno = -rc;
		return NULL;
	}
	channel->rpc = rpc;
	return channel;
}

static int line_renew(struct rpc_channel *channel, grpc_channel_credentials *credentials)
{
	struct line *line = line_create(channel, credentials);

	if (line == NULL)
		return -ENOMEM;
	line_leave(channel->line);
	channel->line = line;
	channel->stale = false;
	return 0;
}

int rpc_channel_credentials_replace(struct rpc_channel *channel,
				    grpc_channel_credentials *credentials)
{
	int rc = line_renew(channel, credentials);

	if (rc == 0) {
		rpc_channel_credentials_free(channel->credentials);
		channel->credentials = credentials;
	} else {
		rpc_channel_credentials_free(credentials);
	}
	return rc;
}

void rpc_channel_close(struct rpc_channel *channel)
{
	struct rpc_call *call;

	if (channel == NULL)
		return;
	LIST_FOREACH(call, &channel->calls, link)
	rpc_call_cancel(call);
	channel->closing = true;
	if (channel->in_flight == 0)
		channel_free(channel);
}

/* Before the call is told: who is told may close the channel. */
static void call_leave(struct rpc_call *call)
{
	struct rpc_channel *channel = call->channel;

	LIST_REMOVE(call, link);
	rpc_call_ended(channel->rpc);
	channel->in_flight--;
	if (call->status == GRPC_STATUS_UNAVAILABLE && call->line == channel->line)
		channel->stale = true;
	line_leave(call->line);
	if (channel->closing && channel->in_flight == 0)
		channel_free(channel);
}

static void call_free(struct rpc_call *call)
{
	grpc_metadata_array_destroy(&call->initial);
	grpc_metadata_array_destroy(&call->trailing);
	grpc_byte_buffer_destroy(call->answer);
	grpc_slice_unref(call->details);
	if (call->call != NULL)
		grpc_call_unref(call->call);
	free(call);
}

static void tell(struct rpc_call *call)
{
	enum rpc_status status = (enum rpc_status)call->status;
	char details[DETAILS_SIZE];
	uint8_t *bytes = NULL;
	size_t size = GRPC_SLICE_LENGTH(call->details);

	if (size >= sizeof(details))
		size = sizeof(details) - 1;
	memcpy(details, GRPC_SLICE_START_PTR(call->details), size);
	details[size] = '\0';
	size = 0;
	if (status == RPC_OK && call->answer == NULL) {
		status = RPC_INTERNAL;
		snprintf(details, sizeof(details), "OK without a message");
	} else if (status == RPC_OK) {
		bytes = rpc_message_bytes(call->answer, &size);
		if (bytes == NULL) {
			status = RPC_INTERNAL;
			snprintf(details, sizeof(details), "%s",
				 errno == ENOTSUP ? "a compressed message" : strerror(errno));
		}
	}
	call->done(call->arg, status, details, bytes, size);
	free(bytes);
}

static void call_over(struct rpc_tag *tag, bool ok)
{
	struct rpc_call *call = (struct rpc_call *)tag;

	(void)ok; /* the status says it */
	call_leave(call);
	if (call->done != NULL)
		tell(call);
	call_free(call);
}

static void batch(struct rpc_call *call, grpc_byte_buffer *message, grpc_op ops[6])
{
	memset(ops, 0, 6 * sizeof(ops[0]));
	ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
	ops[1].op = GRPC_OP_SEND_MESSAGE;
	ops[1].data.send_message.send_message = message;
	ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
	ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
	ops[3].data.recv_initial_metadata.recv_initial_metadata = &call->initial;
	ops[4].op = GRPC_OP_RECV_MESSAGE;
	ops[4].data.recv_message.recv_message = &call->answer;
	ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
	ops[5].data.recv_status_on_client.trailing_metadata = &call->trailing;
	ops[5].data.recv_status_on_client.status = &call->status;
	ops[5].data.recv_status_on_client.status_details = &call->details;
}

struct rpc_call *rpc_call_start(struct rpc_channel *channel, const char *method,
				const void *message, size_t bytes, uint32_t timeout_ms,
				rpc_call_done *done, void *arg)
{
	gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
					     gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
	grpc_byte_buffer *buffer;
	struct rpc_call *call;
	grpc_slice path;
	grpc_op ops[6];
	grpc_call_error failure;

	if (channel->in_flight >= channel->max_in_flight) {
		errno = EBUSY;
		return NULL;
	}
	call = calloc(1, sizeof(*call));
	if (call == NULL)
		return NULL;
	/* gRPC waits longer and longer before it tries a server again that was away, and meanwhile
	 * fails each call by what it knows. A new line tries at once. */
	if (channel->stale && channel->line->users == 1)
		line_renew(channel, channel->credentials);
	call->tag.done = call_over;
	call->channel = channel;
	call->line = channel->line;
	call->line->users++;
	call->done = done;
	call->arg = arg;
	call->details = grpc_empty_slice();
	grpc_metadata_array_init(&call->initial);
	grpc_metadata_array_init(&call->trailing);
	LIST_INSERT_HEAD(&channel->calls, call, link);
	channel->in_flight++;
	rpc_call_began(channel->rpc);
	path = grpc_slice_from_copied_string(method);
	call->call = grpc_channel_create_call(channel->line->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
					      rpc_queue(channel->rpc), path, NULL, deadline, NULL);
	grpc_slice_unref(path);
	buffer = rpc_message_create(message, bytes);
	batch(call, buffer, ops);
	failure = grpc_call_start_batch(call->call, ops, 6, &call->tag, NULL);
	grpc_byte_buffer_destroy(buffer);
	if (failure != GRPC_CALL_OK) {
		call_leave(call);
		call_free(call);
		errno = EINVAL;
		return NULL;
	}
	return call;
}

void rpc_call_cancel(struct rpc_call *call)
{
	call->done = NULL;
	grpc_call_cancel(call->call, NULL);
}
