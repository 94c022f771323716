/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_CHECKSUM_H
#define ENCAP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

/*
 * The Internet checksum, RFC 1071. Sums are of 16-bit words as they lie in memory, which RFC 1071
 * section 2(B) shows to be right on any byte order, so a folded sum is stored as it is. A sum may
 * be continued; every part but the last must have an even length. Pure functions, any thread.
 */

/* Adds `length` bytes, an odd last one padded with a zero. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length);

/* Adds a 16-bit field given in host order. */
static inline uint64_t checksum_add_u16(uint64_t sum, uint16_t value)
{
	return sum + rte_cpu_to_be_16(value);
}

/* The ones' complement sum of 16 bits: 0xffff over anything that contains a right checksum. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffffu) + (sum >> 32);
	sum = (sum & 0xffffu) + (sum >> 16);
	sum = (sum & 0xffffu) + (sum >> 16);
	sum = (sum & 0xffffu) + (sum >> 16);
	return (uint16_t)sum;
}

/* The checksum field, as it is stored. */
static inline rte_be16_t checksum_finish(uint64_t sum)
{
	return (rte_be16_t)~checksum_fold(sum);
}

/* A checksum field after one 16-bit word of what it covers has changed (RFC 1624, equation 3). */
static inline rte_be16_t checksum_update(rte_be16_t checksum, rte_be16_t before, rte_be16_t after)
{
	return checksum_finish((uint64_t)(uint16_t)~checksum + (uint16_t)~before + after);
}

#endif
