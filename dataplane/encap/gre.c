/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/gre.h"

int gre_build(struct outer_header *header, const struct bgw_path_spec *spec)
{
	static const uint8_t keyed[GRE_SHIM_BYTES] = {0x20, 0x00, 0x65, 0x58};
	static const uint8_t keyless[GRE_KEYLESS_SHIM_BYTES] = {0x00, 0x00, 0x65, 0x58};
	const int status = spec->keyless ? outer_header_build(header, spec, GRE_IP_PROTOCOL,
							      keyless, sizeof(keyless))
					 : outer_header_build(header, spec, GRE_IP_PROTOCOL, keyed,
							      sizeof(keyed));

	if (status == 0)
		header->key_mask = spec->keyless ? 0 : UINT32_MAX;
	return status;
}

int gre_parse_unusual(const uint8_t *l4, uint32_t length, struct tunnel_header *header)
{
	const uint32_t flags = rte_be_to_cpu_16(*(const unaligned_uint16_t *)l4);
	uint32_t at = GRE_KEYLESS_SHIM_BYTES;
	uint32_t header_bytes = at;

	header_bytes += flags & GRE_FLAG_CHECKSUM ? 4 : 0;
	header_bytes += flags & GRE_FLAG_KEY ? 4 : 0;
	header_bytes += flags & GRE_FLAG_SEQUENCE ? 4 : 0;
	if (length < header_bytes)
		return BGW_DROP_RUNT;
	if (flags & GRE_FLAG_CHECKSUM) {
		if (checksum_fold(checksum_add(0, l4, length)) != 0xffff)
			return BGW_DROP_BAD_GRE_HEADER;
		at += 4;
	}
	header->keyless = !(flags & GRE_FLAG_KEY);
	header->key =
		header->keyless ? 0 : rte_be_to_cpu_32(*(const unaligned_uint32_t *)(l4 + at));
	header->length = (uint8_t)header_bytes;
	return ENCAP_OK;
}
