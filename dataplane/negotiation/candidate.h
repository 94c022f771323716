/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEGOTIATION_CANDIDATE_H
#define NEGOTIATION_CANDIDATE_H

#include "negotiation/negotiation.h"

/*
 * Datagrams that came, in order of what a check costs: is the remote address known, is it the
 * session's id and nonce, was the counter not seen, is the tag right. Peers are looked up for a
 * whole burst; then, chunk by chunk, the next one is checked and what it needs is fetched before
 * this one is taken, so that no lookup waits for memory alone and no cache is asked for more than
 * it holds.
 */

/* One whose tag is to be checked. */
struct candidate {
	const struct negotiation_packet *packet;
	const struct negotiation_peer *peer;
	struct negotiation_session *session; /* NULL: a hello */
	struct bgw_datagram datagram;
	union {
		struct bgw_datagram_exchange exchange;
		struct bgw_datagram_hello hello;
	};
};

struct candidates {
	uint32_t count;
	uint64_t ends; /* of the worker's sessions, when these were found */
	struct candidate candidates[NEGOTIATION_CHUNK];
	struct tag_job jobs[NEGOTIATION_CHUNK];
};

/* What is left of negotiation's share of a burst. */
struct candidates_share {
	uint32_t tags;
	uint32_t hellos;
};

/* Looks up the peers of the input. */
void candidates_peers_find(struct worker *worker);

/* Puts those of `count` packets, a chunk at most, among the candidates that pass all that is asked
 * before the tag; drops the others, or hands them over. */
void candidates_find(struct worker *worker, const struct negotiation_packet *packets,
		     uint32_t count, struct candidates_share *share, struct candidates *candidates);

static inline void candidate_drop(struct worker *worker, const struct negotiation_packet *packet,
				  enum bgw_drop reason)
{
	worker_drop(worker, packet->mbuf, reason);
}

#endif
