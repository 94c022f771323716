/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "encap/vxlan.h"

/* An IPv4 header for the pseudo header, then what follows it in the packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tunnel_header header;
	int verdict;

	if (size < OUTER_IPV4_BYTES || size > UINT16_MAX)
		return 0;
	verdict = vxlan_parse(data + OUTER_IPV4_BYTES, (uint32_t)size - OUTER_IPV4_BYTES, data,
			      &header);
	MUST(verdict >= ENCAP_OK && verdict < BGW_DROP_COUNT);
	if (verdict == ENCAP_OK) {
		MUST(header.length <= size - OUTER_IPV4_BYTES);
		MUST(header.key <= VXLAN_KEY_MAX && !header.keyless);
	}
	return 0;
}
