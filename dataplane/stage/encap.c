/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/flow.h"
#include "encap/row.h"
#include "object/tunnel.h"
#include "stage/departure.h"
#include "stage/stage.h"

/* Frames of one encapsulation, so that its headers are written in one go. */
struct encap_lane {
	uint32_t count;
	uint32_t bytes; /* with their headers */
	uint16_t port;	/* of the first frame */
	bool scattered; /* not all leave by that port, or some are chains of segments */
	struct encap_push items[BURST_FRAMES];
	struct rte_mbuf *mbufs[BURST_FRAMES];
};

/* What frames that leave by one connection have in common. */
struct tunnel {
	bgw_ref target;
	int reason; /* why nothing may leave, or -1 */
	const struct connection *connection;
	const struct path *path;
	struct bgw_traffic_counters *traffic;
};

static int path_check(const struct connection *connection, const struct path *path)
{
	if (unlikely(!connection || !path))
		return BGW_DROP_STALE_TARGET;
	if (unlikely(!(connection->flags & CONNECTION_ADMIN_UP)))
		return BGW_DROP_CONNECTION_DOWN;
	return unlikely(path->drop != PATH_IS_UP) ? path->drop : -1;
}

static inline struct tunnel tunnel_open(struct worker *worker, bgw_ref target)
{
	const struct bgw_dataplane *dp = worker->dp;
	const uint32_t index = bgw_ref_index(target);
	struct tunnel tunnel = {
		.target = target,
		.connection = __atomic_load_n(&dp->connections[index], __ATOMIC_ACQUIRE),
		.traffic = &worker->connection_counters[index].counters,
	};

	if (likely(tunnel.connection != NULL))
		tunnel.path =
			__atomic_load_n(&dp->paths[tunnel.connection->path], __ATOMIC_ACQUIRE);
	tunnel.reason = path_check(tunnel.connection, tunnel.path);
	return tunnel;
}

/* Why a frame cannot leave by a path that is up: a drop reason, or -1. */
static inline int frame_check(const struct rte_mbuf *mbuf, uint32_t inner_max_bytes)
{
	if (unlikely(mbuf->pkt_len > inner_max_bytes))
		return BGW_DROP_TOO_BIG;
	if (unlikely(mbuf->data_off < OUTER_HEADER_ROOM))
		return BGW_DROP_NO_HEADROOM;
	return -1;
}

static void frame_refuse(struct worker *worker, const struct frame *frame, int reason)
{
	if (reason == BGW_DROP_TOO_BIG)
		lane_add(&worker->too_big, frame);
	else
		worker_drop_at(worker, frame->mbuf, (enum bgw_drop)reason, frame->target);
}

/* The replica's inner frame is its second segment. */
static __rte_noinline struct inner_flow replica_flow(const struct frame *frame, int8_t dscp)
{
	return inner_flow_read(frame_bytes(frame), frame->mbuf->next->data_len, dscp);
}

/*
 * Takes the frames of one connection that follow one another at `frames`, of which there are
 * `count` in all. Returns how many.
 */
static uint32_t run_prepare(struct worker *worker, const struct frame *frames, uint32_t count,
			    const struct tunnel *tunnel, struct encap_lane *lane)
{
	const struct path *path = tunnel->path;
	const uint32_t segmentation_id = tunnel->connection->segmentation_id;
	const uint32_t inner_max_bytes = path->inner_max_bytes;
	const uint16_t header_bytes = path->header.length;
	const int8_t dscp = path->dscp;
	struct encap_push *item = &lane->items[lane->count];
	struct rte_mbuf **out = &lane->mbufs[lane->count];
	uint64_t inner_bytes = 0;
	uint32_t kept;
	uint32_t i;

	for (i = 0; i < count && frames[i].target == tunnel->target; i++) {
		struct rte_mbuf *mbuf = frames[i].mbuf;
		const int reason = frame_check(mbuf, inner_max_bytes);
		uint32_t length;

		if (unlikely(reason >= 0)) {
			frame_refuse(worker, &frames[i], reason);
			continue;
		}
		item->inner = rte_pktmbuf_mtod(mbuf, uint8_t *);
		if (unlikely(frames[i].flags & FRAME_REPLICA)) {
			item->flow = replica_flow(&frames[i], dscp);
			lane->scattered = true;
		} else {
			item->flow = inner_flow_read(item->inner, mbuf->data_len, dscp);
		}
		length = mbuf->pkt_len;
		inner_bytes += length;
		item->inner_length = (uint16_t)length;
		item->header = &path->header;
		item->segmentation_id = segmentation_id;
		mbuf->data_off = (uint16_t)(mbuf->data_off - header_bytes);
		mbuf->data_len = (uint16_t)(mbuf->data_len + header_bytes);
		mbuf->pkt_len = length + header_bytes;
		item++;
		*out++ = mbuf;
	}
	kept = (uint32_t)(item - &lane->items[lane->count]);
	lane->scattered |= lane->count > 0 && lane->port != path->port;
	lane->port = lane->count > 0 ? lane->port : path->port;
	lane->count += kept;
	lane->bytes += (uint32_t)inner_bytes + kept * header_bytes;
	tunnel->traffic->tx_pkts += kept;
	tunnel->traffic->tx_bytes += inner_bytes;
	return i;
}

static uint32_t run_drop(struct worker *worker, const struct frame *frames, uint32_t count,
			 const struct tunnel *tunnel)
{
	uint32_t i;

	for (i = 0; i < count && frames[i].target == tunnel->target; i++)
		worker_drop_at(worker, frames[i].mbuf, (enum bgw_drop)tunnel->reason,
			       tunnel->target);
	return i;
}

static void lane_transmit(struct worker *worker, struct encap_lane *lane)
{
	struct departure departure;

	if (likely(!lane->scattered)) {
		stage_transmit_burst(worker, lane->port, lane->mbufs, lane->count, lane->bytes);
		return;
	}
	departure_begin(&departure);
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct path *path =
			container_of(lane->items[i].header, const struct path, header);

		departure_add(worker, &departure, path->port, lane->mbufs[i]);
	}
	departure_end(worker, &departure);
}

void stage_encap(struct worker *worker, struct lane *lane)
{
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_ENCAP, lane->count);
	struct encap_lane lanes[BGW_ENCAP_COUNT];
	uint32_t i = 0;

	for (uint32_t encap = 0; encap < BGW_ENCAP_COUNT; encap++)
		lanes[encap].count = lanes[encap].bytes = lanes[encap].scattered = 0;
	while (i < lane->count) {
		const struct frame *frames = &lane->frames[i];
		const struct tunnel tunnel = tunnel_open(worker, frames[0].target);

		i += likely(tunnel.reason < 0) ? run_prepare(worker, frames, lane->count - i,
							     &tunnel, &lanes[tunnel.path->encap])
					       : run_drop(worker, frames, lane->count - i, &tunnel);
	}
	for (uint32_t encap = 0; encap < BGW_ENCAP_COUNT; encap++) {
		if (lanes[encap].count == 0)
			continue;
		encap_rows[encap].push_burst(lanes[encap].items, lanes[encap].count);
		lane_transmit(worker, &lanes[encap]);
	}
	lane->count = 0;
	if (unlikely(worker->too_big.count > 0))
		stage_too_big(worker);
	stage_leave(&worker->clock, outer);
}
