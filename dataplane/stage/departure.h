/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_DEPARTURE_H
#define STAGE_DEPARTURE_H

#include "stage/stage.h"

/*
 * Frames on their way to one port: an output stage gathers them, so that they are handed on
 * together and not one by one. At most BURST_FRAMES are added before departure_end().
 */
struct departure {
	uint32_t count;
	uint32_t bytes;
	uint16_t port;
	struct rte_mbuf *mbufs[BURST_FRAMES];
};

/*
 * Fetches what the frames of a lane will need of their targets, so that none waits for it alone:
 * the published object, of an array of pointers by index, and its counters.
 */
static inline void targets_prefetch(const struct lane *lane, const void *objects,
				    const struct traffic_line *counters)
{
	const void *const *object = objects;
	bgw_ref last = BGW_REF_NONE;

	for (uint32_t i = 0; i < lane->count; i++) {
		const bgw_ref target = lane->frames[i].target;

		if (likely(target == last))
			continue;
		last = target;
		rte_prefetch1(object[bgw_ref_index(target)]);
		rte_prefetch1(&counters[bgw_ref_index(target)]);
	}
}

static inline void departure_begin(struct departure *departure)
{
	departure->count = 0;
	departure->bytes = 0;
	departure->port = 0;
}

static inline void departure_end(struct worker *worker, struct departure *departure)
{
	stage_transmit_burst(worker, departure->port, departure->mbufs, departure->count,
			     departure->bytes);
	departure->count = 0;
	departure->bytes = 0;
}

static inline void departure_add(struct worker *worker, struct departure *departure, uint16_t port,
				 struct rte_mbuf *mbuf)
{
	if (unlikely(departure->port != port)) {
		departure_end(worker, departure);
		departure->port = port;
	}
	if (unlikely(mbuf->nb_segs > 1) && transmit_refuses(worker, port, mbuf))
		return;
	departure->mbufs[departure->count++] = mbuf;
	departure->bytes += mbuf->pkt_len;
}

#endif
