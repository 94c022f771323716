/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_SERVER_LISTEN_H
#define BGW_CONTROL_RPC_SERVER_LISTEN_H

/** What rpc_server_listen() does, on gRPC's own server. */

#include "identity.h"

/** identity: NULL, in the clear. */
int server_listen(grpc_server *server, const char *where, struct rpc_identity *identity,
		  char *error, size_t error_size);

#endif
