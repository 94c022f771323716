/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_RPC_H
#define BGW_CONTROL_RPC_RPC_H

/**
 * gRPC on an event loop: gRPC's C core waits for the network in a thread of its own, and what
 * happened there is told on the loop's thread. Nobody else in control includes gRPC's headers.
 *
 * All functions of control/rpc/ are for the loop's thread, and all callbacks run there.
 */

#include <sched.h>
#include <uv.h>

struct rpc;

/**
 * Starts gRPC. Its threads run on `cpus` (NULL: where the caller may run) with all signals blocked,
 * which are therefore delivered to other threads. NULL and errno.
 */
struct rpc *rpc_create(uv_loop_t *loop, const cpu_set_t *cpus);

/** Every channel and server must have been closed. Waits for gRPC's threads. Accepts NULL. The loop
 * must run once more before it is closed. */
void rpc_destroy(struct rpc *rpc);

/** Status codes of gRPC (grpc/status.h) that callers tell apart or answer with. */
enum rpc_status {
	RPC_OK = 0,
	RPC_CANCELLED = 1,
	RPC_INVALID_ARGUMENT = 3,
	RPC_DEADLINE_EXCEEDED = 4,
	RPC_PERMISSION_DENIED = 7,
	RPC_RESOURCE_EXHAUSTED = 8,
	RPC_FAILED_PRECONDITION = 9,
	RPC_UNIMPLEMENTED = 12,
	RPC_INTERNAL = 13,
	RPC_UNAVAILABLE = 14,
};

#endif
