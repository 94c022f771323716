/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEIGHBOUR_QUERY_H
#define NEIGHBOUR_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_ether.h>

#include <bgw/bridge.h>

#include "neighbour/arp.h"
#include "neighbour/nd.h"

/*
 * Queries for a neighbour's address, and their answers (RFC 9161). Pure functions, any thread.
 *
 * Frames are untagged Ethernet frames sent to a group: a query to one station is a probe of that
 * station, and a tagged one belongs to a customer's own VLAN. What asks for nothing (gratuitous
 * ARP), announces (ARP replies, NA), or breaks a rule of its protocol is no query.
 */

/* Reads the query. False: the frame is none. */
static inline bool neighbour_query_parse(const uint8_t *frame, uint32_t length,
					 struct neighbour_query *query)
{
	uint16_t ethertype;

	if (length < RTE_ETHER_HDR_LEN || !(frame[0] & 1))
		return false;
	ethertype = rte_be_to_cpu_16(*(const unaligned_uint16_t *)(frame + 12));
	if (ethertype == RTE_ETHER_TYPE_ARP)
		return arp_request_parse(frame, length, query);
	if (ethertype == RTE_ETHER_TYPE_IPV6)
		return nd_solicitation_parse(frame, length, query);
	return false;
}

/*
 * Writes the answer over the query's frame, of which `room` bytes can be written: `owner` has the
 * address that was asked for. Returns the answer's length, or 0: there is no room.
 */
static inline uint32_t neighbour_answer_build(uint8_t *frame, uint32_t room,
					      const struct neighbour_query *query,
					      const struct rte_ether_addr *owner, bool router)
{
	if (query->target.family == 4)
		return arp_reply_build(frame, room, query, owner);
	return nd_advertisement_build(frame, room, query, owner, router);
}

#endif
