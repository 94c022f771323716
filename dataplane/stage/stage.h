/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include "worker/worker.h"

/*
 * The stages, in the order of a frame's life. Each takes a burst, keeps or passes on every frame of
 * it, and drops the rest under a named reason. None allocates but for copies, locks, logs, or makes
 * a system call. None holds a frame after it returns, but stage_transmit() in the tx buffers.
 */

/*
 * From an access port: claims frames for attachments by their tags, takes the tags off, applies the
 * attachment's guards, and bridges what is left.
 */
void stage_access_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			uint32_t count);

/*
 * From an underlay port: verifies the outer headers, finds peer and connection, strips, and bridges
 * what is left; what is no tunnel traffic goes to Linux.
 */
void stage_underlay_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			  uint32_t count);

/*
 * Learns the sources of the frames in worker->input and finds their destinations, which sorts them
 * into worker->to_attachments, to_connections and to_flood; then runs the stages of these lanes.
 */
void stage_bridge(struct worker *worker);

/* Answers queries for addresses that are known at the edge; leaves the other frames in the lane. */
void stage_suppress(struct worker *worker, struct lane *lane);

/* Replicates to all flood targets of the frame's domain but its source. */
void stage_flood(struct worker *worker, struct lane *lane);

/* To attachments: pushes tags, pads, and transmits. Empties the lane. */
void stage_access_output(struct worker *worker, struct lane *lane);

/* To connections: builds the outer header and transmits. Empties the lane. */
void stage_encap(struct worker *worker, struct lane *lane);

/*
 * Frames of worker->too_big, which do not fit the path of their target connection: answers them
 * where the connection says so, and drops them all.
 */
void stage_too_big(struct worker *worker);

/* Hands a frame, complete, to a port. */
void stage_transmit(struct worker *worker, uint16_t port, struct rte_mbuf *mbuf);
/* Hands frames to a port that refuses none of them; `bytes` is the sum of their lengths. */
void stage_transmit_burst(struct worker *worker, uint16_t port, struct rte_mbuf **mbufs,
			  uint32_t count, uint32_t bytes);
/* Whether the frame is a chain of segments, and the port cannot send those. */
bool transmit_refuses(uint16_t port, const struct rte_mbuf *mbuf);
/* Gives all gathered frames to the drivers, or to the worker that owns the queue. */
void stage_transmit_flush(struct worker *worker);

/*
 * Whether a packet is within the meter's rate: one packet each `interval_cycles`, with a burst of
 * `burst_cycles` worth of them (the virtual scheduling form of GCRA, ITU-T I.371). Any worker.
 */
static inline bool meter_conforms(_Atomic uint64_t *meter, uint64_t now_cycles,
				  uint64_t interval_cycles, uint64_t burst_cycles)
{
	uint64_t earliest = atomic_load_explicit(meter, memory_order_relaxed);
	uint64_t next;

	do {
		if (earliest > now_cycles + burst_cycles)
			return false;
		next = (earliest > now_cycles ? earliest : now_cycles) + interval_cycles;
	} while (!atomic_compare_exchange_weak_explicit(
		meter, &earliest, next, memory_order_relaxed, memory_order_relaxed));
	return true;
}

#endif
