/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/guard.h"
#include "stage/stage.h"

/* Keys and hashes of a burst, computed ahead so that the table's lines are there when needed. */
struct bridge_keys {
	uint64_t source[BURST_FRAMES];
	uint64_t source_hash[BURST_FRAMES];
	uint64_t destination[BURST_FRAMES];
	uint64_t destination_hash[BURST_FRAMES];
};

static void event_report(struct worker *worker, enum bgw_event_type type, const struct frame *frame,
			 uint64_t key, uint64_t hash)
{
	struct event_filter_entry *filter =
		&worker->event_filter[hash & (EVENT_FILTER_ENTRIES - 1)];
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

/* A source that the table does not have here. False: dropped. */
static bool source_is_new(struct worker *worker, const struct frame *frame,
			  enum bgw_event_type type, uint64_t key, uint64_t hash)
{
	const struct attachment *attachment = NULL;

	if (bgw_ref_is_attachment(frame->source))
		attachment = __atomic_load_n(&worker->dp->attachments[bgw_ref_index(frame->source)],
					     __ATOMIC_ACQUIRE);
	if (attachment && (attachment->flags & ATTACHMENT_REFUSE_NEW_SOURCES)) {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_MAC_LIMIT, frame->source);
		return false;
	}
	event_report(worker, type, frame, key, hash);
	return true;
}

/* Stamps or reports the source. False: dropped. */
static inline bool source_learn(struct worker *worker, const struct frame *frame, uint64_t key,
				uint64_t hash)
{
	const struct em_slot slot = em_find(&worker->dp->fdb, key, hash);
	bgw_ref ref;

	if (unlikely(!slot.bucket))
		return source_is_new(worker, frame, BGW_EVENT_MAC_SEEN, key, hash);
	ref = em_value(slot);
	if (likely((ref & BGW_REF_PLACE) == frame->source)) {
		em_stamp(slot, worker->now_s);
		return true;
	}
	if (ref & (BGW_REF_STATIC | BGW_REF_FROZEN))
		return true;
	return source_is_new(worker, frame, BGW_EVENT_MAC_MOVED, key, hash);
}

static void unknown_unicast(struct worker *worker, const struct frame *frame)
{
	const struct attachment *attachment = NULL;

	if (bgw_ref_is_attachment(frame->source))
		attachment = __atomic_load_n(&worker->dp->attachments[bgw_ref_index(frame->source)],
					     __ATOMIC_ACQUIRE);
	if (attachment && (attachment->flags & ATTACHMENT_STORM_LIMITS) &&
	    !guard_unknown_unicast(worker, attachment)) {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_UNKNOWN_UNICAST_LIMIT, frame->source);
		return;
	}
	lane_add(&worker->to_flood, frame);
}

static inline void destination_sort(struct worker *worker, struct frame *frame, uint64_t key,
				    uint64_t hash)
{
	const struct em_slot slot = em_find(&worker->dp->fdb, key, hash);

	/* Groups are never in the table. */
	if (unlikely(!slot.bucket)) {
		if (key >> 16 & GUARD_GROUP_BIT)
			lane_add(&worker->to_flood, frame);
		else
			unknown_unicast(worker, frame);
		return;
	}
	frame->target = em_value(slot) & BGW_REF_PLACE;
	if (bgw_ref_is_connection(frame->target)) {
		if (likely(!bgw_ref_is_connection(frame->source)))
			lane_add(&worker->to_connections, frame);
		else
			worker_drop_at(worker, frame->mbuf, BGW_DROP_SPLIT_HORIZON, frame->source);
	} else if (likely(frame->target != frame->source)) {
		lane_add(&worker->to_attachments, frame);
	} else {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_SAME_ATTACHMENT, frame->source);
	}
}

void stage_bridge(struct worker *worker)
{
	const struct em_table *fdb = &worker->dp->fdb;
	struct frame *frames = worker->input.frames;
	const uint32_t count = worker->input.count;
	struct bridge_keys keys;

	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *bytes = rte_pktmbuf_mtod(frames[i].mbuf, const uint8_t *);

		keys.source[i] = fdb_key(frames[i].domain, bytes + FRAME_SOURCE_OFFSET);
		keys.source_hash[i] = em_hash(fdb, keys.source[i]);
		em_prefetch(fdb, keys.source_hash[i]);
		keys.destination[i] = fdb_key(frames[i].domain, bytes + FRAME_DESTINATION_OFFSET);
		keys.destination_hash[i] = em_hash(fdb, keys.destination[i]);
		em_prefetch(fdb, keys.destination_hash[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (unlikely(
			    !source_learn(worker, &frames[i], keys.source[i], keys.source_hash[i])))
			continue;
		destination_sort(worker, &frames[i], keys.destination[i], keys.destination_hash[i]);
	}
	worker->input.count = 0;
	if (worker->to_flood.count > 0) {
		stage_suppress(worker, &worker->to_flood);
		stage_flood(worker, &worker->to_flood);
	}
	if (worker->to_attachments.count > 0)
		stage_access_output(worker, &worker->to_attachments);
	if (worker->to_connections.count > 0)
		stage_encap(worker, &worker->to_connections);
}
