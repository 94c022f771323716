/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <stdbool.h>

#include <rte_ether.h>
#include <rte_ip.h>

#include "exception/exception.h"

#define ETHERTYPE_SLOW_PROTOCOLS 0x8809 /* LACP */
#define ETHERTYPE_LLDP		 0x88cc
#define PROTOCOL_OSPF		 89
#define PROTOCOL_VRRP		 112
/* RFC 4861: router solicitation to redirect */
#define ND_FIRST 133
#define ND_LAST	 137

/* BGP; BFD (RFC 5881, 5883, 7130); IKE and its NAT form. */
static const uint16_t protocol_ports[] = {179, 3784, 3785, 4784, 6784, 500, 4500};

static uint16_t read_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool port_is_protocol(uint16_t port)
{
	for (unsigned int i = 0; i < RTE_DIM(protocol_ports); i++)
		if (protocol_ports[i] == port)
			return true;
	return false;
}

static enum bgw_exception_class payload_classify(uint8_t protocol, const uint8_t *l4,
						 uint32_t length)
{
	switch (protocol) {
	case PROTOCOL_OSPF:
	case PROTOCOL_VRRP:
		return BGW_EXCEPTION_PROTOCOL;
	case IPPROTO_ICMPV6:
		return length >= 1 && l4[0] >= ND_FIRST && l4[0] <= ND_LAST
			       ? BGW_EXCEPTION_RESOLUTION
			       : BGW_EXCEPTION_OTHER;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return length >= 4 && (port_is_protocol(read_16(l4)) ||
				       port_is_protocol(read_16(l4 + 2)))
			       ? BGW_EXCEPTION_PROTOCOL
			       : BGW_EXCEPTION_OTHER;
	default:
		return BGW_EXCEPTION_OTHER;
	}
}

enum bgw_exception_class exception_classify(const struct rte_mbuf *frame)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(frame, const uint8_t *);
	uint32_t length = frame->data_len;
	uint32_t at = 2 * RTE_ETHER_ADDR_LEN;
	uint32_t header;
	uint16_t type;

	if (length < RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN)
		return BGW_EXCEPTION_OTHER;
	type = read_16(bytes + at);
	if (type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ) {
		at += RTE_VLAN_HLEN;
		type = read_16(bytes + at);
	}
	bytes += at + 2;
	length -= at + 2;
	switch (type) {
	case RTE_ETHER_TYPE_ARP:
		return BGW_EXCEPTION_RESOLUTION;
	case ETHERTYPE_SLOW_PROTOCOLS:
	case ETHERTYPE_LLDP:
		return BGW_EXCEPTION_PROTOCOL;
	case RTE_ETHER_TYPE_IPV4:
		if (length < sizeof(struct rte_ipv4_hdr))
			return BGW_EXCEPTION_OTHER;
		header = (bytes[0] & 0x0fu) * 4;
		if (header > length || (read_16(bytes + 6) & 0x1fff) != 0)
			return BGW_EXCEPTION_OTHER;
		return payload_classify(bytes[9], bytes + header, length - header);
	case RTE_ETHER_TYPE_IPV6:
		if (length < sizeof(struct rte_ipv6_hdr))
			return BGW_EXCEPTION_OTHER;
		header = sizeof(struct rte_ipv6_hdr);
		return payload_classify(bytes[6], bytes + header, length - header);
	default:
		return BGW_EXCEPTION_OTHER;
	}
}
