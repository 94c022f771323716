/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "encap/gre.h"
#include "encap/outer_ipv4.h"
#include "encap/vxlan.h"

/* A received IP packet, down to the inner frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tunnel_header header;
	struct outer_ipv4 outer;
	const uint8_t *l4;
	int verdict;

	if (size > UINT16_MAX)
		return 0;
	verdict = outer_ipv4_parse(data, (uint32_t)size, &outer);
	MUST(verdict >= ENCAP_OK && verdict < BGW_DROP_COUNT);
	if (verdict != ENCAP_OK)
		return 0;
	MUST(outer.l4_offset >= OUTER_IPV4_HEADER_BYTES && outer.l4_offset <= 60);
	MUST(outer.l4_offset + outer.l4_length <= size);
	MUST(fuzz_checksum(data, outer.l4_offset, 0) == 0);
	MUST(outer_ipv4_addresses(outer_ipv4_local(outer.addresses),
				  outer_ipv4_remote(outer.addresses)) == outer.addresses);
	l4 = data + outer.l4_offset;
	verdict = outer.protocol == IPPROTO_GRE ? gre_parse(l4, outer.l4_length, &header)
						: vxlan_parse(l4, outer.l4_length, data, &header);
	MUST(verdict != ENCAP_OK || header.length <= outer.l4_length);
	return 0;
}
