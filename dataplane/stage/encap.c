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
	uint32_t segmentation_id;
	uint32_t inner_max_bytes;
	uint16_t header_bytes;
	struct tos_rule tos_rule;
	const struct outer_header *header;
	struct encap_lane *lane;
	struct bgw_traffic_counters *traffic;
};

static inline int path_check(const struct connection *connection, const struct path *path)
{
	if (unlikely(!connection || !path))
		return BGW_DROP_STALE_TARGET;
	if (unlikely(!(connection->flags & CONNECTION_ADMIN_UP)))
		return BGW_DROP_CONNECTION_DOWN;
	return unlikely(path->drop != PATH_IS_UP) ? path->drop : -1;
}

static __rte_always_inline void tunnel_open(struct worker *worker, struct encap_lane *lanes,
					    bgw_ref target, struct tunnel *tunnel)
{
	const struct bgw_dataplane *dp = worker->dp;
	const uint32_t index = bgw_ref_index(target);
	const struct connection *connection =
		__atomic_load_n(&dp->connections[index], __ATOMIC_ACQUIRE);
	const struct path *path = NULL;

	if (likely(connection != NULL))
		path = __atomic_load_n(&dp->paths[connection->path], __ATOMIC_ACQUIRE);
	tunnel->target = target;
	tunnel->reason = path_check(connection, path);
	if (unlikely(tunnel->reason >= 0))
		return;
	tunnel->segmentation_id = connection->segmentation_id;
	tunnel->inner_max_bytes = path->inner_max_bytes;
	tunnel->header_bytes = path->header.length;
	tunnel->tos_rule = path->tos_rule;
	tunnel->header = &path->header;
	tunnel->lane = &lanes[path->encap];
	tunnel->traffic = &worker->connection_counters[index].counters;
	if (tunnel->lane->count == 0)
		tunnel->lane->port = path->port;
	else if (unlikely(tunnel->lane->port != path->port))
		tunnel->lane->scattered = true;
}

/* Why a frame cannot leave by the tunnel: a drop reason, or -1. */
static inline int frame_check(const struct tunnel *tunnel, const struct rte_mbuf *mbuf)
{
	if (unlikely(tunnel->reason >= 0))
		return tunnel->reason;
	if (unlikely(mbuf->pkt_len > tunnel->inner_max_bytes))
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
static __rte_noinline struct inner_flow replica_flow(const struct frame *frame,
						     struct tos_rule rule)
{
	return inner_flow_read(frame_bytes(frame), frame->mbuf->next->data_len, rule);
}

/* Puts the frame into its lane, its header still to be written. */
static __rte_always_inline void frame_prepare(const struct tunnel *tunnel,
					      const struct frame *frame)
{
	struct encap_lane *lane = tunnel->lane;
	struct encap_push *item = &lane->items[lane->count];
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint16_t header_bytes = tunnel->header_bytes;
	uint32_t length;

	lane->mbufs[lane->count++] = mbuf;
	item->inner = rte_pktmbuf_mtod(mbuf, uint8_t *);
	if (unlikely(frame->flags & FRAME_REPLICA)) {
		item->flow = replica_flow(frame, tunnel->tos_rule);
		lane->scattered = true;
	} else {
		item->flow = inner_flow_read(item->inner, mbuf->data_len, tunnel->tos_rule);
	}
	length = mbuf->pkt_len;
	item->inner_length = (uint16_t)length;
	item->header = tunnel->header;
	item->segmentation_id = tunnel->segmentation_id;
	mbuf->data_off = (uint16_t)(mbuf->data_off - header_bytes);
	mbuf->data_len = (uint16_t)(mbuf->data_len + header_bytes);
	mbuf->pkt_len = length + header_bytes;
	lane->bytes += length + header_bytes;
	tunnel->traffic->tx_pkts++;
	tunnel->traffic->tx_bytes += length;
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
	struct tunnel tunnel = {.target = BGW_REF_NONE};

	targets_prefetch(lane, worker->dp->connections, worker->connection_counters);
	for (uint32_t encap = 0; encap < BGW_ENCAP_COUNT; encap++)
		lanes[encap].count = lanes[encap].bytes = lanes[encap].scattered = 0;
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct frame *frame = &lane->frames[i];
		int reason;

		/* Frames of one tunnel mostly follow one another. */
		if (unlikely(frame->target != tunnel.target))
			tunnel_open(worker, lanes, frame->target, &tunnel);
		reason = frame_check(&tunnel, frame->mbuf);
		if (likely(reason < 0))
			frame_prepare(&tunnel, frame);
		else
			frame_refuse(worker, frame, reason);
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
