/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdbool.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "encap/checksum.h"
#include "encap/inner.h"
#include "icmp/too_big_ip.h"

/* What every host takes in (RFC 1122 section 3.3.2), and the least MTU worth telling. */
#define LEAST_MTU    576
#define ICMP_BYTES   8
#define ANSWER_TTL   64
#define IPV4_DF	     0x4000
#define IPV4_OFFSETS 0x1fff

static bool is_icmp_error(uint8_t type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

/* Neither "this network", loopback, group, reserved nor broadcast. */
static bool is_of_a_host(const uint8_t *address)
{
	return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

static uint16_t load_u16(const uint8_t *at)
{
	return rte_be_to_cpu_16(*(const unaligned_uint16_t *)at);
}

static bool may_be_answered(const uint8_t *ip, uint32_t length, uint32_t mtu)
{
	const uint32_t header_bytes = (ip[0] & 0x0fu) * 4;
	const uint32_t total = load_u16(ip + 2);
	const uint32_t fragment = load_u16(ip + 6);

	if (mtu < LEAST_MTU || header_bytes < INNER_IPV4_BYTES || total < header_bytes ||
	    total > length || total <= mtu)
		return false;
	if (!(fragment & IPV4_DF) || (fragment & IPV4_OFFSETS))
		return false;
	if (!is_of_a_host(ip + 12) || !is_of_a_host(ip + 16))
		return false;
	if (ip[9] == IPPROTO_ICMP && (total == header_bytes || is_icmp_error(ip[header_bytes])))
		return false;
	return checksum_fold(checksum_add(0, ip, header_bytes)) == 0xffff;
}

uint32_t icmp_too_big_ipv4(uint8_t *ip, uint32_t length, uint32_t mtu)
{
	uint8_t *answer = ip - ICMP_IPV4_PREPENDED;
	uint8_t *icmp = ip - ICMP_BYTES;
	uint32_t quoted;
	uint32_t total;

	if (!may_be_answered(ip, length, mtu))
		return 0;
	quoted = RTE_MIN((uint32_t)load_u16(ip + 2), (uint32_t)LEAST_MTU - ICMP_IPV4_PREPENDED);
	total = quoted + ICMP_IPV4_PREPENDED;
	memset(answer, 0, ICMP_IPV4_PREPENDED);
	answer[0] = 0x45;
	*(unaligned_uint16_t *)(answer + 2) = rte_cpu_to_be_16((uint16_t)total);
	*(unaligned_uint16_t *)(answer + 6) = RTE_BE16(IPV4_DF);
	answer[8] = ANSWER_TTL;
	answer[9] = IPPROTO_ICMP;
	memcpy(answer + 12, ip + 16, 4);
	memcpy(answer + 16, ip + 12, 4);
	*(unaligned_uint16_t *)(answer + 10) =
		checksum_finish(checksum_add(0, answer, INNER_IPV4_BYTES));
	icmp[0] = ICMP_DEST_UNREACH;
	icmp[1] = ICMP_FRAG_NEEDED;
	*(unaligned_uint16_t *)(icmp + 6) = rte_cpu_to_be_16((uint16_t)mtu);
	*(unaligned_uint16_t *)(icmp + 2) =
		checksum_finish(checksum_add(0, icmp, ICMP_BYTES + quoted));
	return total;
}
