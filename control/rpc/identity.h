/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_IDENTITY_H
#define BGW_CONTROL_RPC_IDENTITY_H

/**
 * What one listener of a server shows to clients and expects of them, which may be renewed while it
 * listens. gRPC asks for it in each handshake, on threads of its own.
 */

#include "rpc_private.h"

struct rpc_identity;

/** Lives as long as gRPC, which may ask for it until its threads have ended. NULL with *error set.
 */
struct rpc_identity *rpc_identity_create(struct rpc *rpc, const struct rpc_tls *tls, char *error,
					 size_t error_size);

/** For the handshakes that follow: other files, but a ca if and only if there was one. 0, or
 * -EINVAL with *error set and nothing changed. */
int rpc_identity_renew(struct rpc_identity *identity, const struct rpc_tls *tls, char *error,
		       size_t error_size);

/** For one listener, to be released. NULL with *error set. */
grpc_server_credentials *rpc_identity_credentials(struct rpc_identity *identity, char *error,
						  size_t error_size);

#endif
