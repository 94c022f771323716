/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/ecn.h"
#include "encap/entropy.h"
#include "encap/row.h"
#include "object/tunnel.h"
#include "stage/stage.h"

/* Frames of one encapsulation, so that its headers are written in one go. */
struct encap_lane {
	uint32_t count;
	struct encap_push items[BURST_FRAMES];
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint16_t ports[BURST_FRAMES];
};

/* Why the frame cannot leave by the connection: a drop reason, or -1. */
static inline int encap_check(const struct connection *connection, const struct path *path,
			      const struct rte_mbuf *mbuf)
{
	if (unlikely(!connection || !path))
		return BGW_DROP_STALE_TARGET;
	if (unlikely(!(connection->flags & CONNECTION_ADMIN_UP)))
		return BGW_DROP_CONNECTION_DOWN;
	if (unlikely(path->drop != PATH_IS_UP))
		return path->drop;
	if (unlikely(mbuf->pkt_len > path->inner_max_bytes))
		return BGW_DROP_TOO_BIG;
	if (unlikely(rte_pktmbuf_headroom(mbuf) < OUTER_HEADER_ROOM))
		return BGW_DROP_NO_HEADROOM;
	return -1;
}

static inline void encap_prepare(struct encap_lane *lane, const struct frame *frame,
				 const struct connection *connection, const struct path *path)
{
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint8_t *bytes = frame_bytes(frame);
	const uint32_t readable_bytes =
		unlikely(frame->flags & FRAME_REPLICA) ? mbuf->next->data_len : mbuf->data_len;
	const uint32_t i = lane->count++;

	lane->items[i] = (struct encap_push){
		.inner = rte_pktmbuf_mtod(mbuf, uint8_t *),
		.header = &path->header,
		.segmentation_id = connection->segmentation_id,
		.entropy = entropy_hash(bytes, readable_bytes),
		.inner_length = (uint16_t)mbuf->pkt_len,
		.tos = ecn_encap_tos(bytes, readable_bytes, path->dscp),
	};
	lane->mbufs[i] = mbuf;
	lane->ports[i] = path->port;
	mbuf->data_off = (uint16_t)(mbuf->data_off - path->header.length);
	mbuf->data_len = (uint16_t)(mbuf->data_len + path->header.length);
	mbuf->pkt_len += path->header.length;
}

void stage_encap(struct worker *worker, struct lane *lane)
{
	const struct bgw_dataplane *dp = worker->dp;
	struct encap_lane lanes[BGW_ENCAP_COUNT];

	for (uint32_t encap = 0; encap < BGW_ENCAP_COUNT; encap++)
		lanes[encap].count = 0;
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct frame *frame = &lane->frames[i];
		const struct connection *connection = __atomic_load_n(
			&dp->connections[bgw_ref_index(frame->target)], __ATOMIC_ACQUIRE);
		const struct path *path =
			likely(connection != NULL)
				? __atomic_load_n(&dp->paths[connection->path], __ATOMIC_ACQUIRE)
				: NULL;
		struct bgw_traffic_counters *traffic;
		const int reason = encap_check(connection, path, frame->mbuf);

		if (unlikely(reason == BGW_DROP_TOO_BIG)) {
			lane_add(&worker->too_big, frame);
			continue;
		}
		if (unlikely(reason >= 0)) {
			worker_drop_at(worker, frame->mbuf, (enum bgw_drop)reason, frame->target);
			continue;
		}
		traffic = &worker->connection_counters[connection->index];
		traffic->tx_pkts++;
		traffic->tx_bytes += frame->mbuf->pkt_len;
		encap_prepare(&lanes[path->encap], frame, connection, path);
	}
	for (uint32_t encap = 0; encap < BGW_ENCAP_COUNT; encap++) {
		if (lanes[encap].count == 0)
			continue;
		encap_rows[encap].push_burst(lanes[encap].items, lanes[encap].count);
		for (uint32_t i = 0; i < lanes[encap].count; i++)
			stage_transmit(worker, lanes[encap].ports[i], lanes[encap].mbufs[i]);
	}
	lane->count = 0;
	if (unlikely(worker->too_big.count > 0))
		stage_too_big(worker);
}
