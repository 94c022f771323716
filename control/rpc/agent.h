/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_AGENT_H
#define BGW_CONTROL_RPC_AGENT_H

/**
 * Asks a configuration agent (proto/configurator.proto) for addresses, routes and translations, and
 * takes them back. It may be bgw-agent, or any other implementation of the original three calls.
 *
 * Everything runs on the thread of the loop that the rpc was made on; nothing here waits. Each
 * question is answered once, never within the function that asks, and within `timeout_ms`. The
 * orders may be repeated: bgw-agent answers a repeated one as the first time, and taking back what
 * is not there is done. An order whose answer was lost (AGENT_NO_ANSWER, AGENT_TIMEOUT, or we were
 * killed) may or may not have been carried out: repeat it, take it back, or read what is applied.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "configuration.h"
#include "tls.h"

struct agent;
struct agent_call;
struct grpc_channel_credentials;
struct rpc;

struct agent_config {
	/** ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:PATH. Copied. */
	const char *target;
	/** NULL: in the clear. Copied. */
	const struct rpc_tls *tls;
	/** For a whole order or question, connecting included; 0: 10,000. */
	uint32_t timeout_ms;
};

/** Orders that may be without an answer at one time; one more is refused with -EBUSY. */
#define AGENT_MAX_CALLS 256

enum agent_outcome {
	AGENT_DONE,
	AGENT_REFUSED,	     /**< executed=false */
	AGENT_UNIMPLEMENTED, /**< it does not know the call */
	AGENT_NO_ANSWER,     /**< it cannot be reached, or the connection broke */
	AGENT_TIMEOUT,
	AGENT_BAD_ANSWER, /**< another gRPC status, or no valid message */
};

/**
 * The end of an order.
 *
 * @param message one sentence for people, never NULL; for all but AGENT_DONE it names the agent,
 * the call, and what it said. Printable, at most 511 bytes; valid during the call.
 */
typedef void agent_done(void *arg, enum agent_outcome outcome, const char *message);

/** What can be told of the configuration alone: 0, or -EINVAL with *error set as by agent_open().
 * Any thread. */
int agent_check(const struct agent_config *config, char *error, size_t error_size);

/** NULL and errno: EINVAL the target or the TLS files are not usable, and *error says which and
 * what would be right. No connection is made before the first order. */
struct agent *agent_open(struct rpc *rpc, const struct agent_config *config, char *error,
			 size_t error_size);
/** Gives up what has no answer, without a callback. Accepts NULL. */
void agent_close(struct agent *agent);

/** The certificates of the configuration, read from their files, for agent_credentials_replace().
 * While there is an rpc; any thread. NULL and errno, as by agent_open(). */
struct grpc_channel_credentials *agent_credentials_load(const struct agent_config *config,
							char *error, size_t error_size);
/** Accepts NULL. */
void agent_credentials_free(struct grpc_channel_credentials *credentials);
/** Takes them for the orders from here on; those without an answer end as they began. 0, or -ENOMEM
 * and all stays as it was. */
int agent_credentials_replace(struct agent *agent, struct grpc_channel_credentials *credentials);

/**
 * The orders. `owner` is who asks, kept by the agent beside what it applied. Arguments are copied.
 *
 * @return the call, valid until its callback or agent_call_cancel(). NULL and errno: EINVAL an
 * argument is not what it must be, EBUSY, ENOMEM; then nothing was sent and nothing calls back.
 */
struct agent_call *agent_address_add(struct agent *agent, const struct agent_address *address,
				     const char *owner, agent_done *done, void *arg);
struct agent_call *agent_address_remove(struct agent *agent, const struct agent_address *address,
					const char *owner, agent_done *done, void *arg);
struct agent_call *agent_route_add(struct agent *agent, const struct agent_route *route,
				   const char *owner, agent_done *done, void *arg);
struct agent_call *agent_route_remove(struct agent *agent, const struct agent_route *route,
				      const char *owner, agent_done *done, void *arg);
struct agent_call *agent_nat_add(struct agent *agent, const struct agent_nat *nat,
				 const char *owner, agent_done *done, void *arg);
struct agent_call *agent_nat_remove(struct agent *agent, const struct agent_nat *nat,
				    const char *owner, agent_done *done, void *arg);

/** What the agent says that it applied. */
struct agent_applied {
	enum agent_applied_kind {
		AGENT_ADDRESS,
		AGENT_ROUTE,
		AGENT_NAT
	} kind;
	union {
		struct agent_address address;
		struct agent_route route;
		struct agent_nat nat;
	};
	const char *const *owners;
	size_t owner_count;
	bool existed; /**< the host had it before, and keeps it */
	bool present; /**< the host has it now */
};

/** The answer to agent_applied_get(): the entries of AGENT_DONE, else none and a message as with
 * agent_done. Valid during the call. */
typedef void agent_applied_done(void *arg, enum agent_outcome outcome, const char *message,
				const struct agent_applied *entries, size_t count);

/** Reads what is applied, of one owner or, with "", of all. As the orders. */
struct agent_call *agent_applied_get(struct agent *agent, const char *owner,
				     agent_applied_done *done, void *arg);

/** Gives a call up: no callback. The agent may have carried it out nonetheless. */
void agent_call_cancel(struct agent_call *call);

#endif
