/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/ecn.h"
#include "encap/every.h"
#include "encap/flow.h"
#include "object/tunnel.h"
#include "stage/departure.h"
#include "stage/stage.h"

/* What frames that leave by one connection have in common. */
struct tunnel {
	bgw_ref target;
	uint32_t inner_max_bytes;
	uint32_t segmentation_id;
	uint16_t port;
	uint8_t encap;
	struct tos_rule tos_rule;
	const struct outer_header *header;
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

/* Why nothing may leave by the connection, or -1. */
static inline int tunnel_open(struct worker *worker, bgw_ref target, struct tunnel *tunnel)
{
	const struct bgw_dataplane *dp = worker->dp;
	const uint32_t index = bgw_ref_index(target);
	const struct connection *connection =
		__atomic_load_n(&dp->connections[index], __ATOMIC_ACQUIRE);
	const struct path *path = NULL;
	int reason;

	if (likely(connection != NULL))
		path = __atomic_load_n(&dp->paths[connection->path], __ATOMIC_ACQUIRE);
	reason = path_check(connection, path);
	if (unlikely(reason >= 0))
		return reason;
	*tunnel = (struct tunnel){
		.target = target,
		.inner_max_bytes = path->inner_max_bytes,
		.segmentation_id = connection->segmentation_id,
		.port = path->port,
		.encap = path->encap,
		.tos_rule = path->tos_rule,
		.header = &path->header,
		.traffic = &worker->connection_counters[index].counters,
	};
	return -1;
}

/* Takes the header before the frame into the first segment. */
static inline void mbuf_grow(struct rte_mbuf *mbuf, uint32_t first_bytes, uint32_t length,
			     uint32_t header_bytes)
{
	mbuf->data_off = (uint16_t)(mbuf->data_off - header_bytes);
	mbuf->data_len = (uint16_t)(first_bytes + header_bytes);
	mbuf->pkt_len = length + header_bytes;
}

/* A replica, whose inner frame is its second segment; or a frame that cannot leave by the tunnel.
 */
static __rte_noinline void frame_leave_unusual(struct worker *worker, const struct tunnel *tunnel,
					       const struct frame *frame,
					       struct departure *departure)
{
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint32_t length = mbuf->pkt_len;

	if (length > tunnel->inner_max_bytes) {
		lane_add(&worker->too_big, frame);
	} else if (mbuf->data_off < OUTER_HEADER_ROOM) {
		worker_drop_at(worker, mbuf, BGW_DROP_NO_HEADROOM, frame->target);
	} else if (transmit_refuses(tunnel->port, mbuf)) {
		worker_drop_at(worker, mbuf, BGW_DROP_CHAINED, frame->target);
	} else {
		const struct inner_flow flow =
			inner_flow_read(frame_bytes(frame), mbuf->next->data_len);
		const struct encap_push push = {
			.inner = rte_pktmbuf_mtod(mbuf, uint8_t *),
			.header = tunnel->header,
			.entropy = flow.entropy,
			.tos = ecn_encap_tos(flow.tos, tunnel->tos_rule),
			.segmentation_id = tunnel->segmentation_id,
			.inner_length = length,
		};

		encap_rows[tunnel->encap].push(&push);
		mbuf_grow(mbuf, mbuf->data_len, length, tunnel->header->length);
		tunnel->traffic->tx_pkts++;
		tunnel->traffic->tx_bytes += length;
		departure_add(departure, mbuf);
	}
}

/*
 * Sends frames by one tunnel up to the first that frame_leave_unusual() is for, or to `end`;
 * answers where it stopped. `push` is that of the tunnel's encapsulation.
 */
static __rte_always_inline const struct frame *frames_leave(
	const struct tunnel *tunnel, const struct frame *first, const struct frame *end,
	struct departure *departure, void (*push)(const struct encap_push *push))
{
	const struct tunnel by = *tunnel;
	const uint32_t header_bytes = by.header->length;
	struct rte_mbuf **mbufs = &departure->mbufs[departure->count];
	const struct frame *frame;
	uint32_t bytes = 0;

	for (frame = first; frame < end; frame++) {
		struct rte_mbuf *mbuf = frame->mbuf;
		const uint32_t length = mbuf->pkt_len;
		uint8_t *inner = rte_pktmbuf_mtod(mbuf, uint8_t *);
		struct inner_flow flow;

		if (unlikely(length > by.inner_max_bytes || mbuf->data_off < OUTER_HEADER_ROOM ||
			     (frame->flags & FRAME_REPLICA)))
			break;
		flow = inner_flow_read(inner, length);
		push(&(struct encap_push){
			.inner = inner,
			.header = by.header,
			.entropy = flow.entropy,
			.tos = ecn_encap_tos(flow.tos, by.tos_rule),
			.segmentation_id = by.segmentation_id,
			.inner_length = length,
		});
		mbuf_grow(mbuf, length, length, header_bytes);
		*mbufs++ = mbuf;
		bytes += length;
	}
	by.traffic->tx_pkts += (uint32_t)(frame - first);
	by.traffic->tx_bytes += bytes;
	departure->count += (uint32_t)(frame - first);
	departure->bytes += bytes + (uint32_t)(frame - first) * header_bytes;
	return frame;
}

/* frames_leave() for each encapsulation, with its header built in the loop. */
typedef const struct frame *(*frames_leave_fn)(const struct tunnel *tunnel,
					       const struct frame *first, const struct frame *end,
					       struct departure *departure);
#define X(id, name, help)                                                                        \
	static const struct frame *name##_leave(                                                 \
		const struct tunnel *tunnel, const struct frame *first, const struct frame *end, \
		struct departure *departure)                                                     \
	{                                                                                        \
		return frames_leave(tunnel, first, end, departure, name##_push);                 \
	}
BGW_ENCAP_LIST(X)
#undef X
#define X(id, name, help) [BGW_ENCAP_##id] = name##_leave,
static const frames_leave_fn leave[BGW_ENCAP_COUNT] = {BGW_ENCAP_LIST(X)};
#undef X

/* Frames to one connection. */
static inline void run_leave(struct worker *worker, const struct frame *frame,
			     const struct frame *end, struct departure *departure)
{
	struct tunnel tunnel;
	const int reason = tunnel_open(worker, frame->target, &tunnel);

	if (unlikely(reason >= 0)) {
		for (; frame < end; frame++)
			worker_drop_at(worker, frame->mbuf, (enum bgw_drop)reason, frame->target);
		return;
	}
	departure_to(worker, departure, tunnel.port);
	while ((frame = leave[tunnel.encap](&tunnel, frame, end, departure)) < end)
		frame_leave_unusual(worker, &tunnel, frame++, departure);
}

void stage_encap(struct worker *worker, struct lane *lane)
{
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_ENCAP, lane->count);
	struct departure departure;
	struct runs runs;

	runs_find(&runs, lane, worker->dp->connections, worker->connection_counters);
	departure_begin(&departure);
	for (uint32_t run = 0; run < runs.count; run++)
		run_leave(worker, runs.first[run], runs.first[run + 1], &departure);
	departure_end(worker, &departure);
	lane->count = 0;
	if (unlikely(worker->too_big.count > 0))
		stage_too_big(worker);
	stage_leave(&worker->clock, outer);
}
