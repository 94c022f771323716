/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_BRIDGE_H
#define STAGE_BRIDGE_H

#include "object/bridge.h"
#include "stage/stage.h"

/*
 * How an input stage hands frames to the bridge: it opens the intake, adds each frame while the
 * first bytes of it are at hand, which begins its lookups, and closes the intake.
 */
struct intake {
	const struct em_table *fdb;
	struct frame *frame; /* the next one, and its lookups */
	struct bridge_lookup *lookup;
	struct bridge_lookup last; /* of the frame before; at first of keys that are none */
};

static inline struct intake intake_open(struct worker *worker)
{
	return (struct intake){
		.fdb = &worker->dp->fdb,
		.frame = worker->input.frames,
		.lookup = worker->input.lookups,
	};
}

/*
 * Begins to look up both addresses of the frame at `bytes`, unless they are those of the frame
 * before it: frames of one flow often follow one another.
 */
static inline void lookup_begin(struct intake *intake, uint16_t domain, const uint8_t *bytes)
{
	struct bridge_lookup *last = &intake->last;
	const uint64_t destination = fdb_key(domain, bytes + FRAME_DESTINATION_OFFSET);
	const uint64_t source = fdb_key(domain, bytes + FRAME_SOURCE_OFFSET);

	if (((destination ^ last->destination.key) | (source ^ last->source.key)) != 0) {
		last->destination =
			(struct em_lookup){destination, em_begin(intake->fdb, destination)};
		last->source = (struct em_lookup){source, em_begin(intake->fdb, source)};
	}
	*intake->lookup++ = *last;
}

/* `origin` is all of the frame but its buffer; the inner frame is at `bytes`. */
static inline void intake_add(struct intake *intake, struct rte_mbuf *mbuf, frame_word origin,
			      uint16_t domain, const uint8_t *bytes)
{
	lookup_begin(intake, domain, bytes);
	intake->frame->origin = origin;
	intake->frame->mbuf = mbuf;
	intake->frame++;
}

/* Learns, finds the destinations, and runs what follows to the end. */
static inline void intake_close(struct worker *worker, const struct intake *intake)
{
	worker->input.count = (uint32_t)(intake->frame - worker->input.frames);
	stage_bridge(worker);
}

#endif
