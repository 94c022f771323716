/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "encap/checksum.h"
#include "encap/inner.h"
#include "icmp/too_big_ip.h"

#define LEAST_MTU	 1280 /* RFC 8200 section 5 */
#define ICMP_BYTES	 8
#define ANSWER_HOP_LIMIT 64
/* Extension headers that are passed over in search of an ICMP error. */
#define EXTENSIONS_MAX 8

/* Neither a group nor unspecified nor loopback. */
static bool is_of_a_host(const uint8_t *address)
{
	static const uint8_t zeros[15];

	return address[0] != 0xff && (memcmp(address, zeros, 15) != 0 || address[15] > 1);
}

/*
 * Whether the packet, of `length` bytes, is one that may be answered by what it carries: no ICMP
 * error, no redirect (RFC 4443 section 2.4(e)), no later fragment, nothing that hides its kind.
 */
static bool payload_may_be_answered(const uint8_t *ip, uint32_t length)
{
	uint8_t protocol = ip[6];
	uint32_t at = INNER_IPV6_BYTES;

	for (int extensions = 0; extensions < EXTENSIONS_MAX; extensions++) {
		if (protocol == IPPROTO_ICMPV6)
			return at < length && (ip[at] & ICMP6_INFOMSG_MASK) &&
			       ip[at] != ND_REDIRECT;
		if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING &&
		    protocol != IPPROTO_DSTOPTS && protocol != IPPROTO_FRAGMENT)
			return true;
		if (length - at < 8)
			return false;
		if (protocol == IPPROTO_FRAGMENT) {
			if (*(const unaligned_uint16_t *)(ip + at + 2) & RTE_BE16(0xfff8))
				return false;
			protocol = ip[at];
			at += 8;
		} else {
			protocol = ip[at];
			at += (ip[at + 1] + 1u) * 8;
		}
		if (at > length)
			return false;
	}
	return false;
}

uint32_t icmp_too_big_ipv6(uint8_t *ip, uint32_t length, uint32_t mtu)
{
	const uint32_t total =
		INNER_IPV6_BYTES + rte_be_to_cpu_16(*(const unaligned_uint16_t *)(ip + 4));
	uint8_t *answer = ip - ICMP_IPV6_PREPENDED;
	uint8_t *icmp = ip - ICMP_BYTES;
	uint32_t message_bytes;
	uint64_t sum;

	if (mtu < LEAST_MTU || total > length || total <= mtu || !is_of_a_host(ip + 8) ||
	    !is_of_a_host(ip + 24) || !payload_may_be_answered(ip, total))
		return 0;
	message_bytes = ICMP_BYTES + RTE_MIN(total, (uint32_t)LEAST_MTU - ICMP_IPV6_PREPENDED);
	memset(answer, 0, ICMP_IPV6_PREPENDED);
	answer[0] = 0x60;
	*(unaligned_uint16_t *)(answer + 4) = rte_cpu_to_be_16((uint16_t)message_bytes);
	answer[6] = IPPROTO_ICMPV6;
	answer[7] = ANSWER_HOP_LIMIT;
	memcpy(answer + 8, ip + 24, 16);
	memcpy(answer + 24, ip + 8, 16);
	icmp[0] = ICMP6_PACKET_TOO_BIG;
	*(unaligned_uint32_t *)(icmp + 4) = rte_cpu_to_be_32(mtu);
	sum = checksum_add(0, answer + 8, 32);
	sum = checksum_add_u16(sum, IPPROTO_ICMPV6);
	sum = checksum_add_u16(sum, (uint16_t)message_bytes);
	*(unaligned_uint16_t *)(icmp + 2) = checksum_finish(checksum_add(sum, icmp, message_bytes));
	return INNER_IPV6_BYTES + message_bytes;
}
