/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/vxlan.h"

#include <errno.h>

int vxlan_build(struct outer_header *header, const struct bgw_path_spec *spec)
{
	uint8_t shim[VXLAN_SHIM_BYTES] = {[VXLAN_UDP_BYTES] = VXLAN_FLAG_I};

	if (spec->keyless || spec->udp_port == 0)
		return -EINVAL;
	shim[2] = (uint8_t)(spec->udp_port >> 8);
	shim[3] = (uint8_t)spec->udp_port;
	return outer_header_build(header, spec, VXLAN_IP_PROTOCOL, shim, sizeof(shim));
}

int vxlan_udp_checksum_is_right(const uint8_t *l4, uint32_t length, const uint8_t *l3)
{
	uint64_t sum = checksum_add(0, l3 + 12, 8);

	sum = checksum_add_u16(sum, IPPROTO_UDP);
	sum = checksum_add_u16(sum, (uint16_t)length);
	return checksum_fold(checksum_add(sum, l4, length)) == 0xffff;
}
