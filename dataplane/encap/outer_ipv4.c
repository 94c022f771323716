/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/outer_ipv4.h"

int outer_ipv4_check_unusual(const uint8_t *l3, uint32_t length)
{
	const uint32_t header_bytes = (l3[0] & 0x0fu) * 4;

	if (l3[0] >> 4 != 4 || header_bytes < OUTER_IPV4_HEADER_BYTES)
		return BGW_DROP_BAD_IP_HEADER;
	if (header_bytes > length)
		return BGW_DROP_RUNT;
	if (checksum_fold(checksum_add(0, l3, header_bytes)) != 0xffff)
		return BGW_DROP_BAD_IP_HEADER;
	return ENCAP_OK;
}
