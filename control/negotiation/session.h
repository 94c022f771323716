/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_SESSION_H
#define BGW_CONTROL_NEGOTIATION_SESSION_H

/**
 * A session of the byte negotiator over a stream: rounds, sleeps, deadlines, and the protocols that
 * run in between. The stream carries the bytes of the negotiator and of the heartbeat as they are,
 * without framing, so that any other implementation can be the peer. It is never reused: whatever
 * goes wrong ends it, and a new stream has a new session.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "negotiator/heartbeat.h"
#include "negotiator/negotiator.h"
#include "peering.h"
#include "stream.h"

struct session;

/** As long as the peer has not been heard of for so long, it is gone. */
#define SESSION_ANSWER_MS    5000
#define SESSION_SLEEP_MS     100
#define SESSION_HEARTBEAT_MS 1000
/** A peer that never sleeps is held to this. */
#define SESSION_ROUND_MIN_MS 5

#define SESSION_REASON_SIZE STREAM_REASON_SIZE

struct session_counters {
	uint64_t rx_bytes, tx_bytes;
	uint64_t rounds;
	uint64_t accepted, rejected; /**< what the peer initiated */
	uint64_t runs[BGW_NEGOTIATION_COUNT];
};

struct session_owner {
	/** The stream is up and the first round begins. */
	void (*up)(void *arg);
	/** Never from within a function below. The session must still be destroyed. */
	void (*ended)(void *arg, const char *why);
};

/** What protocols this end offers and accepts, by bit (1 << enum bgw_negotiation). */
struct session_willing {
	uint32_t initiates, accepts;
};

/** Without a stream yet. peering NULL: protocols 1 to 3 are neither initiated nor accepted.
 * `counters` go on counting and stay the caller's, as all else. NULL without memory. */
struct session *session_create(struct loop *loop, const struct session_willing *willing,
			       struct peering *peering, struct session_counters *counters,
			       const struct session_owner *owner, void *arg);
/** For the owner of the session's stream; its argument is the session. */
extern const struct stream_owner session_stream_owner;
/** Gives it its stream, which it closes. */
void session_take_stream(struct session *session, struct stream *stream);
/** Accepts NULL. */
void session_destroy(struct session *session);

const struct bgw_negotiator *session_negotiator(const struct session *session);
const struct bgw_heartbeat *session_heartbeat(const struct session *session);
/** The protocol for whose answer the peer was waited for when the session ended: it may not know
 * it. Negative: none. */
int session_unanswered(const struct session *session);
/** Whether its stream is up. */
bool session_is_up(const struct session *session);
#endif
