/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEIGHBOUR_ND_H
#define NEIGHBOUR_ND_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "neighbour/asked.h"

/* Neighbour Discovery for IPv6, RFC 4861 and RFC 4862. Pure functions, any thread. */

/* Ethernet, IPv6, the advertisement and its one option. */
#define ND_ADVERTISEMENT_FRAME_BYTES (RTE_ETHER_HDR_LEN + 40 + 24 + 8)

/*
 * Reads a Neighbour Solicitation at an untagged frame. False if the frame is anything else, or one
 * that RFC 4861 section 7.1.1 has a node discard: hop limit, checksum, code, length, options of
 * length zero, target or source a group, duplicate address detection that is not sent to the
 * solicited-node address or that has a source link-layer option; and if the sender's link-layer
 * address is not the frame's source. Extension headers are not passed over.
 */
bool nd_solicitation_parse(const uint8_t *frame, uint32_t length, struct neighbour_query *query);

/*
 * Writes the Neighbour Advertisement over the solicitation: O=1; S=1 to the asker, or S=0 to all
 * nodes if the asker has no address yet (RFC 4861 section 7.2.4). Returns its length, or 0 if it is
 * longer than `room`.
 */
uint32_t nd_advertisement_build(uint8_t *frame, uint32_t room, const struct neighbour_query *query,
				const struct rte_ether_addr *owner, bool router);

#endif
