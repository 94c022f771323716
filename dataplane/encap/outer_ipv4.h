/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_OUTER_IPV4_H
#define ENCAP_OUTER_IPV4_H

#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>

#include "encap/checksum.h"
#include "encap/tunnel_header.h"

/* The outer IPv4 header of a received packet, RFC 791. Pure functions, any thread. */

struct outer_ipv4 {
	uint64_t addresses; /* outer_ipv4_addresses() of the packet: local is its destination */
	uint16_t l4_offset; /* bytes from the IP header to what follows it */
	uint16_t l4_length; /* bytes that follow it: of the packet, not of the frame's padding */
	uint8_t protocol;
	uint8_t tos;
};

#define OUTER_IPV4_HEADER_BYTES	    20
#define OUTER_IPV4_ADDRESSES_OFFSET 12

/*
 * The key of a pair of addresses: the eight bytes of source (remote) and destination (local) as
 * they lie in a received header, read as one word of the machine's own byte order.
 */
static inline uint64_t outer_ipv4_addresses(rte_be32_t local, rte_be32_t remote)
{
	const rte_be32_t pair[2] = {remote, local};
	uint64_t addresses;

	memcpy(&addresses, pair, sizeof(addresses));
	return addresses;
}

static inline rte_be32_t outer_ipv4_local(uint64_t addresses)
{
	rte_be32_t pair[2];

	memcpy(pair, &addresses, sizeof(pair));
	return pair[1];
}

static inline rte_be32_t outer_ipv4_remote(uint64_t addresses)
{
	rte_be32_t pair[2];

	memcpy(pair, &addresses, sizeof(pair));
	return pair[0];
}

/* Version, IHL and checksum of a header that is not the usual 0x45. ENCAP_OK or a drop reason. */
int outer_ipv4_check_unusual(const uint8_t *l3, uint32_t length);

/*
 * Whether the 20 bytes at `l3`, not all of them zero, sum up right. Folding carries is reckoning
 * modulo 65,535, in which a right sum is 0; the compiler makes a multiplication of that.
 */
static inline int outer_ipv4_checksum_is_right(const uint8_t *l3)
{
	const unaligned_uint32_t *words = (const unaligned_uint32_t *)l3;

	return ((uint64_t)words[0] + words[1] + words[2] + words[3] + words[4]) % 65535 == 0;
}

/* The rest of outer_ipv4_parse(), with version, IHL and checksum checked. */
static inline int outer_ipv4_read(const uint8_t *l3, uint32_t length, uint32_t header_bytes,
				  struct outer_ipv4 *outer)
{
	const uint32_t total = rte_be_to_cpu_16(*(const unaligned_uint16_t *)(l3 + 2));

	if (unlikely(total < header_bytes || total > length))
		return BGW_DROP_BAD_IP_HEADER;
	if (unlikely(*(const unaligned_uint16_t *)(l3 + 6) & RTE_BE16(0x3fff)))
		return BGW_DROP_OUTER_FRAGMENT;
	outer->addresses = *(const unaligned_uint64_t *)(l3 + OUTER_IPV4_ADDRESSES_OFFSET);
	outer->l4_offset = (uint16_t)header_bytes;
	outer->l4_length = (uint16_t)(total - header_bytes);
	outer->protocol = l3[9];
	outer->tos = l3[1];
	return ENCAP_OK;
}

/*
 * Checks the IPv4 header at `l3`, with `length` bytes readable from there. ENCAP_OK, or:
 *
 *   RUNT            the header does not fit
 *   BAD_IP_HEADER   version, IHL, total length or checksum
 *   OUTER_FRAGMENT  MF, or an offset (RFC 7348 section 4.3: may be discarded)
 *
 * Options are allowed and passed over.
 */
static inline int outer_ipv4_parse(const uint8_t *l3, uint32_t length, struct outer_ipv4 *outer)
{
	if (unlikely(length < OUTER_IPV4_HEADER_BYTES))
		return BGW_DROP_RUNT;
	if (unlikely(l3[0] != 0x45)) {
		const int verdict = outer_ipv4_check_unusual(l3, length);

		if (verdict != ENCAP_OK)
			return verdict;
		return outer_ipv4_read(l3, length, (l3[0] & 0x0fu) * 4, outer);
	}
	if (unlikely(!outer_ipv4_checksum_is_right(l3)))
		return BGW_DROP_BAD_IP_HEADER;
	return outer_ipv4_read(l3, length, OUTER_IPV4_HEADER_BYTES, outer);
}

#endif
