/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_GREETING_H
#define BGW_PROTO_NEGOTIATOR_GREETING_H

/**
 * How two gateways come to a session: by hellos. Each end offers an id and a nonce of its own, and
 * a session is that pair of nonces that each end has seen the other repeat:
 *
 *     A to B   hello, A's nonce a                      "I call"
 *     B to A   hello, B's nonce b, and a               A: b is fresh, it is session (a, b)
 *     A to B   hello, A's nonce a, and b               B: likewise
 *
 * Either end may call, or both at once. An offer is used for one session and then replaced, and the
 * keys come of both nonces, so no two sessions have the same keys, whichever end restarts, as long
 * as one of them draws nonces that it has not drawn before.
 *
 * Nothing is kept of a hello that does not repeat our offer: an answer to a call is made of the
 * call alone. So calls that were recorded and are sent again change nothing here, and at the peer
 * an answer to a call that it does not make any more is ignored.
 *
 * This is one end, pure: authentic hellos and time in, hellos and sessions out. One thread.
 */

#include "negotiator/datagram.h"

/** What an end contributes to a session. */
struct bgw_greeting_offer {
	uint32_t session; /**< not 0 */
	uint64_t nonce;	  /**< not 0, random */
};

struct bgw_greeting_times {
	uint64_t retry_min_ns; /**< between the first two calls; doubles */
	uint64_t retry_max_ns;
};

struct bgw_greeting {
	struct bgw_greeting_times times;
	struct bgw_greeting_offer offer; /**< the next session's */
	struct bgw_greeting_offer own;	 /**< of the last session agreed, 0 */
	struct bgw_datagram_hello peer;	 /**< of that session */
	struct bgw_datagram_hello self;	 /**< epoch and interval that we announce */
	uint64_t call_ns;		 /**< when to call next, BGW_GREETING_NEVER */
	uint64_t retry_ns;
	uint64_t random;
};

#define BGW_GREETING_NEVER UINT64_MAX

/** What to do. A hello that is to be sent lacks only its counter. */
struct bgw_greeting_step {
	bool sends;
	bool agrees; /**< a session: greeting->own and ->peer. Give bgw_greeting_renew() an offer */
	struct bgw_datagram datagram;
	struct bgw_datagram_hello hello;
};

/** Begins to call at once. */
void bgw_greeting_init(struct bgw_greeting *greeting, const struct bgw_greeting_times *times,
		       const struct bgw_greeting_offer *offer, uint32_t epoch, uint32_t interval_ms,
		       uint64_t seed, uint64_t now_ns);

/** An authentic hello came. */
struct bgw_greeting_step bgw_greeting_receive(struct bgw_greeting *greeting,
					      const struct bgw_datagram *datagram,
					      const struct bgw_datagram_hello *hello,
					      uint64_t now_ns);

/** The offer was used: the next one. */
void bgw_greeting_renew(struct bgw_greeting *greeting, const struct bgw_greeting_offer *offer);

/** The time of call_ns has come. */
struct bgw_greeting_step bgw_greeting_timer(struct bgw_greeting *greeting, uint64_t now_ns);

/** Something authentic came in the session: the peer has it too, and calls end. */
void bgw_greeting_confirm(struct bgw_greeting *greeting);

/** The session is over: calls. */
void bgw_greeting_restart(struct bgw_greeting *greeting, uint64_t now_ns);

#endif
