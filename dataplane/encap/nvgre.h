/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_NVGRE_H
#define ENCAP_NVGRE_H

#include "encap/entropy.h"
#include "encap/gre.h"

/*
 * NVGRE, RFC 7637 section 3.2: GRE whose key field is a 24-bit VSID, the segmentation id, and an
 * 8-bit FlowID. VSIDs 0-0xFFF and 0xFFFFFF are reserved. Received packets are read by gre_parse().
 */
#define NVGRE_IP_PROTOCOL	 IPPROTO_GRE
#define NVGRE_SHIM_BYTES	 8
#define NVGRE_KEYLESS_SHIM_BYTES 0
#define NVGRE_KEY_MIN		 0x1000
#define NVGRE_KEY_MAX		 0xfffffe

/* -EINVAL: see outer_header_build(); or keyless. */
int nvgre_build(struct outer_header *header, const struct bgw_path_spec *spec);

static inline void nvgre_push(const struct encap_push *push)
{
	uint8_t *inner = push->inner;

	outer_header_copy(inner, push->header);
	outer_header_patch_ipv4(
		inner - OUTER_IPV4_BYTES - NVGRE_SHIM_BYTES, push->header,
		(uint16_t)(push->inner_length + OUTER_IPV4_BYTES + NVGRE_SHIM_BYTES), push->tos);
	*(unaligned_uint32_t *)(inner - GRE_KEY_OFFSET) =
		rte_cpu_to_be_32(push->segmentation_id << 8 | entropy_flow_id(push->entropy));
}

/* The VSID in a GRE key. */
static inline uint32_t nvgre_key_vsid(uint32_t key)
{
	return key >> 8;
}

#endif
