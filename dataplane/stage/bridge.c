/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/guard.h"
#include "stage/stage.h"

static void event_report(struct worker *worker, enum bgw_event_type type, const struct frame *frame,
			 uint64_t key)
{
	struct event_filter_entry *filter =
		&worker->event_filter[em_hash(&worker->dp->fdb, key) & (EVENT_FILTER_ENTRIES - 1)];
	struct bgw_event event = {
		.type = (uint8_t)type,
		.worker = (uint8_t)worker->id,
		.domain = frame->domain,
		.ref = frame->source,
	};
	const uint64_t mac_bytes = key >> 16;

	if (filter->valid && filter->key == key && filter->ref == frame->source &&
	    (uint16_t)(worker->now_s - filter->reported_s) < 2)
		return;
	memcpy(&event.mac, &mac_bytes, sizeof(event.mac));
	if (rte_ring_sp_enqueue_elem(worker->events, &event, sizeof(event)) != 0) {
		worker->counters.events_lost++;
		return;
	}
	*filter = (struct event_filter_entry){
		.key = key,
		.ref = frame->source,
		.reported_s = worker->now_s,
		.valid = 1,
	};
}

/* Where the frame came in, if that is an attachment. */
static const struct attachment *attachment_of(const struct bgw_dataplane *dp,
					      const struct frame *frame)
{
	if (!bgw_ref_is_attachment(frame->source))
		return NULL;
	return __atomic_load_n(&dp->attachments[bgw_ref_index(frame->source)], __ATOMIC_ACQUIRE);
}

/* Whether the frame, if it is to a link-local group, may go on from where it came in. */
static bool link_local_may_pass(const struct attachment *attachment, const struct frame *frame,
				uint64_t destination)
{
	return guard_link_local(destination,
				bgw_ref_is_connection(frame->source) ||
					(attachment && attachment->flags & ATTACHMENT_L2_CONTROL));
}

/* Why a frame whose source the table does not have here may not pass: a drop reason, or -1. */
static int source_check(const struct attachment *attachment, const struct frame *frame,
			const struct bridge_lookup *lookup)
{
	if (guard_source_is_bad(lookup->source.key))
		return BGW_DROP_BAD_SOURCE;
	/* Who speaks to his own link alone is no station of the network. */
	if (guard_is_link_local(lookup->destination.key) &&
	    !link_local_may_pass(attachment, frame, lookup->destination.key))
		return BGW_DROP_LINK_LOCAL;
	if (attachment && (attachment->flags & ATTACHMENT_REFUSE_NEW_SOURCES))
		return BGW_DROP_MAC_LIMIT;
	return -1;
}

/* A source that the table does not have here. False: dropped. */
static bool source_is_new(struct worker *worker, const struct frame *frame,
			  const struct bridge_lookup *lookup, enum bgw_event_type type)
{
	const int reason = source_check(attachment_of(worker->dp, frame), frame, lookup);

	if (unlikely(reason >= 0)) {
		worker_drop_at(worker, frame->mbuf, (enum bgw_drop)reason, frame->source);
		return false;
	}
	event_report(worker, type, frame, lookup->source.key);
	return true;
}

/* Stamps or reports the source. False: dropped. */
static inline bool source_learn(struct worker *worker, const struct frame *frame,
				const struct bridge_lookup *lookup)
{
	const struct em_slot slot = em_find_at(&worker->dp->fdb, lookup->source);
	bgw_ref ref;

	if (unlikely(!slot.bucket))
		return source_is_new(worker, frame, lookup, BGW_EVENT_MAC_SEEN);
	ref = em_value(slot);
	if (likely((ref & BGW_REF_PLACE) == frame->source)) {
		em_stamp(slot, worker->now_s);
		return true;
	}
	if (ref & (BGW_REF_STATIC | BGW_REF_FROZEN))
		return true;
	return source_is_new(worker, frame, lookup, BGW_EVENT_MAC_MOVED);
}

/* A group, or a station that the table does not have: a drop reason, or -1 to flood it. */
static int unknown_check(struct worker *worker, struct frame *frame, uint64_t destination)
{
	const struct attachment *attachment = attachment_of(worker->dp, frame);

	if (guard_is_link_local(destination)) {
		frame->flags |= FRAME_LINK_LOCAL;
		return link_local_may_pass(attachment, frame, destination) ? -1
									   : BGW_DROP_LINK_LOCAL;
	}
	if (!guard_is_group(destination) && attachment &&
	    (attachment->flags & ATTACHMENT_STORM_LIMITS) &&
	    !guard_unknown_unicast(worker, attachment))
		return BGW_DROP_UNKNOWN_UNICAST_LIMIT;
	return -1;
}

static void destination_is_unknown(struct worker *worker, struct frame *frame, uint64_t destination)
{
	const int reason = unknown_check(worker, frame, destination);

	if (reason < 0)
		lane_add(&worker->to_flood, frame);
	else
		worker_drop_at(worker, frame->mbuf, (enum bgw_drop)reason, frame->source);
}

static inline void destination_sort(struct worker *worker, struct frame *frame,
				    const struct bridge_lookup *lookup)
{
	const struct em_slot slot = em_find_at(&worker->dp->fdb, lookup->destination);
	bgw_ref target;

	/* Groups are never in the table. */
	if (unlikely(!slot.bucket)) {
		destination_is_unknown(worker, frame, lookup->destination.key);
		return;
	}
	target = em_value(slot) & BGW_REF_PLACE;
	if (bgw_ref_is_connection(target)) {
		if (likely(!bgw_ref_is_connection(frame->source)))
			lane_send(&worker->to_connections, frame, target);
		else
			worker_drop_at(worker, frame->mbuf, BGW_DROP_SPLIT_HORIZON, frame->source);
	} else if (likely(target != frame->source)) {
		lane_send(&worker->to_attachments, frame, target);
	} else {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_SAME_ATTACHMENT, frame->source);
	}
}

void stage_bridge(struct worker *worker)
{
	struct bridge_input *input = &worker->input;
	const uint32_t count = input->count;
	struct frame *frame = input->frames;
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_BRIDGE, count);

	for (const struct bridge_lookup *lookup = input->lookups; lookup < input->lookups + count;
	     lookup++, frame++) {
		if (likely(source_learn(worker, frame, lookup)))
			destination_sort(worker, frame, lookup);
	}
	if (worker->to_flood.count > 0) {
		const enum bgw_stage bridge =
			stage_enter(&worker->clock, BGW_STAGE_FLOOD, worker->to_flood.count);

		stage_suppress(worker, &worker->to_flood);
		stage_flood(worker, &worker->to_flood);
		stage_leave(&worker->clock, bridge);
	}
	if (worker->to_attachments.count > 0)
		stage_access_output(worker, &worker->to_attachments);
	if (worker->to_connections.count > 0)
		stage_encap(worker, &worker->to_connections);
	stage_leave(&worker->clock, outer);
}
