/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_VXLAN_H
#define ENCAP_VXLAN_H

#include <netinet/in.h>

#include <rte_branch_prediction.h>

#include "encap/entropy.h"
#include "encap/row.h"
#include "encap/tunnel_header.h"

/*
 * VXLAN, RFC 7348 section 5: UDP (8 bytes), flags (I alone set), 24 reserved bits, VNI, 8 reserved
 * bits. Reserved bits are sent as 0 and ignored.
 */
#define VXLAN_IP_PROTOCOL	 IPPROTO_UDP
#define VXLAN_SHIM_BYTES	 16
#define VXLAN_KEYLESS_SHIM_BYTES 0
#define VXLAN_KEY_MIN		 0
#define VXLAN_KEY_MAX		 0xffffff

#define VXLAN_UDP_BYTES 8
#define VXLAN_FLAG_I	0x08

/* -EINVAL: see outer_header_build(); keyless; or no UDP port. */
int vxlan_build(struct outer_header *header, const struct bgw_path_spec *spec);

/* Distances back from the inner frame. */
#define VXLAN_IP_OFFSET		(OUTER_IPV4_BYTES + VXLAN_SHIM_BYTES)
#define VXLAN_UDP_SOURCE_OFFSET 16
#define VXLAN_UDP_LENGTH_OFFSET 12
#define VXLAN_VNI_OFFSET	4

static inline void vxlan_push(const struct encap_push *push)
{
	uint8_t *inner = push->inner;

	outer_header_copy(inner, push->header);
	outer_header_patch_ipv4(inner - VXLAN_IP_OFFSET, push->header,
				(uint16_t)(push->inner_length + VXLAN_IP_OFFSET), push->tos);
	*(unaligned_uint16_t *)(inner - VXLAN_UDP_SOURCE_OFFSET) =
		rte_cpu_to_be_16(entropy_udp_port(push->entropy));
	*(unaligned_uint16_t *)(inner - VXLAN_UDP_LENGTH_OFFSET) =
		rte_cpu_to_be_16((uint16_t)(push->inner_length + VXLAN_SHIM_BYTES));
	*(unaligned_uint32_t *)(inner - VXLAN_VNI_OFFSET) =
		rte_cpu_to_be_32(push->segmentation_id << 8);
}

/* Whether the non-zero UDP checksum is right. The IPv4 header is at `l3`, `length` bytes at `l4`.
 */
int vxlan_udp_checksum_is_right(const uint8_t *l4, uint32_t length, const uint8_t *l3);

/*
 * Reads the UDP and VXLAN header at `l4`; `length` is what the IP header at `l3` says of the bytes
 * from there. The destination port is the caller's affair. ENCAP_OK, or RUNT, BAD_UDP,
 * BAD_UDP_CHECKSUM, BAD_VXLAN_HEADER.
 */
static inline int vxlan_parse(const uint8_t *l4, uint32_t length, const uint8_t *l3,
			      struct tunnel_header *header)
{
	if (unlikely(length < VXLAN_SHIM_BYTES))
		return BGW_DROP_RUNT;
	if (unlikely(rte_be_to_cpu_16(*(const unaligned_uint16_t *)(l4 + 4)) != length))
		return BGW_DROP_BAD_UDP;
	if (unlikely(*(const unaligned_uint16_t *)(l4 + 6) != 0) &&
	    !vxlan_udp_checksum_is_right(l4, length, l3))
		return BGW_DROP_BAD_UDP_CHECKSUM;
	if (unlikely(!(l4[VXLAN_UDP_BYTES] & VXLAN_FLAG_I)))
		return BGW_DROP_BAD_VXLAN_HEADER;
	header->key = rte_be_to_cpu_32(*(const unaligned_uint32_t *)(l4 + 12)) >> 8;
	header->keyless = 0;
	header->length = VXLAN_SHIM_BYTES;
	return ENCAP_OK;
}

#endif
