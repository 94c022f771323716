/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbour/arp.h"

#include <string.h>

#include <rte_byteorder.h>

/* Hardware Ethernet, protocol IPv4, lengths 6 and 4, up to the operation. */
static const uint8_t arp_fixed[6] = {0x00, 0x01, 0x08, 0x00, 6, 4};

#define ARP_REQUEST 1
#define ARP_REPLY   2

/* Distances from the start of an untagged frame. */
#define OPERATION_OFFSET       20
#define SENDER_MAC_OFFSET      22
#define SENDER_IP_OFFSET       28
#define TARGET_MAC_OFFSET      32
#define TARGET_IP_OFFSET       38
#define ETHERNET_SOURCE_OFFSET 6
#define ARP_OFFSET	       RTE_ETHER_HDR_LEN

static rte_be32_t load_address(const uint8_t *at)
{
	rte_be32_t address;

	memcpy(&address, at, sizeof(address));
	return address;
}

/* Neither group nor loopback nor "this network" (RFC 6890). */
static bool address_is_of_a_host(rte_be32_t address)
{
	const uint32_t first = rte_be_to_cpu_32(address) >> 24;

	return first != 0 && first != 127 && first < 224;
}

bool arp_request_parse(const uint8_t *frame, uint32_t length, struct neighbour_query *query)
{
	rte_be32_t sender;
	rte_be32_t target;

	if (length < ARP_FRAME_BYTES ||
	    memcmp(frame + ARP_OFFSET, arp_fixed, sizeof(arp_fixed)) != 0 ||
	    frame[OPERATION_OFFSET] != 0 || frame[OPERATION_OFFSET + 1] != ARP_REQUEST ||
	    memcmp(frame + SENDER_MAC_OFFSET, frame + ETHERNET_SOURCE_OFFSET, RTE_ETHER_ADDR_LEN) !=
		    0)
		return false;
	sender = load_address(frame + SENDER_IP_OFFSET);
	target = load_address(frame + TARGET_IP_OFFSET);
	if (sender == target || !address_is_of_a_host(target) ||
	    (sender != 0 && !address_is_of_a_host(sender)))
		return false;
	*query = (struct neighbour_query){
		.target = {.family = 4, .v4 = target},
		.asker = {.family = 4, .v4 = sender},
	};
	memcpy(&query->asker_mac, frame + SENDER_MAC_OFFSET, RTE_ETHER_ADDR_LEN);
	return true;
}

uint32_t arp_reply_build(uint8_t *frame, uint32_t room, const struct neighbour_query *query,
			 const struct rte_ether_addr *owner)
{
	if (room < ARP_FRAME_BYTES)
		return 0;
	memcpy(frame, &query->asker_mac, RTE_ETHER_ADDR_LEN);
	memcpy(frame + ETHERNET_SOURCE_OFFSET, owner, RTE_ETHER_ADDR_LEN);
	frame[OPERATION_OFFSET + 1] = ARP_REPLY;
	memcpy(frame + SENDER_MAC_OFFSET, owner, RTE_ETHER_ADDR_LEN);
	memcpy(frame + SENDER_IP_OFFSET, &query->target.v4, sizeof(query->target.v4));
	memcpy(frame + TARGET_MAC_OFFSET, &query->asker_mac, RTE_ETHER_ADDR_LEN);
	memcpy(frame + TARGET_IP_OFFSET, &query->asker.v4, sizeof(query->asker.v4));
	return ARP_FRAME_BYTES;
}
