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
	struct em_width fdb_width; /* of this burst */
	struct frame *frame;	   /* the next one, and its lookups */
	struct bridge_lookup *lookup;
	struct bridge_lookup last; /* of the frame before; at first of keys that are none */
};

static inline struct intake intake_open(struct worker *worker)
{
	return (struct intake){
		.fdb = &worker->dp->fdb,
		.fdb_width = *em_width(&worker->dp->fdb),
		.frame = worker->input.frames,
		.lookup = worker->input.lookups,
	};
}

/*
 * Begins to look up both addresses of a frame, unless they are those of the frame before it: frames
 * of one flow often follow one another.
 */
static inline void lookup_begin(struct intake *intake, uint16_t domain,
				struct frame_addresses addresses)
{
	struct bridge_lookup *last = &intake->last;
	/* fdb_key() of them. */
	const uint64_t destination = addresses.first << 16 | domain;
	const uint64_t source = (addresses.last & ~UINT64_C(0xffff)) | domain;

	if (((destination ^ last->destination.key) | (source ^ last->source.key)) != 0) {
		last->destination = em_begin_in(intake->fdb, &intake->fdb_width, destination);
		last->source = em_begin_in(intake->fdb, &intake->fdb_width, source);
	}
	*intake->lookup++ = *last;
}

/* `origin` is all of the frame but its buffer. */
static inline void intake_add(struct intake *intake, struct rte_mbuf *mbuf, frame_word origin,
			      uint16_t domain, struct frame_addresses addresses)
{
	lookup_begin(intake, domain, addresses);
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
