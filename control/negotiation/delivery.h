/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_DELIVERY_H
#define BGW_CONTROL_NEGOTIATION_DELIVERY_H

/**
 * Brings the messages of a run to a peer's gRPC service: in order, one call after another, and one
 * whose answer was lost again. The connection stays from one run to the next.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "negotiation/keys.h"

struct control;
struct delivery;
struct rpc_tls;

/** Enough of a reason, from gRPC. */
#define DELIVERY_WHY_SIZE 320

struct delivery_owner {
	/** A call was answered: there is room. */
	void (*taken)(void *arg);
	/** The messages do not arrive. Nothing more is called back. May close the delivery. */
	void (*failed)(void *arg, const char *why);
};

/** Connects with the first call. `target`: as rpc/address.h says; tls NULL: in the clear. Both are
 * copied. NULL with *error set. */
struct delivery *delivery_open(struct control *control, const char *target,
			       const struct rpc_tls *tls, const struct delivery_owner *owner,
			       void *arg, struct error *error);
/** Accepts NULL. */
void delivery_close(struct delivery *delivery);

/** A run begins: forgets what is left of another one. */
void delivery_begin(struct delivery *delivery, uint32_t session, uint32_t round,
		    const uint8_t key[NEGOTIATION_KEY_BYTES]);
/** Forgets all that was added. */
void delivery_reset(struct delivery *delivery);
/** Copies a packed message. Without memory the delivery fails. */
void delivery_add(struct delivery *delivery, const uint8_t *packed, size_t count);
/** Sends what was added, if nothing is under way. */
void delivery_flush(struct delivery *delivery);
/** Of what was added and not answered. */
size_t delivery_unsent_bytes(const struct delivery *delivery);

#endif
