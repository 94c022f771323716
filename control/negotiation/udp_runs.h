/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_UDP_RUNS_H
#define BGW_CONTROL_NEGOTIATION_UDP_RUNS_H

/**
 * Protocols 1 to 3 of one peer over UDP. Its worker agrees on them and keeps the session alive;
 * they run here, and their messages go by gRPC: ours to the peer's service (delivery.h), the peer's
 * to ours (service.h). What is offered to the worker is what there is to do (peering.h).
 *
 * A run that fails ends the session, and for a while after that, a second at first and doubled up
 * to a minute, nothing but heartbeats is offered and accepted.
 *
 * Control thread only.
 */

#include <negotiation.pb-c.h>

#include "negotiation/delivery.h"
#include "negotiation/peering.h"
#include "negotiation/run.h"

struct bgw_negotiation_report;
struct negotiation_udp_peer;
struct rpc_exchange;

#define UDP_RUNS_WHY_SIZE 384

enum udp_verdict {
	UDP_NO_VERDICT,
	UDP_RUN_DONE,
	UDP_RUN_FAILED,
};

struct udp_runs {
	struct peering peering;
	struct delivery *delivery;   /**< NULL before the first run, and after one that failed */
	uint32_t renewals;	     /**< with which it was opened */
	struct loop_timer *go_timer; /**< when a run can go on */
	struct loop_timer *offer_timer;

	bool holds;	  /**< a protocol has the session, for all that the worker knows */
	uint32_t round;	  /**< of the session, of that protocol or of the last one */
	uint32_t next;	  /**< number of the peer's next call in that round */
	struct run *run;  /**< NULL: it is over here */
	bool has_more;	  /**< to send */
	uint8_t protocol; /**< enum bgw_negotiation */
	uint8_t verdict;  /**< enum udp_verdict: what the worker is to be told */

	/** The peer's call that is being taken, or waits for its round to be agreed here too. */
	struct rpc_exchange *exchange;
	Bgw__Negotiation__Body *body;
	size_t taken;

	bool is_told; /**< the worker, what is offered and accepted: */
	uint32_t initiate_mask, accept_mask;

	uint64_t after_ns; /**< when more than heartbeats are offered */
	uint32_t failures; /**< in a row */
	uint32_t peer_epoch;
	char why[UDP_RUNS_WHY_SIZE];
	uint64_t counts[BGW_NEGOTIATION_COUNT];
	uint8_t rx_key[NEGOTIATION_KEY_BYTES], tx_key[NEGOTIATION_KEY_BYTES];
};

/** Nothing, if there is no negotiation.grpc: then the functions below do nothing. 0 or -ENOMEM;
 * udp_runs_clear() in any case. */
int udp_runs_init(struct negotiation_udp_peer *peer);
void udp_runs_clear(struct negotiation_udp_peer *peer);
/** No call goes out or is answered any more. */
void udp_runs_halt(struct negotiation_udp_peer *peer);

/** A session takes the place of the last one. 0 or -EIO. */
int udp_runs_session(struct negotiation_udp_peer *peer);
/** Its first datagram came. */
void udp_runs_up(struct negotiation_udp_peer *peer);
/** The worker has agreed on a protocol. */
void udp_runs_agreed(struct negotiation_udp_peer *peer,
		     const struct bgw_negotiation_report *report);
/** Whether a run has failed in this session, which ends therefore: runs->why. */
bool udp_runs_has_failed(const struct negotiation_udp_peer *peer);
/** It has ended. */
void udp_runs_ended(struct negotiation_udp_peer *peer, const struct bgw_negotiation_report *report);

/** An authentic call of the peer. Takes the body. */
void udp_runs_call(struct negotiation_udp_peer *peer, struct rpc_exchange *exchange,
		   Bgw__Negotiation__Body *body);

/** What is accepted now besides heartbeats, by bit. */
uint32_t udp_runs_protocols(const struct negotiation_udp_peer *peer);

#endif
