/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_RUN_H
#define BGW_CONTROL_NEGOTIATION_RUN_H

/**
 * One run of protocol 1, 2 or 3 with a peer: messages of proto/negotiation.proto in and out,
 * whatever carries them. It ends when both ends have said that they took in all that the other
 * said; a message that is not allowed where it comes is a failure, after which the session must
 * end.
 *
 * Control thread only.
 */

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "peering.h"

#define RUN_MESSAGE_MAX 65536

struct run;

/** Takes a packed message to send. */
typedef void run_send(void *arg, const uint8_t *packed, size_t count);

enum run_result {
	RUN_WAITS, /**< for a message of the peer */
	RUN_MORE,  /**< run_go_on() when the carrier has room */
	RUN_DONE,
	RUN_FAILED, /**< *error is set */
};

/** is_asked: the peer initiated it, and we did not. NULL without memory. */
struct run *run_create(struct peering *peering, enum bgw_negotiation protocol, bool is_asked,
		       run_send *send, void *arg);
/** Accepts NULL. */
void run_destroy(struct run *run);

/** Sends some of what is to be sent; takes at most a slice of time. */
enum run_result run_go_on(struct run *run, struct error *error);
/** Takes a packed message of the peer. */
enum run_result run_take(struct run *run, const uint8_t *packed, size_t count, struct error *error);

#endif
