/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer calls, once for each input. Inputs end at memory that must not be read. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define MUST(condition)                   \
	do {                              \
		if (!(condition))         \
			__builtin_trap(); \
	} while (0)

/* A copy that may be written, behind `room` writable bytes: free(copy - room). */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size, size_t room)
{
	uint8_t *copy = malloc(room + size);

	MUST(copy);
	memset(copy, 0, room);
	if (size > 0)
		memcpy(copy + room, data, size);
	return copy + room;
}

/* The Internet checksum of what contains its own: 0 if it is right. */
static inline uint16_t fuzz_checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
