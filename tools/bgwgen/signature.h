/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_SIGNATURE_H
#define BGWGEN_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

/*
 * What a test frame carries right behind its UDP header, by which it is known again:
 *
 *   0       2        3       4            8               14
 *   | check | stream | trial | sequence   | time, 48 bits |   network order
 *
 * It stands there, not at the end of the frame, so that it shares the cache line of the headers
 * that are written and read anyway. It is found through the lengths and headers of the packet, so
 * padding, tags and tunnels that come and go do not matter.
 *
 * `check` is chosen so that the ones' complement sum of the seven words is the run's key. That
 * tells frames of this run from others, and makes the UDP checksum the same for all frames of a
 * template: nothing has to be summed up when a frame is sent. Pure functions, any thread.
 */
#define SIGNATURE_BYTES	   14
#define SIGNATURE_UDP_PORT 9 /* discard (RFC 863): whoever gets one has no reason to answer */
#define SIGNATURE_TIME_MAX ((UINT64_C(1) << 48) - 1)

struct signature {
	uint8_t stream;
	uint8_t trial;
	uint32_t sequence;
	uint64_t time; /* of the clock of the sender, modulo 2^48 */
};

/* Sum of 16-bit words in ones' complement arithmetic, as 1 .. 0xffff, or 0 of zeros alone. */
static inline uint16_t signature_fold(uint64_t sum)
{
	sum = (sum & 0xffffffffu) + (sum >> 32);
	sum = (sum & 0xffffu) + (sum >> 16);
	sum = (sum & 0xffffu) + (sum >> 16);
	sum = (sum & 0xffffu) + (sum >> 16);
	return (uint16_t)sum;
}

/*
 * The twelve bytes behind the check, as they go into the packet: two words of 64 and 32 bits whose
 * halves are summed as 32-bit words, which RFC 1071 section 2(C) allows.
 */
static inline uint64_t signature_sum(uint64_t head, uint32_t tail)
{
	return (head & 0xffffffffu) + (head >> 32) + tail;
}

/* `key`: 1 .. 0xfffe, so that there is one way to write it. */
static inline void signature_write(uint8_t *at, const struct signature *signature, uint16_t key)
{
	const uint64_t head = rte_cpu_to_be_64(
		(uint64_t)signature->stream << 56 | (uint64_t)signature->trial << 48 |
		(uint64_t)signature->sequence << 16 | (signature->time >> 32 & 0xffff));
	const uint32_t tail = rte_cpu_to_be_32((uint32_t)signature->time);
	const uint16_t sum = signature_fold(signature_sum(head, tail));

	*(unaligned_uint16_t *)at = signature_fold((uint64_t)key + (uint16_t)~sum);
	*(unaligned_uint64_t *)(at + 2) = head;
	*(unaligned_uint32_t *)(at + 10) = tail;
}

/* Reads SIGNATURE_BYTES bytes. False: they are no signature of the run with this key. */
static inline bool signature_read(const uint8_t *at, uint16_t key, struct signature *signature)
{
	const uint64_t head = *(const unaligned_uint64_t *)(at + 2);
	const uint32_t tail = *(const unaligned_uint32_t *)(at + 10);
	const uint64_t host = rte_be_to_cpu_64(head);

	if (signature_fold(signature_sum(head, tail) + *(const unaligned_uint16_t *)at) != key)
		return false;
	signature->stream = (uint8_t)(host >> 56);
	signature->trial = (uint8_t)(host >> 48);
	signature->sequence = (uint32_t)(host >> 16);
	signature->time = (host & 0xffff) << 32 | rte_be_to_cpu_32(tail);
	return true;
}

#endif
