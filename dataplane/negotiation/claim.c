/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/negotiation.h"
#include "object/tunnel.h"
#include "stage/classify.h"

#define UDP_BYTES 8

/* Why a datagram to our UDP port is no good, or ENCAP_OK. */
static int udp_check(const uint8_t *l3, const uint8_t *l4, uint32_t length)
{
	if (length < UDP_BYTES)
		return BGW_DROP_RUNT;
	if (rte_be_to_cpu_16(*(const unaligned_uint16_t *)(l4 + 4)) != length)
		return BGW_DROP_BAD_UDP;
	if (*(const unaligned_uint16_t *)(l4 + 6) != 0 &&
	    !vxlan_udp_checksum_is_right(l4, length, l3))
		return BGW_DROP_BAD_UDP_CHECKSUM;
	return ENCAP_OK;
}

int negotiation_claim(const struct underlay *underlay, struct rte_mbuf *mbuf, const uint8_t *l3,
		      const struct outer_ipv4 *outer)
{
	struct negotiation_worker *negotiation = underlay->negotiation;
	const uint8_t *l4 = l3 + outer->l4_offset;
	struct negotiation_packet *packet;
	int verdict;

	if (underlay->negotiation_port == 0 || outer->l4_length < 4 ||
	    *(const unaligned_uint16_t *)(l4 + 2) != underlay->negotiation_port ||
	    !underlay_address_is_ours(underlay->dp, outer_ipv4_local(outer->addresses)))
		return VERDICT_LINUX;
	verdict = udp_check(l3, l4, outer->l4_length);
	if (verdict != ENCAP_OK)
		return verdict;
	/* It lies in two lines, of which headers have fetched the first. */
	rte_prefetch0(l4 + UDP_BYTES + BGW_DATAGRAM_EXCHANGE_BYTES - 1);
	packet = &negotiation->input[negotiation->input_count++];
	packet->mbuf = mbuf;
	packet->payload = l4 + UDP_BYTES;
	packet->length = (uint16_t)(outer->l4_length - UDP_BYTES);
	packet->peer = 0;
	packet->lookup = peer_begin(underlay->dp, outer->addresses);
	return VERDICT_NEGOTIATION;
}
