/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/nvgre.h"

#include <errno.h>

#include "encap/entropy.h"

/* Distances back from the inner frame. */
#define IP_OFFSET  (OUTER_IPV4_BYTES + NVGRE_SHIM_BYTES)
#define KEY_OFFSET 4

int nvgre_build(struct outer_header *header, const struct bgw_path_spec *spec)
{
	if (spec->keyless)
		return -EINVAL;
	return gre_build(header, spec);
}

void nvgre_push_burst(const struct encap_push *items, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct encap_push *item = &items[i];
		uint8_t *inner = item->inner;

		outer_header_copy(inner, item->header);
		outer_header_patch_ipv4(inner - IP_OFFSET, item->header,
					(uint16_t)(item->inner_length + IP_OFFSET), item->flow.tos);
		*(unaligned_uint32_t *)(inner - KEY_OFFSET) = rte_cpu_to_be_32(
			item->segmentation_id << 8 | entropy_flow_id(item->flow.entropy));
	}
}
