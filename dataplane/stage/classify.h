/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_CLASSIFY_H
#define STAGE_CLASSIFY_H

#include <netinet/in.h>

#include "encap/gre.h"
#include "encap/outer_ipv4.h"
#include "encap/vxlan.h"
#include "object/bridge.h"
#include "object/tunnel.h"
#include "stage/decap.h"
#include "stage/frame.h"

/* What a packet from the underlay is: a tunnel's, Linux's, or to be dropped. */

/* A packet that is for Linux, if the port has a way to it. */
#define VERDICT_LINUX	    -2
#define VERDICT_NEGOTIATION -3
#define VERDICT_TUNNEL	    ENCAP_OK /* else a drop reason */

/* What a burst's packets are compared with. */
struct underlay {
	const struct bgw_dataplane *dp;
	const struct port *port;
	uint64_t mac; /* as fdb_key() in no domain */
	rte_be16_t vxlan_port;
	rte_be16_t negotiation_port; /* 0: none */
	struct negotiation_worker *negotiation;
};

/*
 * Bytes of the Ethernet header, with the underlay's tag if it has one; 0 if the packet is of
 * another VLAN than the underlay's.
 */
uint32_t underlay_ethernet_bytes(const struct port *port, const struct rte_mbuf *mbuf);

/*
 * What becomes of a packet whose IP header is refused for `reason`: it is Linux's to judge, unless
 * it may be a tunnel's, which is ours to count.
 */
int underlay_refused(const struct underlay *underlay, const uint8_t *l3, uint32_t length,
		     int reason);

/* Takes a UDP packet into the input of the next stage_negotiation() if it is a datagram of a
 * negotiation: VERDICT_NEGOTIATION, VERDICT_LINUX or a drop reason. */
int negotiation_claim(const struct underlay *underlay, struct rte_mbuf *mbuf, const uint8_t *l3,
		      const struct outer_ipv4 *outer);

/* packet_classify() of a packet that is not untagged IPv4 to our MAC. */
int underlay_classify_unusual(const struct underlay *underlay, struct rte_mbuf *mbuf,
			      struct tunnel_burst *burst);

static inline int tunnel_parse(const struct underlay *underlay, const uint8_t *l3,
			       const struct outer_ipv4 *outer, struct tunnel_header *header,
			       uint16_t *encap)
{
	const uint8_t *l4 = l3 + outer->l4_offset;

	if (outer->protocol == IPPROTO_UDP && outer->l4_length >= 4 &&
	    *(const unaligned_uint16_t *)(l4 + 2) == underlay->vxlan_port) {
		*encap = BGW_ENCAP_VXLAN;
		return vxlan_parse(l4, outer->l4_length, l3, header);
	}
	if (outer->protocol == IPPROTO_GRE) {
		*encap = BGW_ENCAP_GRE;
		return gre_parse(l4, outer->l4_length, header);
	}
	return VERDICT_LINUX;
}

/* Whether the burst's last packet came by the same tunnel. */
static inline bool run_continues(const struct tunnel_burst *burst, const struct outer_ipv4 *outer,
				 const struct tunnel_header *header, uint16_t encap)
{
	const struct tunnel_id *last;

	if (unlikely(burst->runs == 0))
		return false;
	last = &burst->tunnels[burst->runs - 1];
	return last->addresses == outer->addresses && last->key == header->key &&
	       last->encap == encap && last->keyless == header->keyless;
}

/* Adds a packet to the run before it, or begins one. */
static inline void burst_add(struct tunnel_burst *burst, struct rte_mbuf *mbuf, const uint8_t *l3,
			     const struct outer_ipv4 *outer, const struct tunnel_header *header,
			     uint16_t encap)
{
	struct tunnel_packet *packet = &burst->packets[burst->count];

	packet->mbuf = mbuf;
	packet->inner = (uint8_t *)(uintptr_t)(l3 + outer->l4_offset + header->length);
	packet->inner_bytes = (uint16_t)(outer->l4_length - header->length);
	packet->tos = outer->tos;
	if (!run_continues(burst, outer, header, encap)) {
		burst->first[burst->runs] = burst->count;
		burst->tunnels[burst->runs++] = (struct tunnel_id){
			.addresses = outer->addresses,
			.key = header->key,
			.encap = encap,
			.keyless = header->keyless,
		};
	}
	burst->count++;
}

/* An IPv4 packet to our MAC. `ethernet_bytes`: what is before the IP header. */
static __rte_always_inline int ipv4_classify(const struct underlay *underlay, struct rte_mbuf *mbuf,
					     uint32_t ethernet_bytes, struct tunnel_burst *burst)
{
	const uint8_t *l3 = rte_pktmbuf_mtod(mbuf, const uint8_t *) + ethernet_bytes;
	const uint32_t length = mbuf->data_len - ethernet_bytes;
	struct tunnel_header header;
	struct outer_ipv4 outer;
	uint16_t encap;
	int verdict = outer_ipv4_parse(l3, length, &outer);

	if (unlikely(verdict != ENCAP_OK))
		return underlay_refused(underlay, l3, length, verdict);
	verdict = tunnel_parse(underlay, l3, &outer, &header, &encap);
	if (likely(verdict == ENCAP_OK)) {
		burst_add(burst, mbuf, l3, &outer, &header, encap);
	} else if (verdict == VERDICT_LINUX && outer.protocol == IPPROTO_UDP) {
		/* A copy, so that the header of usual packets need not be in memory. */
		const struct outer_ipv4 copy = outer;

		return negotiation_claim(underlay, mbuf, l3, &copy);
	} else if (verdict != VERDICT_LINUX &&
		   !underlay_address_is_ours(underlay->dp, outer_ipv4_local(outer.addresses))) {
		return BGW_DROP_NOT_OUR_ADDRESS;
	}
	return verdict;
}

/* Takes a tunnel packet into the burst: VERDICT_TUNNEL. Else VERDICT_LINUX, VERDICT_NEGOTIATION or
 * a drop reason. */
static __rte_always_inline int packet_classify(const struct underlay *underlay, bool untagged,
					       struct rte_mbuf *mbuf, struct tunnel_burst *burst)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	if (likely(untagged && fdb_key(0, bytes) == underlay->mac &&
		   frame_ethertype(bytes) == RTE_BE16(RTE_ETHER_TYPE_IPV4)))
		return ipv4_classify(underlay, mbuf, RTE_ETHER_HDR_LEN, burst);
	return underlay_classify_unusual(underlay, mbuf, burst);
}

#endif
