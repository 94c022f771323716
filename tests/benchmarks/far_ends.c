/* SPDX-License-Identifier: BSD-3-Clause */
#include "far_ends.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/fdb.h>
#include <bgw/port.h>
#include <bgw/tunnel.h>

#include "../packet/lib/ring_port.h"
#include "negotiation/negotiation.h"

#define LOCAL	   UINT32_C(0xc0000201) /* 192.0.2.1 */
#define FIRST	   UINT32_C(0x0a000000) /* 10.0.0.0: the address of session n is n further */
#define HEADER	   42
#define SECOND_NS  UINT64_C(1000000000)
#define VXLAN_PORT 4789
#define SEGMENT	   50

/* The payload of a tunnel packet: VXLAN's header, and a frame without FCS. */
#define TUNNEL_BYTES (8 + 60)

struct far_end {
	struct bgw_exchange exchange;
	struct bgw_datagram_exchange says;
	uint64_t counter;
	uint64_t heard; /* the highest counter */
	bool awaits;
	struct tag_key tx_key;
	struct tag_key rx_key;
};

struct far_ends_count far_ends_count;

static struct bgw_dataplane *dp;
static struct far_end *ends;
static uint32_t sessions;
static struct rte_ether_addr our_mac;
static const struct rte_ether_addr next_hop_mac = {{2, 0xfe, 0, 0, 0, 1}};
static uint8_t header[HEADER];
static uint64_t header_sum;

void far_ends_done(int status, const char *what)
{
	if (status == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-status));
	exit(1);
}

static void key_of(uint32_t session, bool ours, uint8_t key[16])
{
	memset(key, ours, 16);
	memcpy(key, &session, sizeof(session));
}

static struct bgw_ip address_of(uint32_t host_order)
{
	struct bgw_ip ip = {.family = 4};

	ip.v4 = htonl(host_order);
	return ip;
}

static struct bgw_path_spec path_to(uint32_t index)
{
	return (struct bgw_path_spec){
		.state = BGW_PATH_UP,
		.local = address_of(LOCAL),
		.remote = address_of(FIRST + index),
		.port = UNDERLAY_1,
		.source_mac = our_mac,
		.next_hop_mac = next_hop_mac,
		.mtu_bytes = 1600,
		.udp_port = VXLAN_PORT,
	};
}

static void peer_open(uint32_t index)
{
	const struct bgw_peer_spec peer = {.local = address_of(LOCAL),
					   .remote = address_of(FIRST + index)};

	far_ends_done(bgw_peer_set(dp, index, &peer), "peer");
}

static void session_open(uint32_t index, uint32_t interval_ms)
{
	const struct bgw_negotiation_peer_spec peer = {.path = path_to(index)};
	struct far_end *far = &ends[index];
	struct bgw_negotiation_session_spec spec = {
		.session = index,
		.remote_session = index,
		.nonce = index,
		.remote_nonce = index,
		.setup = {.interval_ns = interval_ms * (SECOND_NS / 1000),
			  .down_ns = 3600 * SECOND_NS,
			  .random = index},
	};

	key_of(index, true, spec.tx_key);
	key_of(index, false, spec.rx_key);
	tag_key_expand(&far->rx_key, spec.tx_key);
	tag_key_expand(&far->tx_key, spec.rx_key);
	peer_open(index);
	far_ends_done(bgw_negotiation_peer_set(dp, index, &peer), "peer of a negotiation");
	far_ends_done(bgw_negotiation_session_start(dp, index, &spec), "session");
	/* A heartbeat is due at once, again and again. */
	bgw_exchange_init(&far->exchange, &spec.setup, 0);
	far->exchange.setup.interval_ns = 0;
	bgw_exchange_timer(&far->exchange, 0);
	bgw_exchange_write(&far->exchange, &far->says, 0);
}

static void tunnel_open(void)
{
	const uint32_t peer = sessions + 1;
	const struct bgw_path_spec path = path_to(peer);
	const struct bgw_connection_spec connection = {
		.domain = 1, .path = 1, .peer = peer, .segmentation_id = SEGMENT, .admin_up = true};
	const struct bgw_attachment_spec attachment = {
		.port = ACCESS_1, .domain = 1, .admin_up = true};
	const bgw_ref flood[] = {bgw_ref_attachment(1), bgw_ref_connection(1)};
	const struct bgw_domain_spec domain = {.flood_count = 2, .flood = flood};
	const struct rte_ether_addr near = {{2, 0, 0, 0, 0, 1}}, far = {{2, 0, 0, 0, 0, 2}};

	peer_open(peer);
	far_ends_done(bgw_path_set(dp, 1, &path), "path");
	far_ends_done(bgw_connection_set(dp, 1, &connection), "connection");
	far_ends_done(bgw_attachment_set(dp, 1, &attachment), "attachment");
	far_ends_done(bgw_domain_set(dp, 1, &domain), "domain");
	far_ends_done(bgw_fdb_put(dp, 1, &near, bgw_ref_attachment(1)), "station");
	far_ends_done(bgw_fdb_put(dp, 1, &far, bgw_ref_connection(1)), "station");
}

/* The header of what far ends send, but for addresses, lengths and ports. */
static void header_make(void)
{
	memcpy(header, &our_mac, 6);
	memcpy(header + 6, &next_hop_mac, 6);
	header[12] = 8;
	header[14] = 0x45;
	header[22] = 64;
	header[23] = IPPROTO_UDP;
	*(unaligned_uint32_t *)(header + 30) = htonl(LOCAL);
	header_sum = checksum_add(0, header + 14, 20);
}

struct bgw_dataplane *far_ends_open(uint32_t count, uint32_t interval_ms)
{
	const struct bgw_limits limits = {.macs = 1024,
					  .connections = 16,
					  .attachments = 16,
					  .domains = 4,
					  .paths = 16,
					  .peers = count + 2,
					  .neighbours = 16,
					  .workers = 1};
	const struct bgw_ip local = address_of(LOCAL);

	sessions = count;
	rte_ether_unformat_addr(ring_port_mac(UNDERLAY_1), &our_mac);
	header_make();
	ends = aligned_alloc(RTE_CACHE_LINE_SIZE, (count + 1) * sizeof(*ends));
	dp = bgw_dataplane_create(&limits);
	if (ends == NULL || dp == NULL)
		far_ends_done(-ENOMEM, "tables");
	memset(ends, 0, (count + 1) * sizeof(*ends));
	far_ends_done(bgw_own_addresses_set(dp, &local, 1), "own address");
	bgw_negotiation_port_set(dp, FAR_ENDS_UDP_PORT);
	tunnel_open();
	for (uint32_t i = 1; i <= count; i++) {
		session_open(i, interval_ms);
		if (i % NEGOTIATION_SLICE == 0 || i == count) {
			worker_round(dp->workers[0]);
			far_ends_take();
		}
	}
	return dp;
}

/* An IPv4 packet to us whose payload is to be written. */
static struct rte_mbuf *packet_begin(uint32_t index, uint16_t udp_port, uint16_t payload)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(bgw_mbuf_pool(0));
	uint8_t *bytes;

	if (mbuf == NULL)
		far_ends_done(-ENOMEM, "buffers");
	bytes = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(HEADER + payload));
	if (bytes == NULL)
		far_ends_done(-ENOSPC, "room in a buffer");
	memcpy(bytes, header, HEADER);
	*(unaligned_uint16_t *)(bytes + 16) = htons((uint16_t)(28 + payload));
	*(unaligned_uint32_t *)(bytes + 26) = htonl(FIRST + index);
	*(unaligned_uint16_t *)(bytes + 24) = checksum_finish(
		checksum_add(header_sum + htons((uint16_t)(28 + payload)), bytes + 26, 4));
	*(unaligned_uint16_t *)(bytes + 34) = htons(udp_port);
	*(unaligned_uint16_t *)(bytes + 36) = htons(udp_port);
	*(unaligned_uint16_t *)(bytes + 38) = htons((uint16_t)(8 + payload));
	return mbuf;
}

static void job_make(struct tag_job *job, const struct tag_key *key, const uint8_t *bytes,
		     bool from_higher, uint64_t counter)
{
	job->key = key;
	job->bytes = bytes;
	job->length = BGW_DATAGRAM_EXCHANGE_BYTES - BGW_DATAGRAM_SEAL_BYTES;
	bgw_datagram_iv(job->iv, from_higher, 0, counter);
}

struct rte_mbuf *far_ends_datagram(uint32_t index, bool forged)
{
	struct rte_mbuf *mbuf = packet_begin(index, FAR_ENDS_UDP_PORT, BGW_DATAGRAM_EXCHANGE_BYTES);
	uint8_t *bytes = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, HEADER);
	struct far_end *far = &ends[index];
	const struct bgw_datagram datagram = {.kind = BGW_DATAGRAM_EXCHANGE,
					      .session = index,
					      .nonce = index,
					      .counter = far->counter + 1};
	struct tag_job job;

	bgw_datagram_exchange_write(bytes, &datagram, &far->says);
	job_make(&job, &far->tx_key, bytes, FIRST + index > LOCAL, datagram.counter);
	tag_write(&job, 1);
	if (forged) {
		*tag_place(&job) ^= 1;
		return mbuf;
	}
	far->counter++;
	if (far->says.count > 0) {
		far->awaits = true;
		far_ends_count.asked++;
	}
	return mbuf;
}

struct rte_mbuf *far_ends_tunnel_packet(uint32_t number)
{
	struct rte_mbuf *mbuf = packet_begin(sessions + 1, VXLAN_PORT, TUNNEL_BYTES);
	uint8_t *bytes = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, HEADER);

	memset(bytes, 0, TUNNEL_BYTES);
	bytes[0] = 8;
	bytes[6] = SEGMENT;
	/* To the one station, from the other. */
	bytes[8] = 2;
	bytes[13] = 1;
	bytes[14] = 2;
	bytes[19] = 2;
	memcpy(bytes + 30, &number, sizeof(number));
	return mbuf;
}

static void answer_take(const uint8_t *bytes, uint32_t length)
{
	struct bgw_datagram_exchange exchange;
	struct bgw_datagram datagram;
	struct far_end *far;
	struct tag_job job;

	if (!bgw_datagram_read(bytes, length, &datagram) ||
	    !bgw_datagram_exchange_read(bytes, &exchange) || datagram.session == 0 ||
	    datagram.session > sessions || datagram.nonce != datagram.session)
		far_ends_done(-EPROTO, "an answer");
	far = &ends[datagram.session];
	job_make(&job, &far->rx_key, bytes, LOCAL > FIRST + datagram.session, datagram.counter);
	tag_compute(&job, 1);
	if (!tag_is_right(&job) || datagram.counter <= far->heard)
		far_ends_done(-EBADMSG, "an answer");
	far->heard = datagram.counter;
	far_ends_count.answered += far->awaits;
	far->awaits = false;
	bgw_exchange_read(&far->exchange, &exchange, 1);
	if (far->exchange.end != BGW_EXCHANGE_END_NONE)
		far_ends_done(-EPROTO, bgw_exchange_end_helps[far->exchange.end]);
	bgw_exchange_write(&far->exchange, &far->says, 1);
}

void far_ends_take(void)
{
	struct rte_mbuf *mbuf;

	while ((mbuf = ring_port_take(UNDERLAY_1)) != NULL) {
		answer_take(rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, HEADER),
			    mbuf->data_len - HEADER);
		rte_pktmbuf_free(mbuf);
		far_ends_count.said++;
	}
	while ((mbuf = ring_port_take(ACCESS_1)) != NULL) {
		rte_pktmbuf_free(mbuf);
		far_ends_count.forwarded++;
	}
}
