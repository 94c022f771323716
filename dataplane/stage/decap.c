/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/decap.h"

#include "encap/ecn.h"
#include "encap/nvgre.h"
#include "encap/outer_ipv4.h"
#include "object/tunnel.h"
#include "stage/bridge.h"
#include "stage/classify.h"
#include "stage/guard.h"

/*
 * A burst goes through the tables step by step, each step of all runs before the next one, so that
 * no lookup waits for memory alone.
 */
struct tunnel_lookup {
	struct em_lookup begun; /* of connection_key(), 0: the peer is unknown */
	uint32_t index;		/* of the connection */
	union connection connection;
};

static inline uint64_t key_of(const struct tunnel_id *tunnel, uint32_t peer)
{
	enum bgw_encap encap = (enum bgw_encap)tunnel->encap;
	uint64_t key = unlikely(tunnel->keyless) ? KEYLESS : tunnel->key;

	if (unlikely(peer == 0))
		return 0;
	if ((peer & PEER_NVGRE) && encap == BGW_ENCAP_GRE && !tunnel->keyless) {
		encap = BGW_ENCAP_NVGRE;
		key = nvgre_key_vsid(tunnel->key);
	}
	return connection_key(peer & PEER_INDEX_MASK, encap, key);
}

static void connections_begin(const struct bgw_dataplane *dp, const struct tunnel_burst *burst,
			      struct tunnel_lookup *lookups)
{
	uint64_t addresses = 0;
	uint32_t peer = 0; /* 0: unknown */

	for (uint32_t run = 0; run < burst->runs; run++) {
		const struct tunnel_id *tunnel = &burst->tunnels[run];

		/* Tunnels of one peer often follow one another. */
		if (run == 0 || tunnel->addresses != addresses) {
			const struct em_slot slot = peer_find(dp, tunnel->addresses);

			addresses = tunnel->addresses;
			peer = likely(slot.bucket != NULL) ? em_value(slot) : 0;
		}
		lookups[run].begun = em_begin(&dp->connection_keys, key_of(tunnel, peer));
	}
}

static void connections_find(const struct worker *worker, uint32_t runs,
			     struct tunnel_lookup *lookups)
{
	const struct bgw_dataplane *dp = worker->dp;

	for (uint32_t run = 0; run < runs; run++) {
		struct tunnel_lookup *lookup = &lookups[run];
		const struct em_slot slot = em_find_at(&dp->connection_keys, lookup->begun);

		lookup->connection.word = 0;
		if (unlikely(slot.bucket == NULL || lookup->begun.key == 0))
			continue;
		lookup->index = em_value(slot);
		lookup->connection = connection_get(dp, lookup->index);
		rte_prefetch1(&worker->connection_traffic.rx[lookup->index]);
	}
}

static enum bgw_drop unknown_reason(const struct bgw_dataplane *dp,
				    const struct tunnel_lookup *lookup,
				    const struct tunnel_id *tunnel)
{
	if (lookup->begun.key != 0)
		return BGW_DROP_UNKNOWN_KEY;
	return underlay_address_is_ours(dp, outer_ipv4_local(tunnel->addresses))
		       ? BGW_DROP_UNKNOWN_REMOTE
		       : BGW_DROP_NOT_OUR_ADDRESS;
}

/* What packets of one connection have in common. */
struct receiver {
	frame_word untagged; /* as their frames begin */
	frame_word tagged;
	bgw_ref source;
	uint16_t domain;
	bool down;
	struct traffic *received; /* NULL: there is no connection */
};

static __rte_always_inline void receiver_open(struct worker *worker,
					      const struct tunnel_lookup *lookup,
					      struct receiver *receiver)
{
	const union connection connection = lookup->connection;
	const uint32_t index = lookup->index;

	*receiver = (struct receiver){0};
	if (unlikely(connection.word == 0))
		return;
	receiver->source = bgw_ref_connection(index);
	receiver->domain = connection.domain;
	receiver->untagged = frame_origin(receiver->source, receiver->domain, 0, 0, 0);
	receiver->tagged = frame_origin(receiver->source, receiver->domain, FRAME_TAGGED, 0, 0);
	receiver->down = !connection.admin_up;
	receiver->received = &worker->connection_traffic.rx[index];
}

/* Strips the outer headers. A drop reason, or -1. */
static inline int packet_strip(const struct tunnel_packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;

	/* Ethernet's padding is not the inner frame's. */
	mbuf->data_off = (uint16_t)(packet->inner - (uint8_t *)mbuf->buf_addr);
	mbuf->data_len = packet->inner_bytes;
	mbuf->pkt_len = packet->inner_bytes;
	if (unlikely(frame_is_runt(packet->inner, packet->inner_bytes)))
		return BGW_DROP_RUNT;
	if (unlikely(!ecn_decap(packet->inner, packet->inner_bytes, packet->tos)))
		return BGW_DROP_ECN;
	return -1;
}

static __rte_always_inline void packet_receive(struct worker *worker, struct intake *intake,
					       const struct tunnel_packet *packet,
					       const struct receiver *receiver)
{
	int reason;

	receiver->received->pkts++;
	receiver->received->bytes += packet->inner_bytes;
	reason = unlikely(receiver->down) ? BGW_DROP_CONNECTION_DOWN : packet_strip(packet);
	if (unlikely(reason >= 0)) {
		worker_drop_at(worker, packet->mbuf, (enum bgw_drop)reason, receiver->source);
		return;
	}
	intake_add(intake, packet->mbuf,
		   unlikely(frame_is_tag(frame_ethertype(packet->inner))) ? receiver->tagged
									  : receiver->untagged,
		   receiver->domain, frame_addresses_read(packet->inner));
}

void stage_decap(struct worker *worker, const struct tunnel_burst *burst)
{
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_DECAP, burst->count);
	struct tunnel_lookup lookups[BURST_FRAMES];
	struct intake intake = intake_open(worker);
	struct receiver receiver;

	connections_begin(worker->dp, burst, lookups);
	connections_find(worker, burst->runs, lookups);
	for (uint32_t run = 0, i = 0; run < burst->runs; run++) {
		const uint32_t end = run + 1 < burst->runs ? burst->first[run + 1] : burst->count;

		receiver_open(worker, &lookups[run], &receiver);
		for (; i < end; i++) {
			if (likely(receiver.received != NULL))
				packet_receive(worker, &intake, &burst->packets[i], &receiver);
			else
				worker_drop(worker, burst->packets[i].mbuf,
					    unknown_reason(worker->dp, &lookups[run],
							   &burst->tunnels[run]));
		}
	}
	intake_close(worker, &intake);
	stage_leave(&worker->clock, outer);
}
