/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_GRE_H
#define ENCAP_GRE_H

#include <netinet/in.h>

#include <rte_branch_prediction.h>

#include "encap/row.h"
#include "encap/tunnel_header.h"

/*
 * Ethernet in GRE (type 0x6558), RFC 2784 with the key and sequence number of RFC 2890. Sent with
 * the segmentation id as key, or with no key field (bgw_path_spec.keyless). NVGRE is parsed here
 * too, since the wire does not tell the two apart.
 */
#define GRE_IP_PROTOCOL	       IPPROTO_GRE
#define GRE_SHIM_BYTES	       8
#define GRE_KEYLESS_SHIM_BYTES 4
#define GRE_KEY_MIN	       0
#define GRE_KEY_MAX	       0xffffff

#define GRE_FLAG_CHECKSUM 0x8000
#define GRE_FLAG_KEY	  0x2000
#define GRE_FLAG_SEQUENCE 0x1000
/* Bits 1, 4 and 5 (RFC 2784 section 2.3 less RFC 2890), and the version. */
#define GRE_REFUSED	  0x4c07
#define GRE_TYPE_ETHERNET 0x6558

/* -EINVAL: see outer_header_build(). */
int gre_build(struct outer_header *header, const struct bgw_path_spec *spec);

/* Where the key is, back from the inner frame; without a key the base header is there. */
#define GRE_KEY_OFFSET 4

static inline void gre_push(const struct encap_push *push)
{
	const struct outer_header *header = push->header;
	uint8_t *inner = push->inner;
	const rte_be32_t key = rte_cpu_to_be_32(push->segmentation_id) & header->key_mask;
	const rte_be32_t last =
		*(const unaligned_uint32_t *)(header->bytes + OUTER_HEADER_ROOM - GRE_KEY_OFFSET);

	outer_header_copy(inner, header);
	outer_header_patch_ipv4(inner - header->ip_offset, header,
				(uint16_t)(push->inner_length + header->ip_offset), push->tos);
	*(unaligned_uint32_t *)(inner - GRE_KEY_OFFSET) = last | key;
}

/* A header with checksum or sequence number. */
int gre_parse_unusual(const uint8_t *l4, uint32_t length, struct tunnel_header *header);

/*
 * Reads the GRE header at `l4`; `length` is what the IP header says of the bytes from there. A
 * checksum is verified, a sequence number ignored. ENCAP_OK, or RUNT, BAD_GRE_HEADER.
 */
static inline int gre_parse(const uint8_t *l4, uint32_t length, struct tunnel_header *header)
{
	uint32_t base;

	if (unlikely(length < GRE_KEYLESS_SHIM_BYTES))
		return BGW_DROP_RUNT;
	base = rte_be_to_cpu_32(*(const unaligned_uint32_t *)l4);
	if (unlikely((base & ((uint32_t)GRE_REFUSED << 16 | 0xffffu)) != GRE_TYPE_ETHERNET))
		return BGW_DROP_BAD_GRE_HEADER;
	if (unlikely(base & (uint32_t)(GRE_FLAG_CHECKSUM | GRE_FLAG_SEQUENCE) << 16))
		return gre_parse_unusual(l4, length, header);
	if (unlikely(!(base & (uint32_t)GRE_FLAG_KEY << 16))) {
		header->key = 0;
		header->keyless = 1;
		header->length = GRE_KEYLESS_SHIM_BYTES;
		return ENCAP_OK;
	}
	if (unlikely(length < GRE_SHIM_BYTES))
		return BGW_DROP_RUNT;
	header->key = rte_be_to_cpu_32(*(const unaligned_uint32_t *)(l4 + 4));
	header->keyless = 0;
	header->length = GRE_SHIM_BYTES;
	return ENCAP_OK;
}

#endif
