/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbour/nd.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "encap/checksum.h"

#define IP_OFFSET      RTE_ETHER_HDR_LEN
#define IP_BYTES       40
#define ICMP_OFFSET    (IP_OFFSET + IP_BYTES)
#define ICMP_BYTES     24 /* of both messages: type, code, checksum, flags, target */
#define ADDRESS_BYTES  16
#define SOURCE_OFFSET  (IP_OFFSET + 8)
#define TO_OFFSET      (IP_OFFSET + 24)
#define TARGET_OFFSET  (ICMP_OFFSET + 8)
#define OPTIONS_OFFSET (ICMP_OFFSET + ICMP_BYTES)
#define OPTION_BYTES   8 /* a link-layer address option of Ethernet */
#define ND_HOP_LIMIT   255
#define GROUP_BYTE     0xff

static const uint8_t unspecified[ADDRESS_BYTES];
static const uint8_t all_nodes[ADDRESS_BYTES] = {0xff, 0x02, [15] = 0x01};
static const uint8_t all_nodes_mac[RTE_ETHER_ADDR_LEN] = {0x33, 0x33, 0, 0, 0, 0x01};
/* Followed by the last three bytes of the address (RFC 4291 section 2.7.1). */
static const uint8_t solicited_node[13] = {0xff, 0x02, [11] = 0x01, 0xff};

/* Sum over the ICMPv6 message of `length` bytes and its pseudo header (RFC 8200 section 8.1). */
static uint64_t icmp_sum(const uint8_t *frame, uint32_t length)
{
	uint64_t sum = checksum_add(0, frame + SOURCE_OFFSET, 2 * ADDRESS_BYTES);

	sum = checksum_add_u16(sum, IPPROTO_ICMPV6);
	sum = checksum_add_u16(sum, (uint16_t)length);
	return checksum_add(sum, frame + ICMP_OFFSET, length);
}

static bool is_solicited_node_of(const uint8_t *address, const uint8_t *target)
{
	return memcmp(address, solicited_node, sizeof(solicited_node)) == 0 &&
	       memcmp(address + 13, target + 13, 3) == 0;
}

/* Options are whole, and the one that names the sender's MAC, if there, agrees with the frame. */
static bool options_are_right(const uint8_t *frame, uint32_t end, bool asker_is_unspecified)
{
	for (uint32_t at = OPTIONS_OFFSET; at < end;) {
		uint32_t option_bytes;

		if (end - at < OPTION_BYTES)
			return false;
		option_bytes = frame[at + 1] * 8u;
		if (option_bytes == 0 || option_bytes > end - at)
			return false;
		if (frame[at] == ND_OPT_SOURCE_LINKADDR &&
		    (asker_is_unspecified || option_bytes != OPTION_BYTES ||
		     memcmp(frame + at + 2, frame + RTE_ETHER_ADDR_LEN, RTE_ETHER_ADDR_LEN) != 0))
			return false;
		at += option_bytes;
	}
	return true;
}

/* What RFC 4861 section 7.1.1 asks of addresses. */
static bool addresses_are_right(const uint8_t *frame)
{
	const uint8_t *source = frame + SOURCE_OFFSET;
	const uint8_t *to = frame + TO_OFFSET;
	const uint8_t *target = frame + TARGET_OFFSET;

	if (source[0] == GROUP_BYTE || target[0] == GROUP_BYTE ||
	    memcmp(target, unspecified, ADDRESS_BYTES) == 0)
		return false;
	if (is_solicited_node_of(to, target))
		return true;
	return memcmp(source, unspecified, ADDRESS_BYTES) != 0 &&
	       memcmp(to, target, ADDRESS_BYTES) == 0;
}

bool nd_solicitation_parse(const uint8_t *frame, uint32_t length, struct neighbour_query *query)
{
	const uint8_t *ip = frame + IP_OFFSET;
	const uint8_t *icmp = frame + ICMP_OFFSET;
	uint32_t payload_bytes;

	if (length < OPTIONS_OFFSET || ip[0] >> 4 != 6 || ip[6] != IPPROTO_ICMPV6 ||
	    ip[7] != ND_HOP_LIMIT || icmp[0] != ND_NEIGHBOR_SOLICIT || icmp[1] != 0)
		return false;
	payload_bytes = (uint32_t)(ip[4] << 8 | ip[5]);
	if (payload_bytes < ICMP_BYTES || payload_bytes > length - ICMP_OFFSET ||
	    !addresses_are_right(frame) ||
	    !options_are_right(frame, ICMP_OFFSET + payload_bytes,
			       memcmp(ip + 8, unspecified, ADDRESS_BYTES) == 0) ||
	    checksum_fold(icmp_sum(frame, payload_bytes)) != 0xffff)
		return false;
	query->target.family = 6;
	memcpy(query->target.v6, frame + TARGET_OFFSET, ADDRESS_BYTES);
	query->asker.family = 6;
	memcpy(query->asker.v6, frame + SOURCE_OFFSET, ADDRESS_BYTES);
	memcpy(&query->asker_mac, frame + RTE_ETHER_ADDR_LEN, RTE_ETHER_ADDR_LEN);
	return true;
}

static void option_write(uint8_t *at, uint8_t type, const struct rte_ether_addr *mac)
{
	at[0] = type;
	at[1] = 1; /* in units of eight bytes */
	memcpy(at + 2, mac, RTE_ETHER_ADDR_LEN);
}

uint32_t nd_advertisement_build(uint8_t *frame, uint32_t room, const struct neighbour_query *query,
				const struct rte_ether_addr *owner, bool router)
{
	const bool to_all = memcmp(query->asker.v6, unspecified, ADDRESS_BYTES) == 0;
	const uint8_t message_bytes = ICMP_BYTES + OPTION_BYTES;
	uint8_t *ip = frame + IP_OFFSET;
	uint8_t *icmp = frame + ICMP_OFFSET;
	rte_be16_t checksum;

	if (room < ND_ADVERTISEMENT_FRAME_BYTES)
		return 0;
	memcpy(frame, to_all ? all_nodes_mac : query->asker_mac.addr_bytes, RTE_ETHER_ADDR_LEN);
	memcpy(frame + RTE_ETHER_ADDR_LEN, owner, RTE_ETHER_ADDR_LEN);
	memset(ip, 0, IP_BYTES + ICMP_BYTES);
	ip[0] = 0x60;
	ip[5] = message_bytes;
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = ND_HOP_LIMIT;
	memcpy(frame + SOURCE_OFFSET, query->target.v6, ADDRESS_BYTES);
	memcpy(frame + TO_OFFSET, to_all ? all_nodes : query->asker.v6, ADDRESS_BYTES);
	icmp[0] = ND_NEIGHBOR_ADVERT;
	/* R, S and O are the first bits, RFC 4861 section 4.4. */
	icmp[4] = (uint8_t)((router ? 0x80 : 0) | (to_all ? 0 : 0x40) | 0x20);
	memcpy(frame + TARGET_OFFSET, query->target.v6, ADDRESS_BYTES);
	option_write(frame + OPTIONS_OFFSET, ND_OPT_TARGET_LINKADDR, owner);
	checksum = checksum_finish(icmp_sum(frame, message_bytes));
	memcpy(icmp + 2, &checksum, sizeof(checksum));
	return ND_ADVERTISEMENT_FRAME_BYTES;
}
