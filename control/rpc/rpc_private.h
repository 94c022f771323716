/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_RPC_PRIVATE_H
#define BGW_CONTROL_RPC_RPC_PRIVATE_H

/** What the files of control/rpc/ share, gRPC's types included. Nobody else includes it. */

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rpc.h"
#include "tls.h"

/** What gRPC is given as a tag: who is told, on the loop's thread, when the operation is over.
 * Lives until then. */
struct rpc_tag {
	void (*done)(struct rpc_tag *tag, bool ok);
	struct rpc_tag *next;
	bool ok;
};

grpc_completion_queue *rpc_queue(struct rpc *rpc);
uv_loop_t *rpc_loop(struct rpc *rpc);

/** Whether its operation is over, though nobody was told yet. */
bool rpc_is_over(struct rpc *rpc, const struct rpc_tag *tag);

/** Waits for one completion and tells it. For closing: what was cancelled completes soon. Others
 * may be told meanwhile, so only who ends all of it may call this. */
void rpc_wait(struct rpc *rpc);

/** A call of a channel, from when gRPC has it to when it is told; rpc_destroy() waits for them. */
void rpc_call_began(struct rpc *rpc);
void rpc_call_ended(struct rpc *rpc);

/** What gRPC's threads may use until they have ended: freed then. */
struct rpc_kept {
	struct rpc_kept *next;
	void (*free)(struct rpc_kept *kept);
};

void rpc_keep(struct rpc *rpc, struct rpc_kept *kept);

/** The bytes of a message in one piece, to be freed. NULL and errno: ENOMEM, or ENOTSUP one that is
 * compressed, since a few bytes could become very many. */
uint8_t *rpc_message_bytes(grpc_byte_buffer *message, size_t *bytes);
grpc_byte_buffer *rpc_message_create(const void *bytes, size_t size);

/** For both ends: no message is compressed, none is larger. At most RPC_COMMON_ARGS of them. */
#define RPC_COMMON_ARGS 4
size_t rpc_common_args(grpc_arg *args, size_t max_message_bytes);
grpc_arg rpc_arg_int(const char *name, int value);

/** NULL and *error says which file is not what it must be. */
int rpc_channel_credentials_check(const struct rpc_tls *tls, char *error, size_t error_size);
grpc_channel_credentials *rpc_channel_credentials(const struct rpc_tls *tls, char *error,
						  size_t error_size);

#endif
