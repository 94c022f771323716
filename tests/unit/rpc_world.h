/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RPC_WORLD_H
#define RPC_WORLD_H

/** A server that answers some calls and holds others, a client, and the loop of both. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "rpc/channel.h"
#include "rpc/server.h"

#define MAX_BYTES     1024
#define MAX_IN_FLIGHT 4
#define CALLS	      8
#define ERROR_SIZE    512

#define ECHO_METHOD "/test.Test/Echo"
#define HOLD_METHOD "/test.Test/Hold"

struct answer {
	bool told;
	enum rpc_status status;
	char details[256];
	uint8_t bytes[MAX_BYTES];
	size_t size;
};

struct world {
	uv_loop_t loop;
	struct rpc *rpc;
	struct rpc_server *server;
	struct rpc_channel *channel;
	unsigned int max_of_client; /**< of the server that is opened next */
	struct rpc_exchange *held[CALLS];
	unsigned int held_count;
	struct answer answers[CALLS];
	char directory[64], where[128], error[ERROR_SIZE];
};

/** For cmocka. The end is also a test of closing with calls in every state. */
int world_set_up(void **state);
int world_tear_down(void **state);

void server_open(struct world *world);
void channel_open(struct world *world, const char *target, const struct rpc_tls *tls);
/** On a unix socket. */
void connect_both(struct world *world);

/** The call whose answer will be that of the index. */
struct rpc_call *call(struct world *world, unsigned int index, const char *method,
		      const void *bytes, size_t size, uint32_t timeout_ms);
/** Turns the loop until the call was told, or a time has passed. */
bool turn_until(struct world *world, const bool *told, uint64_t limit_ms);
/** Turns the loop until the server has so many calls that it does not answer. */
void await_held(struct world *world, unsigned int count);
const struct answer *await(struct world *world, unsigned int index);
void expect_status(struct world *world, unsigned int index, enum rpc_status status,
		   const char *details);
void expect_echo(struct world *world, unsigned int index, const void *bytes, size_t size);

#endif
