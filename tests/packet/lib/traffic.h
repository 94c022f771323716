/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_TRAFFIC_H
#define PACKET_TRAFFIC_H

#include "site.h"

/* Frames that many cases use. */

/* From one station to another: Ethernet, IPv4, UDP and as much payload. */
#define UDP_FRAME(from_, to_, payload_) \
	PACKET(eth(from_, to_), ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000), payload(payload_))

/* What leaves by UNDERLAY_1 for REMOTE_1, as site_lan() has it. */
#define VXLAN_SENT(vni_, frame_)                                                             \
	PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1), ipv4(VTEP, REMOTE_1, .df = true), \
	       udp(ANY, 4789, .no_checksum = true), vxlan(vni_), inner(frame_))
#define GRE_SENT(key_, frame_)                                                               \
	PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1), ipv4(VTEP, REMOTE_1, .df = true), \
	       gre(.has_key = true, .key = key_), inner(frame_))

/* What comes from REMOTE_1 by UNDERLAY_1. */
#define VXLAN_GOT(vni_, frame_)                                                  \
	PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP), \
	       udp(50000, 4789, .no_checksum = true), vxlan(vni_), inner(frame_))
#define GRE_GOT(key_, frame_)                                                    \
	PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP), \
	       gre(.has_key = true, .key = key_), inner(frame_))

static inline uint16_t packet_get16(const struct packet *packet, uint32_t at_byte)
{
	return (uint16_t)(packet->bytes[at_byte] << 8 | packet->bytes[at_byte + 1]);
}

#endif
