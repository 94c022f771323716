/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/too_big.h"

#include <string.h>

#include <rte_ether.h>

#include "encap/inner.h"
#include "icmp/too_big_ip.h"

struct icmp_answer icmp_too_big_build(uint8_t *frame, uint32_t length, uint32_t frame_max_bytes)
{
	const struct inner_l3 l3 = inner_l3_find(frame, length);
	struct icmp_answer answer = {0, 0};
	uint8_t header[INNER_ETHERNET_BYTES + INNER_TAGS_MAX * INNER_TAG_BYTES];
	uint32_t ip_bytes = 0;

	if (l3.ethertype == 0 || (frame[0] & 1) || frame_max_bytes <= l3.offset)
		return answer;
	/* The answer's IP header is written over these. */
	memcpy(header, frame + RTE_ETHER_ADDR_LEN, RTE_ETHER_ADDR_LEN);
	memcpy(header + RTE_ETHER_ADDR_LEN, frame, RTE_ETHER_ADDR_LEN);
	memcpy(header + 2 * RTE_ETHER_ADDR_LEN, frame + 2 * RTE_ETHER_ADDR_LEN,
	       l3.offset - 2 * RTE_ETHER_ADDR_LEN);
	if (l3.family == 4) {
		answer.prepended = ICMP_IPV4_PREPENDED;
		ip_bytes = icmp_too_big_ipv4(frame + l3.offset, length - l3.offset,
					     frame_max_bytes - l3.offset);
	} else if (l3.family == 6) {
		answer.prepended = ICMP_IPV6_PREPENDED;
		ip_bytes = icmp_too_big_ipv6(frame + l3.offset, length - l3.offset,
					     frame_max_bytes - l3.offset);
	}
	if (ip_bytes == 0)
		return (struct icmp_answer){0, 0};
	memcpy(frame - answer.prepended, header, l3.offset);
	answer.length = l3.offset + ip_bytes;
	return answer;
}
