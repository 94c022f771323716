/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "object/tunnel.h"
#include "stage/stage.h"

/* A copy of fewer bytes costs less than a header segment and a shared payload. */
#define COPY_MAX_BYTES 256

/* The port by which a flood target is reached, or -1 if it is none any more. */
static int target_port(const struct bgw_dataplane *dp, bgw_ref target)
{
	if (bgw_ref_is_attachment(target)) {
		const struct attachment *attachment =
			__atomic_load_n(&dp->attachments[bgw_ref_index(target)], __ATOMIC_ACQUIRE);

		return attachment ? attachment->port : -1;
	}
	const struct path *path = connection_path(dp, connection_get(dp, bgw_ref_index(target)));

	return path ? path->port : -1;
}

/* An empty header segment before the shared payload. NULL: no buffer was free. */
static struct rte_mbuf *replica_share(struct rte_mbuf *mbuf)
{
	struct rte_mbuf *header = rte_pktmbuf_alloc(mbuf->pool);
	struct rte_mbuf *payload;

	if (!header)
		return NULL;
	payload = rte_pktmbuf_clone(mbuf, mbuf->pool);
	if (!payload) {
		rte_pktmbuf_free(header);
		return NULL;
	}
	header->next = payload;
	header->nb_segs = 2;
	header->pkt_len = payload->pkt_len;
	header->port = mbuf->port;
	return header;
}

/*
 * A copy in one segment. NULL: no buffer was free, or, with `reason` changed, none holds it, for a
 * driver may leave less room before a frame than a buffer of our own has.
 */
static struct rte_mbuf *replica_copy(struct rte_mbuf *mbuf, enum bgw_drop *reason)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(mbuf, mbuf->pool, 0, UINT32_MAX);

	if (likely(!copy || copy->nb_segs == 1))
		return copy;
	rte_pktmbuf_free(copy);
	*reason = BGW_DROP_CHAINED;
	return NULL;
}

/*
 * A frame of its own for one more target. The original stays as it is until all replicas of it
 * are on their way. A drop reason, or -1.
 */
static int replica_make(const struct bgw_dataplane *dp, const struct frame *frame, bgw_ref target,
			struct frame *replica)
{
	const int port = target_port(dp, target);
	const bool share = port >= 0 && port_table[port].tx_multi_segment &&
			   frame->mbuf->pkt_len > COPY_MAX_BYTES;
	enum bgw_drop reason = BGW_DROP_NO_MBUF;

	*replica = *frame;
	replica->target = target;
	if (share) {
		replica->mbuf = replica_share(frame->mbuf);
		replica->flags |= FRAME_REPLICA;
	} else {
		replica->mbuf = replica_copy(frame->mbuf, &reason);
	}
	return replica->mbuf ? -1 : (int)reason;
}

static void target_add(struct worker *worker, const struct frame *frame)
{
	if (bgw_ref_is_connection(frame->target)) {
		lane_add(&worker->to_connections, frame);
		if (worker->to_connections.count == BURST_FRAMES)
			stage_encap(worker, &worker->to_connections);
	} else {
		lane_add(&worker->to_attachments, frame);
		if (worker->to_attachments.count == BURST_FRAMES)
			stage_access_output(worker, &worker->to_attachments);
	}
}

static void replica_add(struct worker *worker, const struct frame *frame, bgw_ref target)
{
	struct bgw_port_counters *counters = &worker->port_counters[frame->mbuf->port];
	struct frame replica;
	const int reason = replica_make(worker->dp, frame, target, &replica);

	counters->replicated++;
	if (likely(reason < 0)) {
		target_add(worker, &replica);
	} else {
		counters->drops[reason]++;
		worker_losses(worker, target)->dropped_pkts++;
	}
}

static void frame_flood(struct worker *worker, struct frame *frame)
{
	const struct domain *domain =
		__atomic_load_n(&worker->dp->domains[frame->domain], __ATOMIC_ACQUIRE);
	bgw_ref last = BGW_REF_NONE;
	uint32_t count;

	if (unlikely(!domain)) {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_NO_DOMAIN, frame->source);
		return;
	}
	frame->flags |= FRAME_FLOODED;
	count = bgw_ref_is_connection(frame->source) ? domain->attachments_count
						     : domain->targets_count;
	/* The last target gets the frame itself, the others replicas made before it leaves. */
	for (uint32_t i = 0; i < count; i++) {
		if (domain->targets[i] == frame->source)
			continue;
		if (last != BGW_REF_NONE)
			replica_add(worker, frame, last);
		last = domain->targets[i];
	}
	if (last == BGW_REF_NONE) {
		worker_drop_at(worker, frame->mbuf, BGW_DROP_NO_FLOOD_TARGET, frame->source);
		return;
	}
	frame->target = last;
	/* Its payload is still read by the replicas that share it: only they may get new headers.
	 */
	if (rte_mbuf_refcnt_read(frame->mbuf) > 1) {
		struct rte_mbuf *original = frame->mbuf;

		replica_add(worker, frame, last);
		worker->port_counters[original->port].replicated--;
		rte_pktmbuf_free(original);
		return;
	}
	target_add(worker, frame);
}

void stage_flood(struct worker *worker, struct lane *lane)
{
	for (uint32_t i = 0; i < lane->count; i++)
		frame_flood(worker, &lane->frames[i]);
	lane->count = 0;
}
