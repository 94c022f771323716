/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>

#include <bgw/port.h>

#include "encap/gre.h"
#include "encap/outer_ipv4.h"
#include "encap/vxlan.h"
#include "exception/exception.h"
#include "object/tunnel.h"
#include "stage/decap.h"
#include "stage/normalise.h"
#include "stage/stage.h"

/* A packet that is for Linux, if the port has a way to it. */
#define VERDICT_LINUX  -2
#define VERDICT_TUNNEL -1 /* else a drop reason */

static bool address_is_ours(const struct bgw_dataplane *dp, rte_be32_t address)
{
	const struct own_addresses *own = __atomic_load_n(&dp->own_addresses, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; own && i < own->count; i++) {
		if (own->addresses[i].family == 4 && own->addresses[i].v4 == address)
			return true;
	}
	return false;
}

/*
 * Bytes of the Ethernet header, with the underlay's tag if it has one; 0 if the packet is of
 * another VLAN than the underlay's.
 */
static uint32_t ethernet_header_bytes(const struct port *port, const struct rte_mbuf *mbuf)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint16_t vid;

	if (likely(!frame_is_tag(frame_ethertype(bytes))))
		return port->vlan == 0 ? RTE_ETHER_HDR_LEN : 0;
	vid = rte_be_to_cpu_16(frame_ethertype(bytes + 2)) & TCI_VID;
	return vid == port->vlan ? RTE_ETHER_HDR_LEN + FRAME_TAG_BYTES : 0;
}

static int tunnel_parse(const struct bgw_dataplane *dp, const uint8_t *l3,
			const struct outer_ipv4 *outer, struct tunnel_header *header,
			uint8_t *encap)
{
	const uint8_t *l4 = l3 + outer->l4_offset;

	if (outer->protocol == IPPROTO_GRE) {
		*encap = BGW_ENCAP_GRE;
		return gre_parse(l4, outer->l4_length, header);
	}
	if (outer->protocol == IPPROTO_UDP && outer->l4_length >= 4 &&
	    *(const unaligned_uint16_t *)(l4 + 2) == rte_cpu_to_be_16(dp->vxlan_port)) {
		*encap = BGW_ENCAP_VXLAN;
		return vxlan_parse(l4, outer->l4_length, l3, header);
	}
	return VERDICT_LINUX;
}

/*
 * A packet whose IP header is refused: it is Linux's to judge, unless it may be a tunnel's, which
 * is ours to count.
 */
static int refused_verdict(const struct bgw_dataplane *dp, const struct port *port,
			   const uint8_t *l3, uint32_t length, int reason)
{
	struct em_slot peer;
	uint64_t addresses;

	if ((!port->mirror && !port->linux_copies) || length < OUTER_IPV4_HEADER_BYTES)
		return reason;
	addresses = *(const unaligned_uint64_t *)(l3 + OUTER_IPV4_ADDRESSES_OFFSET);
	peer = em_find(&dp->peers, addresses, em_hash(&dp->peers, addresses));
	return peer.bucket && (l3[9] == IPPROTO_GRE || l3[9] == IPPROTO_UDP) ? reason
									     : VERDICT_LINUX;
}

static int packet_classify(const struct bgw_dataplane *dp, const struct port *port,
			   struct rte_mbuf *mbuf, struct tunnel_packet *packet)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct tunnel_header header;
	struct outer_ipv4 outer;
	uint32_t ethernet_bytes;
	const uint8_t *l3;
	int verdict;

	if (unlikely(memcmp(bytes, &port->mac, RTE_ETHER_ADDR_LEN) != 0))
		return bytes[0] & 1 || port->linux_copies ? VERDICT_LINUX : BGW_DROP_NOT_OUR_MAC;
	ethernet_bytes = ethernet_header_bytes(port, mbuf);
	if (unlikely(ethernet_bytes == 0))
		return VERDICT_LINUX;
	if (unlikely(*(const unaligned_uint16_t *)(bytes + ethernet_bytes - 2) !=
		     RTE_BE16(RTE_ETHER_TYPE_IPV4)))
		return VERDICT_LINUX;
	l3 = bytes + ethernet_bytes;
	verdict = outer_ipv4_parse(l3, mbuf->data_len - ethernet_bytes, &outer);
	if (unlikely(verdict != ENCAP_OK))
		return refused_verdict(dp, port, l3, mbuf->data_len - ethernet_bytes, verdict);
	verdict = tunnel_parse(dp, l3, &outer, &header, &packet->encap);
	if (verdict == VERDICT_LINUX)
		return verdict;
	if (unlikely(!address_is_ours(dp, outer_ipv4_local(outer.addresses))))
		return BGW_DROP_NOT_OUR_ADDRESS;
	if (unlikely(verdict >= 0))
		return verdict;
	packet->mbuf = mbuf;
	packet->addresses = outer.addresses;
	packet->hash = em_hash(&dp->peers, outer.addresses);
	packet->key = header.key;
	packet->keyless = header.keyless;
	packet->tos = outer.tos;
	packet->strip_bytes = (uint16_t)(ethernet_bytes + outer.l4_offset + header.length);
	packet->inner_bytes = (uint16_t)(outer.l4_length - header.length);
	return VERDICT_TUNNEL;
}

/* Why no one takes the packet to Linux. */
static enum bgw_drop linux_drop(const struct port *port, const struct rte_mbuf *mbuf)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const uint32_t ethernet_bytes = ethernet_header_bytes(port, mbuf);

	if (ethernet_bytes == 0)
		return BGW_DROP_OTHER_VLAN;
	if (*(const unaligned_uint16_t *)(bytes + ethernet_bytes - 2) !=
	    RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return BGW_DROP_NOT_IP;
	return BGW_DROP_NOT_A_TUNNEL;
}

static void packet_to_linux(struct worker *worker, const struct port *port, struct rte_mbuf *mbuf)
{
	struct bgw_port_counters *counters = &worker->port_counters[mbuf->port];

	if (port->mirror) {
		if (exception_send(port->mirror, &mbuf, 1) == 1)
			counters->to_linux++;
		else
			worker_drop(worker, mbuf, BGW_DROP_TO_LINUX_FULL);
	} else if (port->linux_copies) {
		counters->to_linux++;
		rte_pktmbuf_free(mbuf);
	} else {
		worker_drop(worker, mbuf, linux_drop(port, mbuf));
	}
}

void stage_underlay_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			  uint32_t count)
{
	const struct port *port = &port_table[rx->port];
	struct bgw_port_counters *counters = &worker->port_counters[rx->port];
	struct tunnel_packet packets[BURST_FRAMES];
	uint32_t packets_count = 0;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < RTE_MIN(count, 4u); i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		int verdict;

		if (i + 4 < count)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + 4], void *));
		bytes += mbuf->pkt_len;
		mbuf->port = rx->port;
		verdict = normalise(port, mbuf);
		if (likely(verdict < 0))
			verdict = packet_classify(worker->dp, port, mbuf, &packets[packets_count]);
		if (likely(verdict == VERDICT_TUNNEL)) {
			em_prefetch(&worker->dp->peers, packets[packets_count].hash);
			packets_count++;
		} else if (verdict == VERDICT_LINUX) {
			packet_to_linux(worker, port, mbuf);
		} else {
			worker_drop(worker, mbuf, (enum bgw_drop)verdict);
		}
	}
	counters->rx_pkts += count;
	counters->rx_bytes += bytes;
	stage_decap(worker, packets, packets_count);
}
