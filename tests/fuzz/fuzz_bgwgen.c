/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "locate.h"
#include "signature.h"

/* How much longer than its first segment the frame claims to be, then what bgwgen receives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct signature signature;
	struct location location;
	uint32_t readable;

	if (size < 1 || size > UINT16_MAX)
		return 0;
	readable = (uint32_t)size - 1;
	if (locate_signature(data + 1, readable, readable + data[0], 4789, &location) < 0)
		return 0;
	MUST(location.offset + SIGNATURE_BYTES <= readable);
	MUST(location.tunnel != LOCATE_PLAIN || location.key == 0);
	if (signature_read(data + 1 + location.offset, 0x4711, &signature)) {
		uint8_t again[SIGNATURE_BYTES];

		signature_write(again, &signature, 0x4711);
		MUST(memcmp(again + 2, data + 1 + location.offset + 2, SIGNATURE_BYTES - 2) == 0);
	}
	return 0;
}
