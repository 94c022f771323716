/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/decap.h"

#include "encap/ecn.h"
#include "encap/nvgre.h"
#include "object/tunnel.h"
#include "stage/guard.h"

/* The connection's index, or 0 and why there is none. */
static uint32_t connection_find(const struct bgw_dataplane *dp, const struct tunnel_packet *packet,
				enum bgw_drop *reason)
{
	const struct em_slot peer_slot = em_find(&dp->peers, packet->addresses, packet->hash);
	enum bgw_encap encap = (enum bgw_encap)packet->encap;
	uint32_t key = packet->keyless ? KEYLESS : packet->key;
	struct em_slot slot;
	uint64_t match;
	uint32_t peer;

	if (unlikely(!peer_slot.bucket)) {
		*reason = BGW_DROP_UNKNOWN_REMOTE;
		return 0;
	}
	peer = em_value(peer_slot);
	if (encap == BGW_ENCAP_GRE && (peer & PEER_NVGRE) && !packet->keyless) {
		encap = BGW_ENCAP_NVGRE;
		key = nvgre_key_vsid(key);
	}
	match = connection_key(peer & PEER_INDEX_MASK, encap, key);
	slot = em_find(&dp->connection_keys, match, em_hash(&dp->connection_keys, match));
	*reason = BGW_DROP_UNKNOWN_KEY;
	return slot.bucket ? em_value(slot) : 0;
}

/* Strips the outer headers. A drop reason, or -1. */
static int packet_decap(const struct tunnel_packet *packet, struct frame *frame)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	uint64_t destination;
	uint8_t *inner;

	rte_pktmbuf_adj(mbuf, packet->strip_bytes);
	/* Ethernet's padding is not the inner frame's. */
	rte_pktmbuf_trim(mbuf, (uint16_t)(mbuf->data_len - packet->inner_bytes));
	if (unlikely(mbuf->data_len < RTE_ETHER_HDR_LEN))
		return BGW_DROP_RUNT;
	inner = rte_pktmbuf_mtod(mbuf, uint8_t *);
	destination = guard_address(inner + FRAME_DESTINATION_OFFSET);
	frame->flags = frame_is_tag(frame_ethertype(inner)) ? FRAME_TAGGED : 0;
	if (unlikely(guard_source_is_bad(guard_address(inner + FRAME_SOURCE_OFFSET))))
		return BGW_DROP_BAD_SOURCE;
	if (unlikely(!guard_link_local(frame, destination, true)))
		return BGW_DROP_LINK_LOCAL;
	if (unlikely(!ecn_decap(inner, mbuf->data_len, packet->tos)))
		return BGW_DROP_ECN;
	return -1;
}

static void packet_receive(struct worker *worker, const struct tunnel_packet *packet)
{
	struct frame *frame = &worker->input.frames[worker->input.count];
	const struct connection *connection;
	struct bgw_traffic_counters *traffic;
	enum bgw_drop drop;
	uint32_t index;
	int reason;

	index = connection_find(worker->dp, packet, &drop);
	connection = index != 0 ? __atomic_load_n(&worker->dp->connections[index], __ATOMIC_ACQUIRE)
				: NULL;
	if (unlikely(!connection)) {
		worker_drop(worker, packet->mbuf, drop);
		return;
	}
	frame->mbuf = packet->mbuf;
	frame->source = bgw_ref_connection(index);
	frame->domain = connection->domain;
	traffic = &worker->connection_counters[index];
	traffic->rx_pkts++;
	traffic->rx_bytes += packet->inner_bytes;
	reason = connection->flags & CONNECTION_ADMIN_UP ? packet_decap(packet, frame)
							 : BGW_DROP_CONNECTION_DOWN;
	if (unlikely(reason >= 0)) {
		worker_drop_at(worker, packet->mbuf, (enum bgw_drop)reason, frame->source);
		return;
	}
	worker->input.count++;
}

void stage_decap(struct worker *worker, const struct tunnel_packet *packets, uint32_t count)
{
	worker->input.count = 0;
	for (uint32_t i = 0; i < count; i++)
		packet_receive(worker, &packets[i]);
	stage_bridge(worker);
}
