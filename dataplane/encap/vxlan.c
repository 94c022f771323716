/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/vxlan.h"

#include <errno.h>

#include "encap/entropy.h"

/* Distances back from the inner frame. */
#define IP_OFFSET	  (OUTER_IPV4_BYTES + VXLAN_SHIM_BYTES)
#define UDP_SOURCE_OFFSET 16
#define UDP_LENGTH_OFFSET 12
#define VNI_OFFSET	  4

int vxlan_build(struct outer_header *header, const struct bgw_path_spec *spec)
{
	uint8_t shim[VXLAN_SHIM_BYTES] = {[VXLAN_UDP_BYTES] = VXLAN_FLAG_I};

	if (spec->keyless || spec->udp_port == 0)
		return -EINVAL;
	shim[2] = (uint8_t)(spec->udp_port >> 8);
	shim[3] = (uint8_t)spec->udp_port;
	return outer_header_build(header, spec, VXLAN_IP_PROTOCOL, shim, sizeof(shim));
}

void vxlan_push_burst(const struct encap_push *items, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct encap_push *item = &items[i];
		uint8_t *inner = item->inner;

		outer_header_copy(inner, item->header);
		outer_header_patch_ipv4(inner - IP_OFFSET, item->header,
					(uint16_t)(item->inner_length + IP_OFFSET), item->flow.tos);
		*(unaligned_uint16_t *)(inner - UDP_SOURCE_OFFSET) =
			rte_cpu_to_be_16(entropy_udp_port(item->flow.entropy));
		*(unaligned_uint16_t *)(inner - UDP_LENGTH_OFFSET) =
			rte_cpu_to_be_16((uint16_t)(item->inner_length + VXLAN_SHIM_BYTES));
		*(unaligned_uint32_t *)(inner - VNI_OFFSET) =
			rte_cpu_to_be_32(item->segmentation_id << 8);
	}
}

int vxlan_udp_checksum_is_right(const uint8_t *l4, uint32_t length, const uint8_t *l3)
{
	uint64_t sum = checksum_add(0, l3 + 12, 8);

	sum = checksum_add_u16(sum, IPPROTO_UDP);
	sum = checksum_add_u16(sum, (uint16_t)length);
	return checksum_fold(checksum_add(sum, l4, length)) == 0xffff;
}
