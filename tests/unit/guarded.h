/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_GUARDED_H
#define UNIT_GUARDED_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUARDED_MAX_BYTES 65536u

/*
 * A copy of `length` bytes that ends where memory that cannot be read begins: who reads on dies.
 * The place is that of the copy before.
 */
static inline uint8_t *guarded_copy(const void *bytes, size_t length)
{
	static uint8_t *memory;
	uint8_t *copy;

	if (!memory) {
		memory = mmap(NULL, GUARDED_MAX_BYTES + (size_t)getpagesize(),
			      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED ||
		    mprotect(memory + GUARDED_MAX_BYTES, (size_t)getpagesize(), PROT_NONE) != 0)
			_exit(1);
	}
	copy = memory + GUARDED_MAX_BYTES - length;
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

/* The Internet checksum the slow way: words in network order, one by one (RFC 1071 section 1). */
static inline uint16_t slow_checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static inline void store_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

#endif
