/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_TAGGED_H
#define STAGE_TAGGED_H

#include "stage/bridge.h"
#include "stage/tags.h"

/*
 * Frames whose tags say which attachment they belong to. A port with thousands of VLANs brings each
 * by another one, so a burst goes through the tables step by step: the lookups of all begin when
 * they are added, and none waits for memory alone.
 */
struct tagged_frame {
	struct rte_mbuf *mbuf;
	struct tags tags;
	struct em_lookup lookup; /* of tags.key, unless that is 0 */
};

struct tagged_burst {
	uint32_t count;
	struct tagged_frame frames[BURST_FRAMES];
};

/* Adds a tagged frame in normal form that came by the port. */
static inline void tagged_add(struct tagged_burst *burst, const struct bgw_dataplane *dp,
			      uint16_t port, struct rte_mbuf *mbuf)
{
	struct tagged_frame *frame = &burst->frames[burst->count++];

	frame->mbuf = mbuf;
	frame->tags = tags_read(&port_table[port], port, rte_pktmbuf_mtod(mbuf, const uint8_t *),
				mbuf->data_len);
	if (likely(frame->tags.key != 0))
		frame->lookup = em_begin(&dp->tags, frame->tags.key);
}

/* Takes the tags off and hands the frames to the bridge, or drops them. */
void tagged_enter(struct worker *worker, struct intake *intake, const struct tagged_burst *burst,
		  uint16_t port);

#endif
