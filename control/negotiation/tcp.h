/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_TCP_H
#define BGW_CONTROL_NEGOTIATION_TCP_H

/**
 * Negotiation over TCP: the peers of negotiation.tcp, those that we connect to and those that
 * connect to us. A peer is known by its address and has one session at a time. When one ends, for
 * whatever reason, the next begins afresh: after a while that doubles up to a minute, is shortened
 * at random, and starts over once a session has held.
 *
 * Who is not configured is refused; with accept_any it is a guest: served passively, that is, it
 * gets keepalives and may run heartbeats.
 *
 * Control thread only, but for negotiation_tcp_renewal_load().
 */

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "values.h"

struct config_negotiation_tcp;
struct control;
struct negotiation_tcp;
struct peering;
struct session;
struct session_counters;
struct stream_tls;

/** Whether the section can be used, without starting anything. 0, or negative with *error set. */
int negotiation_tcp_check(const struct config_negotiation_tcp *config, struct error *error);

/** Listens and connects. 0, or negative with *error set. */
int negotiation_tcp_start(struct control *control, struct error *error);
/** The loop must run once more. */
void negotiation_tcp_stop(struct control *control);

/** Reads the certificates again: *tls is for negotiation_tcp_renew() or stream_tls_release(), NULL
 * where none are in use. 0, or negative with *error set. Any thread. */
int negotiation_tcp_renewal_load(const struct control *control,
				 const struct config_negotiation_tcp *config,
				 struct stream_tls **tls, struct error *error);
/** Takes them for connections to come; those that there are go on with theirs. */
void negotiation_tcp_renew(struct control *control, struct stream_tls *tls);

/** Whether more than heartbeats is negotiated with the remote gateway over TCP. */
bool negotiation_tcp_has(const struct control *control, const struct bgw_uuid *gateway);

/** What is shown of a session, or of a peer that has none. */
struct negotiation_tcp_view {
	const char *name;	       /**< of the peer; "" of a guest */
	struct bgw_address ip;	       /**< of the peer */
	const struct session *session; /**< NULL: there is none */
	const struct session_counters *counters;
	const struct peering *peering; /**< NULL of a guest */
	uint64_t sessions;	       /**< that have been up */
	const char *last_error;
	uint32_t accepts; /**< protocols, by bit */
	uint32_t id;
	bool is_guest;
};

typedef void negotiation_tcp_seen(void *context, const struct negotiation_tcp_view *view);
void negotiation_tcp_each(const struct control *control, negotiation_tcp_seen *seen, void *context);

#endif
