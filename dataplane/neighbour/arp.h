/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEIGHBOUR_ARP_H
#define NEIGHBOUR_ARP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "neighbour/asked.h"

/* ARP for IPv4 over Ethernet, RFC 826 and RFC 5227. Pure functions, any thread. */

#define ARP_FRAME_BYTES (RTE_ETHER_HDR_LEN + 28)

/*
 * Reads an ARP request at an untagged frame. False if the frame is anything else: gratuitous
 * (sender and target are one), its sender's hardware address is not the frame's source, an address
 * that no host has. A probe (RFC 5227, sender 0.0.0.0) is a request like others.
 */
bool arp_request_parse(const uint8_t *frame, uint32_t length, struct neighbour_query *query);

/* Writes the reply over the request. Returns its length, or 0 if it is longer than `room`. */
uint32_t arp_reply_build(uint8_t *frame, uint32_t room, const struct neighbour_query *query,
			 const struct rte_ether_addr *owner);

#endif
