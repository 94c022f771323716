/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/ecn.h"
#include "encap/every.h"
#include "encap/flow.h"
#include "stage/departure.h"
#include "stage/stage.h"
#include "stage/tunnel.h"

/* Takes the header before the frame into the first segment. */
static inline void mbuf_grow(struct rte_mbuf *mbuf, uint32_t first_bytes, uint32_t length,
			     uint32_t header_bytes)
{
	mbuf->data_off = (uint16_t)(mbuf->data_off - header_bytes);
	mbuf->data_len = (uint16_t)(first_bytes + header_bytes);
	mbuf->pkt_len = length + header_bytes;
}

/*
 * A replica, whose inner frame is its second segment; a frame with less room before it than any
 * header could need; or one that cannot leave by the tunnel.
 */
static __rte_noinline void frame_leave_unusual(struct worker *worker, struct tunnel tunnel,
					       const struct frame *frame,
					       struct departure *departure)
{
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint32_t length = mbuf->pkt_len;

	if (length > tunnel.inner_max_bytes) {
		lane_add(&worker->too_big, frame);
	} else if (mbuf->data_off < outer_header_room(tunnel.header)) {
		worker_drop_at(worker, mbuf, BGW_DROP_NO_HEADROOM, frame->target);
	} else if (transmit_refuses(tunnel.port, mbuf)) {
		worker_drop_at(worker, mbuf, BGW_DROP_CHAINED, frame->target);
	} else {
		const struct inner_flow flow =
			inner_flow_read(frame_bytes(frame), frame_segment(frame)->data_len);
		const struct encap_push push = {
			.inner = rte_pktmbuf_mtod(mbuf, uint8_t *),
			.header = tunnel.header,
			.entropy = flow.entropy,
			.tos = ecn_encap_tos(flow.tos, tunnel.tos_rule),
			.segmentation_id = tunnel.segmentation_id,
			.inner_length = length,
		};

		encap_rows[tunnel.encap].push(&push);
		mbuf_grow(mbuf, mbuf->data_len, length, tunnel.header->length);
		tunnel.sent->pkts++;
		tunnel.sent->bytes += length;
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
	const uint32_t header_bytes = tunnel->header->length;
	struct rte_mbuf **mbufs = &departure->mbufs[departure->count];
	const struct frame *frame;
	uint32_t bytes = 0;

	for (frame = first; frame < end; frame++) {
		struct rte_mbuf *mbuf = frame->mbuf;
		const uint32_t length = mbuf->pkt_len;
		uint8_t *inner = rte_pktmbuf_mtod(mbuf, uint8_t *);
		struct inner_flow flow;

		if (unlikely(length > tunnel->inner_max_bytes ||
			     mbuf->data_off < OUTER_HEADER_ROOM || (frame->flags & FRAME_REPLICA)))
			break;
		flow = inner_flow_read(inner, length);
		push(&(struct encap_push){
			.inner = inner,
			.header = tunnel->header,
			.entropy = flow.entropy,
			.tos = ecn_encap_tos(flow.tos, tunnel->tos_rule),
			.segmentation_id = tunnel->segmentation_id,
			.inner_length = length,
		});
		mbuf_grow(mbuf, length, length, header_bytes);
		*mbufs++ = mbuf;
		bytes += length;
	}
	tunnel->sent->pkts += (uint32_t)(frame - first);
	tunnel->sent->bytes += bytes;
	departure->count += (uint32_t)(frame - first);
	departure->bytes += bytes + (uint32_t)(frame - first) * header_bytes;
	return frame;
}

static __rte_noinline void run_drop(struct worker *worker, const struct frame *frame,
				    const struct frame *end, enum bgw_drop reason)
{
	for (; frame < end; frame++)
		worker_drop_at(worker, frame->mbuf, reason, frame->target);
}

/* What is left of a lane to send. */
struct leaving {
	uint32_t run;	      /* the next one */
	enum bgw_encap encap; /* of that run, as far as one knows */
	struct runs runs;
	struct departure departure;
};

/*
 * Sends runs up to the first by another encapsulation than `encap`, whose header `push` writes. To
 * be inlined for each of them.
 */
static __rte_always_inline void runs_leave(struct worker *worker, struct leaving *leaving,
					   enum bgw_encap encap,
					   void (*push)(const struct encap_push *push))
{
	for (; leaving->run < leaving->runs.count; leaving->run++) {
		const struct frame *frame = leaving->runs.first[leaving->run];
		const struct frame *end = leaving->runs.first[leaving->run + 1];
		struct tunnel tunnel;
		const int reason = tunnel_open(worker, frame->target, &tunnel);

		if (unlikely(reason >= 0)) {
			run_drop(worker, frame, end, (enum bgw_drop)reason);
			continue;
		}
		leaving->encap = (enum bgw_encap)tunnel.encap;
		if (unlikely(leaving->encap != encap))
			return;
		departure_to(worker, &leaving->departure, tunnel.port);
		while ((frame = frames_leave(&tunnel, frame, end, &leaving->departure, push)) < end)
			frame_leave_unusual(worker, tunnel, frame++, &leaving->departure);
	}
}

#define X(id, name, help)                                                             \
	static void name##_runs_leave(struct worker *worker, struct leaving *leaving) \
	{                                                                             \
		runs_leave(worker, leaving, BGW_ENCAP_##id, name##_push);             \
	}
BGW_ENCAP_LIST(X)
#undef X
#define X(id, name, help) [BGW_ENCAP_##id] = name##_runs_leave,
static void (*const leave[BGW_ENCAP_COUNT])(struct worker *worker,
					    struct leaving *leaving) = {BGW_ENCAP_LIST(X)};
#undef X

void stage_encap(struct worker *worker, struct lane *lane)
{
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_ENCAP, lane->count);
	struct leaving leaving;

	runs_find(&leaving.runs, lane, worker->connection_traffic.tx);
	departure_begin(&leaving.departure);
	leaving.run = 0;
	leaving.encap = 0;
	while (leaving.run < leaving.runs.count)
		leave[leaving.encap](worker, &leaving);
	departure_end(worker, &leaving.departure);
	lane->count = 0;
	if (unlikely(worker->too_big.count > 0))
		stage_too_big(worker);
	stage_leave(&worker->clock, outer);
}
