/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_FAR_ENDS_H
#define BENCH_FAR_ENDS_H

#include <stdint.h>

#include <rte_mbuf.h>

#include <bgw/dataplane.h>

/*
 * The other ends of the sessions that bench-negotiation measures, and a tunnel beside them: in this
 * process, with the gateway's own exchange and keys. Each initiates one heartbeat after the other,
 * so that every datagram of it has bytes, which are answered.
 */

#define FAR_ENDS_UDP_PORT 9698

/* Tables with room for the sessions, the first worker's. Ends the process with a sentence. */
struct bgw_dataplane *far_ends_open(uint32_t sessions, uint32_t interval_ms);

/* The next datagram of session `index`, from 1. A forged one differs in its tag, and is none of the
 * session's. */
struct rte_mbuf *far_ends_datagram(uint32_t index, bool forged);
/* One packet of the tunnel. */
struct rte_mbuf *far_ends_tunnel_packet(uint32_t number);

struct far_ends_count {
	uint64_t asked;	   /* datagrams with bytes that were made */
	uint64_t answered; /* of them, by a datagram whose tag was found right */
	uint64_t said;	   /* datagrams that came from the gateway */
	uint64_t forwarded;
};
extern struct far_ends_count far_ends_count;

/* Takes all that the gateway sent. A datagram that is not authentic, or ends its session, ends the
 * process. */
void far_ends_take(void);

/* Says `what`, and why, unless status is 0. */
void far_ends_done(int status, const char *what);

#endif
