/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_NEGOTIATION_H
#define BGW_NEGOTIATION_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/dataplane.h>
#include <bgw/tunnel.h>
#include <negotiator/exchange.h>

/*
 * The byte negotiator on the workers (docs/negotiation.md): sessions with peers over UDP.
 *
 * Control makes keys and decides what a session is; hellos go through it. All else is the worker's
 * that owns the peer: it alone touches a session, from the command that starts it to the report
 * that it has ended. Commands go by a ring for each worker, and reports come back by another.
 *
 * A peer here is one of bgw/tunnel.h, by the same index, with which negotiation is on.
 */

#define BGW_NEGOTIATION_KEY_BYTES 16

/* The UDP port on which datagrams are received, and from and to which they go; 0: none are. */
void bgw_negotiation_port_set(struct bgw_dataplane *dp, uint16_t udp_port);

struct bgw_negotiation_peer_spec {
	uint16_t worker; /* the owner; it stays the same as long as the peer is set */
	/* How to reach it; `encap` and `keyless` do not matter. */
	struct bgw_path_spec path;
	/* Of hellos from the peer, and to it. */
	uint8_t rx_key[BGW_NEGOTIATION_KEY_BYTES];
	uint8_t tx_key[BGW_NEGOTIATION_KEY_BYTES];
};

/* -EINVAL, -ENOMEM. */
int bgw_negotiation_peer_set(struct bgw_dataplane *dp, uint32_t index,
			     const struct bgw_negotiation_peer_spec *spec);
/* Its session must have been stopped. */
int bgw_negotiation_peer_clear(struct bgw_dataplane *dp, uint32_t index);

struct bgw_negotiation_session_spec {
	uint32_t session;	 /* what the peer calls it: of what it sends */
	uint32_t remote_session; /* of what we send */
	uint64_t nonce;
	uint64_t remote_nonce;
	uint32_t epoch; /* ours */
	uint32_t remote_epoch;
	uint8_t rx_key[BGW_NEGOTIATION_KEY_BYTES];
	uint8_t tx_key[BGW_NEGOTIATION_KEY_BYTES];
	struct bgw_exchange_setup setup;
};

/*
 * Commands to the peer's owner. -ENOENT: there is no such peer. -EAGAIN: the ring is full, which
 * passes. -ENOMEM.
 */

/* The session takes the place of the one before, which ends. */
int bgw_negotiation_session_start(struct bgw_dataplane *dp, uint32_t index,
				  const struct bgw_negotiation_session_spec *spec);
/* Closes the session, if there is one. The other end is told, also if the peer is cleared then. */
int bgw_negotiation_session_stop(struct bgw_dataplane *dp, uint32_t index);
/* bgw_exchange_offer() and bgw_exchange_done(), of the session that is called `session` here. */
int bgw_negotiation_offer(struct bgw_dataplane *dp, uint32_t index, uint32_t initiate_mask,
			  uint32_t accept_mask);
int bgw_negotiation_done(struct bgw_dataplane *dp, uint32_t index, uint32_t session, bool failed);
/* Sends a hello. Its counter must not have been used under the peer's key and this epoch. */
int bgw_negotiation_hello_send(struct bgw_dataplane *dp, uint32_t index,
			       const struct bgw_datagram *datagram,
			       const struct bgw_datagram_hello *hello);

struct bgw_negotiation_status {
	bool is_up;
	uint8_t state;	 /* enum bgw_negotiator_state */
	uint8_t running; /* the protocol that holds the session, BGW_EXCHANGE_IDLE */
	uint32_t session;
	uint32_t round;
	uint64_t round_trip_ns; /* of the last heartbeat; 0: there was none */
	uint64_t heartbeats;
	uint64_t heard_ago_ns;
	uint64_t rx_datagrams; /* authentic and new */
	uint64_t tx_datagrams;
	uint64_t replayed_datagrams;
	uint64_t forged_datagrams; /* with the session's id and nonce, and a wrong tag */
	uint64_t resent_datagrams;
};

enum bgw_negotiation_report_type {
	BGW_NEGOTIATION_HELLO = 1, /* an authentic hello came */
	BGW_NEGOTIATION_UP,	   /* the session's first authentic datagram came */
	BGW_NEGOTIATION_AGREED,	   /* `protocol` is to be run */
	BGW_NEGOTIATION_ENDED,	   /* the session is over; `end` says why, NONE: replaced */
};

struct bgw_negotiation_report {
	uint8_t type; /* enum bgw_negotiation_report_type */
	uint8_t protocol;
	uint8_t end;	  /* enum bgw_exchange_end */
	bool is_accepted; /* AGREED: the peer had asked */
	uint32_t peer;	  /* index */
	uint32_t session; /* but of a hello */
	uint32_t round;	  /* AGREED: the session's, the same at both ends */
	struct bgw_datagram datagram;
	struct bgw_datagram_hello hello;
	struct bgw_negotiation_status status; /* ENDED: the last one */
	char why[BGW_NEGOTIATOR_TEXT_SIZE];   /* ENDED: what the negotiator says, or "" */
};

/*
 * Takes up to `max` reports. Those of a session are never lost; a hello is, and counted as
 * negotiation_report_full, while the ring is full. Returns how many.
 */
uint32_t bgw_negotiation_report_take(struct bgw_dataplane *dp,
				     struct bgw_negotiation_report *reports, uint32_t max);

/* Of the session that was started last and has not ended. -ENOENT: there is none. */
int bgw_negotiation_status_get(const struct bgw_dataplane *dp, uint32_t index,
			       struct bgw_negotiation_status *status);

#endif
