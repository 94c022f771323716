/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_UDP_H
#define BGW_CONTROL_NEGOTIATION_UDP_H

/**
 * Negotiation over UDP, control's part of it: which remote gateways it is on with, their keys,
 * hellos and sessions, and whether they are there. What is said in a session is the workers'
 * (bgw/negotiation.h).
 *
 * A remote gateway whose negotiation is enabled is
 *
 *     connecting   from then on, and after a session that ended for another reason than silence
 *     up           from a session's first authentic datagram
 *     down         after the detection time without one
 *
 * Its connections do not flood into it while it is down, and what was learned behind them is
 * forgotten.
 *
 * Control thread only.
 */

#include <stdbool.h>

#include <bgw/negotiation.h>

#include "error.h"
#include "objects.h"

struct control;
struct negotiation_udp;
struct negotiation_udp_peer;
struct peering;
struct remote_gateway_state;

/** After the dataplane was made and before objects are published. */
int negotiation_udp_start(struct control *control, struct error *error);
/** Closes all sessions, so that peers know; workers still run. */
void negotiation_udp_close(struct control *control);
/** All peers must have been cleared. */
void negotiation_udp_stop(struct control *control);

/** The remote gateway is as it says: `state` has its addresses and its peer in the dataplane.
 * False: not now, call again. */
bool negotiation_udp_set(struct control *control, struct remote_gateway_state *state,
			 const struct bgw_l2_remote_gateway *gateway);
/** Forgets it, before its peer is cleared. False: not now, call again. */
bool negotiation_udp_clear(struct control *control, struct remote_gateway_state *state);

/** At the end, when nothing forwards any more. */
void negotiation_udp_forget(struct remote_gateway_state *state);

/** Whether nothing may be flooded to it. Accepts NULL, of one without negotiation. */
bool negotiation_udp_is_down(const struct negotiation_udp_peer *peer);

/** What the API shows of one. */
struct negotiation_udp_view {
	const char *name; /**< of the remote gateway */
	const struct bgw_uuid *id;
	const struct bgw_address *address;
	const char *state;			     /**< "connecting", "up" or "down" */
	uint64_t sessions;			     /**< that were up */
	uint64_t hellos;			     /**< authentic ones that came */
	const struct bgw_negotiation_status *status; /**< NULL: there is no session */
	/** Of sessions that have ended. */
	const struct bgw_negotiation_status *before;
	const char *last_error; /**< "" */
	uint32_t accepts;	/**< protocols, by bit */
	const struct peering *peering;
	const uint64_t *runs; /**< by protocol */
};

/** In words: why it is down. "" while it is not. */
const char *negotiation_udp_reason(const struct negotiation_udp_peer *peer);

typedef void negotiation_udp_seen(void *context, const struct negotiation_udp_view *view);
/** Some of them, by the peer's index in the dataplane from *index on, which moves on. True at the
 * end. */
bool negotiation_udp_walk(const struct control *control, uint32_t *index,
			  negotiation_udp_seen *seen, void *context);
/** That of a remote gateway. False: there is none. */
bool negotiation_udp_see(const struct control *control, const struct bgw_uuid *gateway,
			 negotiation_udp_seen *seen, void *context);
/** Where negotiation_udp_walk() comes to that of a remote gateway. False: there is none. */
bool negotiation_udp_place(const struct control *control, const struct bgw_uuid *gateway,
			   uint32_t *index);

#endif
