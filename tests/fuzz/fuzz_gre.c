/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "encap/nvgre.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tunnel_header header;
	int verdict;

	if (size > UINT16_MAX)
		return 0;
	verdict = gre_parse(data, (uint32_t)size, &header);
	MUST(verdict >= ENCAP_OK && verdict < BGW_DROP_COUNT);
	if (verdict == ENCAP_OK) {
		MUST(header.length >= GRE_KEYLESS_SHIM_BYTES && header.length <= size);
		MUST(header.keyless ? header.key == 0 : header.length >= GRE_SHIM_BYTES);
		MUST(nvgre_key_vsid(header.key) <= GRE_KEY_MAX);
	}
	return 0;
}
