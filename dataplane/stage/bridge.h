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
	struct frame *frames;
	struct bridge_lookup *lookups;
	uint32_t count;
};

static inline struct intake intake_open(struct worker *worker)
{
	return (struct intake){
		.fdb = &worker->dp->fdb,
		.frames = worker->input.frames,
		.lookups = worker->input.lookups,
	};
}

/* `origin` is all of the frame but its buffer; the inner frame is at `bytes`. */
static inline void intake_add(struct intake *intake, struct rte_mbuf *mbuf, frame_word origin,
			      uint16_t domain, const uint8_t *bytes)
{
	const uint64_t destination = fdb_key(domain, bytes + FRAME_DESTINATION_OFFSET);
	const uint64_t source = fdb_key(domain, bytes + FRAME_SOURCE_OFFSET);
	struct frame *frame = &intake->frames[intake->count];
	struct bridge_lookup *lookup = &intake->lookups[intake->count];

	intake->count++;
	frame->origin = origin;
	frame->mbuf = mbuf;
	lookup->source = source;
	lookup->destination = destination;
	lookup->source_at = em_begin(intake->fdb, source);
	lookup->destination_at = em_begin(intake->fdb, destination);
}

/* Learns, finds the destinations, and runs what follows to the end. */
static inline void intake_close(struct worker *worker, const struct intake *intake)
{
	worker->input.count = intake->count;
	stage_bridge(worker);
}

#endif
