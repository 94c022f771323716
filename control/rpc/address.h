/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_ADDRESS_H
#define BGW_CONTROL_RPC_ADDRESS_H

/**
 * Where a server listens and a client connects: ADDRESS:PORT, [ADDRESS]:PORT, unix:PATH and, for
 * clients, NAME:PORT. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "values.h"

struct rpc_address {
	const char *path;      /**< of a unix socket, in the text; NULL: TCP */
	struct bgw_address ip; /**< family 0: a name */
	uint16_t port;	       /**< 0 only where it was allowed */
};

/** 0 or -EINVAL. The path of a unix socket is absolute and fits sockaddr_un. */
int rpc_address_parse(const char *text, struct rpc_address *address);

/** Whether only this machine's users reach it: a unix socket, 127.0.0.0/8, ::1,
 * ::ffff:127.0.0.0/104. A name is not. */
bool rpc_address_is_local(const struct rpc_address *address);

#endif
