/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_UDP_PRIVATE_H
#define BGW_CONTROL_NEGOTIATION_UDP_PRIVATE_H

/** What the files udp*.c share. Nobody else includes this. */

#include "negotiation/keys.h"
#include "negotiation/udp.h"
#include "negotiation/udp_runs.h"
#include "negotiator/greeting.h"
#include "tunnel.h"

struct loop_timer;
struct underlay_path;

enum udp_state {
	UDP_CONNECTING,
	UDP_UP,
	UDP_DOWN,
};

struct negotiation_udp_peer {
	struct control *control;
	struct bgw_uuid gateway;
	uint32_t index; /* of the dataplane's peer */
	struct bgw_address local, remote;
	struct negotiation_secret secret;
	uint32_t interval_ms, multiplier;
	char *grpc;	/* where its service is; "": at its address */
	char *tls_name; /* that its certificate must have; "": as where it is */
	struct underlay_path *path;
	bool is_published;
	uint8_t rx_key[NEGOTIATION_KEY_BYTES], tx_key[NEGOTIATION_KEY_BYTES]; /* of hellos */
	enum udp_state state;
	uint64_t down_ns; /* when connecting is over */
	struct bgw_greeting greeting;
	struct loop_timer *timer;
	uint32_t session; /* the one that counts, 0: none */
	uint64_t sessions, hellos;
	char last_error[384];
	struct bgw_negotiation_status before;
	struct udp_runs *runs; /* NULL without negotiation.grpc */
	struct negotiation_udp_peer *next, **place;
	struct negotiation_udp_peer *next_of_session; /* in its bucket */
};

struct negotiation_udp {
	struct loop_timer *timer;
	uint32_t epoch;	  /* of this process */
	uint64_t counter; /* of hellos: never twice, for it begins at random in its epoch */
	struct negotiation_udp_peer *first;
	struct negotiation_udp_peer **by_index;
	uint32_t index_count, peer_count;
	struct negotiation_udp_peer **by_session; /* buckets: their names are at random */
	uint32_t session_mask;
};

/* It is called so from now on; 0: it has none. */
void udp_peer_session_set(struct negotiation_udp_peer *peer, uint32_t session);
/* The peer whose session is called so here. NULL: there is none. */
struct negotiation_udp_peer *udp_peer_of_session(const struct control *control, uint32_t session);
/* How long after the last datagram the peer is down: by the slower one's interval. */
uint64_t udp_detection_ns(const struct negotiation_udp_peer *peer);
/* A report of the peer's worker. */
void udp_peer_report(struct negotiation_udp_peer *peer,
		     const struct bgw_negotiation_report *report);
/* For loop_timer_create(). */
void udp_peer_timer(void *arg);
/* An offer for the next session. */
struct bgw_greeting_offer udp_offer(void);
uint64_t udp_random(void);
/* Makes the state another one, and tells all whom it concerns. */
void udp_peer_turn(struct negotiation_udp_peer *peer, enum udp_state state);

#endif
