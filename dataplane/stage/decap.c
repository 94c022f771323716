/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/decap.h"

#include "encap/ecn.h"
#include "encap/nvgre.h"
#include "encap/outer_ipv4.h"
#include "object/tunnel.h"
#include "stage/bridge.h"
#include "stage/guard.h"

/*
 * A burst goes through the tables step by step, each step of all runs before the next one, so that
 * no lookup waits for memory alone.
 */
struct tunnel_lookup {
	uint64_t key; /* connection_key(), 0: the peer is unknown */
	struct em_bucket *at;
	uint32_t connection; /* index, 0: unknown */
};

/* The key of the packet's connection, or 0 if its peer is unknown. */
static inline uint64_t connection_key_find(const struct bgw_dataplane *dp,
					   const struct tunnel_id *tunnel)
{
	const struct em_slot slot = em_find(&dp->peers, tunnel->addresses);
	enum bgw_encap encap = (enum bgw_encap)tunnel->encap;
	uint32_t key = unlikely(tunnel->keyless) ? KEYLESS : tunnel->key;
	uint32_t peer;

	if (unlikely(!slot.bucket))
		return 0;
	peer = em_value(slot);
	if ((peer & PEER_NVGRE) && encap == BGW_ENCAP_GRE && !tunnel->keyless) {
		encap = BGW_ENCAP_NVGRE;
		key = nvgre_key_vsid(key);
	}
	return connection_key(peer & PEER_INDEX_MASK, encap, key);
}

static void connections_begin(const struct bgw_dataplane *dp, const struct tunnel_burst *burst,
			      struct tunnel_lookup *lookups)
{
	for (uint32_t run = 0; run < burst->runs; run++) {
		lookups[run].key = connection_key_find(dp, &burst->tunnels[run]);
		lookups[run].at = em_begin(&dp->connection_keys, lookups[run].key);
	}
}

static void connections_find(const struct worker *worker, uint32_t runs,
			     struct tunnel_lookup *lookups)
{
	const struct bgw_dataplane *dp = worker->dp;

	for (uint32_t run = 0; run < runs; run++) {
		const struct em_slot slot =
			em_find_at(&dp->connection_keys, lookups[run].key, lookups[run].at);
		uint32_t index = 0;

		if (likely(slot.bucket != NULL && lookups[run].key != 0)) {
			index = em_value(slot);
			rte_prefetch0(dp->connections[index]);
			rte_prefetch0(&worker->connection_counters[index]);
		}
		lookups[run].connection = index;
	}
}

static enum bgw_drop unknown_reason(const struct bgw_dataplane *dp,
				    const struct tunnel_lookup *lookup,
				    const struct tunnel_id *tunnel)
{
	if (lookup->key != 0)
		return BGW_DROP_UNKNOWN_KEY;
	return underlay_address_is_ours(dp, outer_ipv4_local(tunnel->addresses))
		       ? BGW_DROP_UNKNOWN_REMOTE
		       : BGW_DROP_NOT_OUR_ADDRESS;
}

static void run_drop(struct worker *worker, const struct tunnel_packet *packets, uint32_t count,
		     enum bgw_drop reason)
{
	for (uint32_t i = 0; i < count; i++)
		worker_drop(worker, packets[i].mbuf, reason);
}

static void run_drop_at(struct worker *worker, const struct tunnel_packet *packets, uint32_t count,
			enum bgw_drop reason, bgw_ref ref)
{
	worker_place_counters(worker, ref)->dropped_pkts += count;
	run_drop(worker, packets, count, reason);
}

/* Strips the outer headers. A drop reason, or -1. */
static inline int packet_strip(const struct tunnel_packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;

	/* Ethernet's padding is not the inner frame's. */
	mbuf->data_off = (uint16_t)(packet->inner - (uint8_t *)mbuf->buf_addr);
	mbuf->data_len = packet->inner_bytes;
	mbuf->pkt_len = packet->inner_bytes;
	if (unlikely(packet->inner_bytes < RTE_ETHER_HDR_LEN))
		return BGW_DROP_RUNT;
	if (unlikely(!ecn_decap(packet->inner, packet->inner_bytes, packet->tos)))
		return BGW_DROP_ECN;
	return -1;
}

/* The packets of one connection. */
static void run_receive(struct worker *worker, struct intake *intake,
			const struct tunnel_packet *packets, uint32_t count,
			const struct connection *connection)
{
	const bgw_ref source = bgw_ref_connection(connection->index);
	const uint16_t domain = connection->domain;
	const struct frame plain = {.source = source, .domain = domain};
	const struct frame tagged = {.source = source, .domain = domain, .flags = FRAME_TAGGED};

	for (uint32_t i = 0; i < count; i++) {
		const struct tunnel_packet *packet = &packets[i];
		const int reason = packet_strip(packet);
		frame_word origin = plain.origin;

		if (unlikely(reason >= 0)) {
			run_drop_at(worker, packet, 1, (enum bgw_drop)reason, source);
			continue;
		}
		if (unlikely(frame_is_tag(frame_ethertype(packet->inner))))
			origin = tagged.origin;
		intake_add(intake, packet->mbuf, origin, domain, packet->inner);
	}
}

static void run_count(struct worker *worker, uint32_t connection,
		      const struct tunnel_packet *packets, uint32_t count)
{
	struct bgw_traffic_counters *traffic = &worker->connection_counters[connection].counters;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < count; i++)
		bytes += packets[i].inner_bytes;
	traffic->rx_pkts += count;
	traffic->rx_bytes += bytes;
}

static void run_decap(struct worker *worker, struct intake *intake,
		      const struct tunnel_packet *packets, uint32_t count,
		      const struct tunnel_lookup *lookup, const struct tunnel_id *tunnel)
{
	const struct connection *connection = NULL;

	if (likely(lookup->connection != 0))
		connection = __atomic_load_n(&worker->dp->connections[lookup->connection],
					     __ATOMIC_ACQUIRE);
	if (unlikely(!connection)) {
		run_drop(worker, packets, count, unknown_reason(worker->dp, lookup, tunnel));
		return;
	}
	run_count(worker, connection->index, packets, count);
	if (likely(connection->flags & CONNECTION_ADMIN_UP))
		run_receive(worker, intake, packets, count, connection);
	else
		run_drop_at(worker, packets, count, BGW_DROP_CONNECTION_DOWN,
			    bgw_ref_connection(connection->index));
}

void stage_decap(struct worker *worker, const struct tunnel_burst *burst)
{
	struct tunnel_lookup lookups[BURST_FRAMES];
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_DECAP, burst->count);
	struct intake intake = intake_open(worker);

	connections_begin(worker->dp, burst, lookups);
	connections_find(worker, burst->runs, lookups);
	for (uint32_t run = 0; run < burst->runs; run++) {
		const uint32_t first = burst->first[run];
		const uint32_t end = run + 1 < burst->runs ? burst->first[run + 1] : burst->count;

		run_decap(worker, &intake, &burst->packets[first], end - first, &lookups[run],
			  &burst->tunnels[run]);
	}
	intake_close(worker, &intake);
	stage_leave(&worker->clock, outer);
}
