/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_TCP_PRIVATE_H
#define BGW_CONTROL_NEGOTIATION_TCP_PRIVATE_H

/** What the files of negotiation over TCP share: tcp.c (peers, listening, what is shown),
 * tcp_peer.c (one peer and its sessions). Control thread only. */

#include <uv.h>

#include "config.h"
#include "session.h"
#include "tcp.h"

#define TCP_GUESTS_MAX 64

struct tcp_peer {
	struct negotiation_tcp *tcp;
	const struct config_negotiation_peer *config; /**< NULL: a guest */
	union stream_address address;		      /**< to connect to */
	struct bgw_address ip;
	struct session *session;
	struct session_willing willing;
	struct peering peering;	   /**< not of a guest */
	uint64_t limited_until_ns; /**< as long it is not offered what it seemed not to know */
	struct session_counters counters;
	struct loop_timer *timer; /**< when to connect again */
	uint64_t up_ns;		  /**< when the session came up */
	uint64_t random;
	uint64_t sessions;
	uint32_t id;
	uint32_t failures; /**< in a row */
	bool is_outbound;  /**< the session: we connected */
	char last_error[SESSION_REASON_SIZE];
};

struct tcp_listener {
	struct negotiation_tcp *tcp;
	uv_tcp_t handle;
	const char *where;
};

struct negotiation_tcp {
	struct control *control;
	const struct config_negotiation_tcp *config;
	struct stream_tls *tls;
	struct tcp_peer *peers; /**< the configured ones */
	uint32_t peer_count;
	struct tcp_peer *guests[TCP_GUESTS_MAX]; /**< NULL: free */
	struct tcp_listener *listeners;
	uint32_t listener_count, listeners_closing;
	uint32_t last_id;
	uint64_t refused, refusal_logged_ns;
};

/** 0 or -ENOMEM. The config of a guest is NULL. */
int tcp_peer_make(struct tcp_peer *peer, struct negotiation_tcp *tcp,
		  const struct config_negotiation_peer *config);
/** Ends its session too. */
void tcp_peer_clear(struct tcp_peer *peer);
/** Now, if it is one that we connect to and it has no session. */
void tcp_peer_connect(struct tcp_peer *peer);
/** Gives it a connection that it made. Whether it takes it; else the caller closes it. */
bool tcp_peer_accept(struct tcp_peer *peer, struct stream *stream);
/** Of tcp.c: a guest has gone, and is freed. */
void tcp_guest_gone(struct tcp_peer *guest);

const char *tcp_peer_name(const struct tcp_peer *peer);

#endif
