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

/* What is added from now on leaves by the port. */
static inline void departure_to(struct worker *worker, struct departure *departure, uint16_t port)
{
	if (likely(departure->port == port))
		return;
	departure_end(worker, departure);
	departure->port = port;
}

/* A frame that transmit_refuses() did not drop. */
static inline void departure_add(struct departure *departure, struct rte_mbuf *mbuf)
{
	departure->mbufs[departure->count++] = mbuf;
	departure->bytes += mbuf->pkt_len;
}

/*
 * Frames of a lane that follow one another to the same target: run i is those from first[i] up to
 * first[i + 1]. They share what they have in common.
 */
struct runs {
	uint32_t count;
	const struct frame *first[BURST_FRAMES + 1];
};

/* Finds the runs, and fetches their targets' counters, so that none waits for them alone. */
static inline void runs_find(struct runs *runs, const struct lane *lane,
			     const struct traffic *counters)
{
	const struct frame *end = &lane->frames[lane->count];
	bgw_ref last = BGW_REF_NONE;

	runs->count = 0;
	for (const struct frame *frame = lane->frames; frame < end; frame++) {
		if (likely(frame->target == last))
			continue;
		last = frame->target;
		runs->first[runs->count++] = frame;
		rte_prefetch1(&counters[bgw_ref_index(last)]);
	}
	runs->first[runs->count] = end;
}

#endif
