/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/checksum.h"

#include <string.h>

uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t), at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		sum += (word & 0xffffffffu) + (word >> 32);
	}
	for (; length >= sizeof(uint16_t); length -= sizeof(uint16_t), at += sizeof(uint16_t)) {
		uint16_t word;

		memcpy(&word, at, sizeof(word));
		sum += word;
	}
	if (length > 0)
		sum = checksum_add_u16(sum, (uint16_t)(*at << 8));
	return sum;
}
