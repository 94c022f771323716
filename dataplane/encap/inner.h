/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_INNER_H
#define ENCAP_INNER_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>

/* Where the IP header of an inner Ethernet frame is. Pure functions, any thread. */

#define INNER_ETHERNET_BYTES 14
#define INNER_TAG_BYTES	     4
/* VLAN tags that are passed over; a frame with more is taken for no IP. */
#define INNER_TAGS_MAX	 2
#define INNER_IPV4_BYTES 20
#define INNER_IPV6_BYTES 40

#define INNER_TYPE_IPV4 RTE_BE16(0x0800)
#define INNER_TYPE_IPV6 RTE_BE16(0x86dd)
#define INNER_TYPE_VLAN RTE_BE16(0x8100)
#define INNER_TYPE_QINQ RTE_BE16(0x88a8)

struct inner_l3 {
	uint32_t offset;      /* from the start of the frame */
	rte_be16_t ethertype; /* after the tags; 0: the frame is too short to have one */
	uint8_t family; /* 4, 6, or 0: no whole IPv4 (without options) or IPv6 header is there */
	uint8_t header_bytes; /* of the IP header, as it says itself; 40 of IPv6 */
};

/* The usual frame: untagged IPv4 without options, and four bytes behind its header. */
#define INNER_PLAIN_IPV4_BYTES (INNER_ETHERNET_BYTES + INNER_IPV4_BYTES + 4)

static inline int inner_l3_is_plain_ipv4(const uint8_t *frame, uint32_t length)
{
	return length >= INNER_PLAIN_IPV4_BYTES &&
	       *(const unaligned_uint16_t *)(frame + INNER_ETHERNET_BYTES - 2) == INNER_TYPE_IPV4 &&
	       frame[INNER_ETHERNET_BYTES] == 0x45;
}

/* Of a frame of which `length` bytes can be read. */
static inline struct inner_l3 inner_l3_find(const uint8_t *frame, uint32_t length)
{
	struct inner_l3 l3 = {.offset = INNER_ETHERNET_BYTES};

	if (unlikely(length < INNER_ETHERNET_BYTES))
		return l3;
	l3.ethertype = *(const unaligned_uint16_t *)(frame + l3.offset - 2);
	for (int tags = 0; tags < INNER_TAGS_MAX; tags++) {
		if (likely(l3.ethertype != INNER_TYPE_VLAN && l3.ethertype != INNER_TYPE_QINQ))
			break;
		l3.offset += INNER_TAG_BYTES;
		if (unlikely(length < l3.offset)) {
			l3.ethertype = 0;
			break;
		}
		l3.ethertype = *(const unaligned_uint16_t *)(frame + l3.offset - 2);
	}
	if (l3.ethertype == INNER_TYPE_IPV4 && length >= l3.offset + INNER_IPV4_BYTES &&
	    frame[l3.offset] >> 4 == 4) {
		l3.family = 4;
		l3.header_bytes = (uint8_t)((frame[l3.offset] & 0x0fu) * 4);
	} else if (l3.ethertype == INNER_TYPE_IPV6 && length >= l3.offset + INNER_IPV6_BYTES &&
		   frame[l3.offset] >> 4 == 6) {
		l3.family = 6;
		l3.header_bytes = INNER_IPV6_BYTES;
	}
	return l3;
}

#endif
