/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_CHANNEL_H
#define BGW_CONTROL_RPC_CHANNEL_H

/**
 * A gRPC client: unary calls to one server. It connects when there is a call, and again after the
 * connection broke.
 */

#include <stddef.h>
#include <stdint.h>

#include "rpc.h"
#include "tls.h"

struct grpc_channel_credentials;
struct rpc_channel;
struct rpc_call;

struct rpc_channel_config {
	const char *target;	    /**< as address.h says */
	const struct rpc_tls *tls;  /**< NULL: in the clear */
	size_t max_message_bytes;   /**< of an answer */
	unsigned int max_in_flight; /**< calls without an answer */
};

/** What can be told without a connection: whether the target is one, and the TLS files are right.
 * 0, or -EINVAL with *error set. Any thread. */
int rpc_channel_check(const struct rpc_channel_config *config, char *error, size_t error_size);

/** NULL and errno EINVAL or ENOMEM, *error says why. */
struct rpc_channel *rpc_channel_open(struct rpc *rpc, const struct rpc_channel_config *config,
				     char *error, size_t error_size);
/** What `tls` of the configuration names, read now, for rpc_channel_credentials_replace(). While
 * there is an rpc; any thread. NULL and errno, as above. */
struct grpc_channel_credentials *rpc_channel_credentials_load(
	const struct rpc_channel_config *config, char *error, size_t error_size);
/** Accepts NULL. */
void rpc_channel_credentials_free(struct grpc_channel_credentials *credentials);
/** Takes them. Calls from here on go by another connection, which is made with them; those under
 * way end on theirs. 0, or -ENOMEM and all stays as it was. */
int rpc_channel_credentials_replace(struct rpc_channel *channel,
				    struct grpc_channel_credentials *credentials);
/** Gives up its calls, without callbacks, and does not wait for their end. Accepts NULL. */
void rpc_channel_close(struct rpc_channel *channel);

/**
 * The end of a call.
 *
 * @param status RPC_OK and the message that was answered, or another (also one that enum
 * rpc_status does not name) and what was said of it. All is valid during the call.
 */
typedef void rpc_call_done(void *arg, enum rpc_status status, const char *details,
			   const uint8_t *answer, size_t bytes);

/**
 * Calls `method` ("/package.Service/Method") with a message, which is copied. `done` is called
 * once, never from within.
 *
 * @return the call, valid until `done` or rpc_call_cancel(). NULL and errno: EBUSY as many as
 * allowed are in flight, ENOMEM.
 */
struct rpc_call *rpc_call_start(struct rpc_channel *channel, const char *method,
				const void *message, size_t bytes, uint32_t timeout_ms,
				rpc_call_done *done, void *arg);
/** Gives the call up: `done` is not called. */
void rpc_call_cancel(struct rpc_call *call);

#endif
