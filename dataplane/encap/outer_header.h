/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_OUTER_HEADER_H
#define ENCAP_OUTER_HEADER_H

#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_memcpy.h>

#include <bgw/tunnel.h>

#include "encap/checksum.h"

/*
 * The ready outer header of a path, Ethernet to the last byte before the inner frame. Control
 * builds it once; a worker copies it before the inner frame and patches what differs by packet.
 *
 * The header lies at the end of `bytes`, so every field has a fixed distance from the inner frame,
 * whether the underlay is tagged or not. The copy is of whole cache lines: whatever lies in the
 * outer_header_room() bytes before the inner frame is overwritten.
 *
 * Immutable once published. Its owner puts it on a cache line boundary, so that the usual copy
 * reads one line; fields of the owner may share the line behind `bytes` with those here.
 */
#define OUTER_HEADER_ROOM 128

struct outer_header {
	uint8_t bytes[OUTER_HEADER_ROOM];
	uint32_t ip_checksum_base; /* sum of the IPv4 header; length, TOS and checksum being 0 */
	rte_be32_t key_mask;	   /* GRE: all ones, or 0 for a header without key */
	uint8_t length;		   /* of all headers, in bytes */
	uint8_t ip_offset;	   /* from the IPv4 header to the inner frame, in bytes */
};

#define OUTER_ETHERNET_BYTES 14
#define OUTER_VLAN_BYTES     4
#define OUTER_IPV4_BYTES     20
#define OUTER_TTL_DEFAULT    64

/*
 * Fills the header: Ethernet, the underlay's VLAN tag if it has one, IPv4 (DF, ID 0), and the
 * `shim` that follows it. -EINVAL: not both addresses are IPv4 and given, the next hop's MAC is
 * zero or the VLAN is out of range.
 */
int outer_header_build(struct outer_header *header, const struct bgw_path_spec *spec,
		       uint8_t ip_protocol, const void *shim, uint8_t shim_bytes);

/* Bytes before the inner frame that outer_header_copy() writes: 64, or all of the room. */
static inline uint32_t outer_header_room(const struct outer_header *header)
{
	return likely(header->length <= OUTER_HEADER_ROOM / 2) ? OUTER_HEADER_ROOM / 2
							       : OUTER_HEADER_ROOM;
}

/* Copies the header so that it ends at `inner`. */
static inline void outer_header_copy(uint8_t *inner, const struct outer_header *header)
{
	if (unlikely(outer_header_room(header) > OUTER_HEADER_ROOM / 2))
		memcpy(inner - OUTER_HEADER_ROOM, header->bytes, OUTER_HEADER_ROOM / 2);
	rte_mov64(inner - OUTER_HEADER_ROOM / 2, header->bytes + OUTER_HEADER_ROOM / 2);
}

/* Writes what differs by packet into the copied IPv4 header. `length`: of the IP packet. */
static inline void outer_header_patch_ipv4(uint8_t *ip, const struct outer_header *header,
					   uint16_t length, uint8_t tos)
{
	const rte_be16_t total = rte_cpu_to_be_16(length);
	uint32_t sum = header->ip_checksum_base + total + rte_cpu_to_be_16(tos);

	/* The carry of the lower half, which is the end-around carry, goes into the upper one. */
	sum += sum << 16 | sum >> 16;
	ip[1] = tos;
	*(unaligned_uint16_t *)(ip + 2) = total;
	*(unaligned_uint16_t *)(ip + 10) = (uint16_t)(~sum >> 16);
}

#endif
