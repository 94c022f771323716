/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_ENTROPY_H
#define ENCAP_ENTROPY_H

#include <netinet/in.h>
#include <string.h>
#ifdef BGW_CPU_AES
#include <immintrin.h>
#endif

#include "encap/inner.h"

/*
 * Entropy for the underlay's load balancing: a hash of the flow that a frame belongs to. Frames of
 * one flow have one value, so that they take one way and stay in order: MAC addresses, IP
 * addresses, protocol and ports; only the MAC addresses where there is no IP; no ports in fragments
 * (IPv4) and behind extension headers (IPv6). Pure functions, any thread.
 */

/* UDP source port, 49152-65535 (RFC 7348 section 5). */
static inline uint16_t entropy_udp_port(uint32_t entropy)
{
	return (uint16_t)(0xc000u | (entropy & 0x3fffu));
}

/* FlowID of NVGRE (RFC 7637 section 3.2). */
static inline uint8_t entropy_flow_id(uint32_t entropy)
{
	return (uint8_t)entropy;
}

/*
 * What a flow is, as blocks of 16 bytes that are mixed one after the other: its MAC addresses; then
 * of IPv4 one block, protocol, addresses and ports at the places that a header without options has
 * for them; of IPv6 both addresses, and protocol and ports.
 */

/* Constants without a pattern, from the fraction of the golden ratio. */
#define ENTROPY_KEY_0 UINT64_C(0x9e3779b97f4a7c15)
#define ENTROPY_KEY_1 UINT64_C(0xf39cc0605cedc835)

#ifdef BGW_CPU_AES
typedef __m128i entropy_block;
typedef __m128i entropy_state;

static inline __m128i entropy_vector(uint64_t low, uint64_t high)
{
	return _mm_set_epi64x((long long)high, (long long)low);
}

static inline entropy_block entropy_load(const void *bytes)
{
	return _mm_loadu_si128(bytes);
}

/* Masks in the order of memory. */
static inline entropy_block entropy_keep(entropy_block block, uint64_t low, uint64_t high)
{
	return _mm_and_si128(block, entropy_vector(low, high));
}

static inline entropy_state entropy_begin(entropy_block block)
{
	return block;
}

static inline entropy_state entropy_add(entropy_state state, entropy_block block)
{
	return _mm_aesenc_si128(state, block);
}

/* Rounds after the last block: after two each bit of it reaches all of the result, after three not
 * as a sum of its bytes. */
static inline uint32_t entropy_end(entropy_state state)
{
	const __m128i key = entropy_vector(ENTROPY_KEY_0, ENTROPY_KEY_1);

	for (int round = 0; round < 3; round++)
		state = _mm_aesenc_si128(state, key);
	return (uint32_t)_mm_cvtsi128_si32(state);
}
#else
typedef struct {
	uint64_t low;
	uint64_t high;
} entropy_block;
typedef uint64_t entropy_state;

static inline entropy_block entropy_load(const void *bytes)
{
	const unaligned_uint64_t *words = bytes;

	return (entropy_block){words[0], words[1]};
}

static inline entropy_block entropy_keep(entropy_block block, uint64_t low, uint64_t high)
{
	return (entropy_block){block.low & low, block.high & high};
}

/* Both halves of the 128-bit product: every bit of each operand reaches the result. */
static inline uint64_t entropy_mix(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline entropy_state entropy_begin(entropy_block block)
{
	return entropy_mix(block.low ^ ENTROPY_KEY_0, block.high ^ ENTROPY_KEY_1);
}

static inline entropy_state entropy_add(entropy_state state, entropy_block block)
{
	return entropy_mix(state ^ block.low, block.high ^ ENTROPY_KEY_1);
}

static inline uint32_t entropy_end(entropy_state state)
{
	return (uint32_t)(state ^ state >> 32);
}
#endif

/* Whether the protocol's header begins with two ports: TCP, UDP, DCCP, SCTP. */
static inline int entropy_has_ports(uint8_t protocol)
{
	return likely(protocol == IPPROTO_UDP || protocol == IPPROTO_TCP) ||
	       protocol == IPPROTO_DCCP || protocol == IPPROTO_SCTP;
}

/* Protocol, and ports if they are at `offset` and not beyond the frame. */
static inline void entropy_l4_write(uint8_t block[16], const uint8_t *frame, uint32_t length,
				    uint32_t offset, uint8_t protocol)
{
	block[1] = protocol;
	if (entropy_has_ports(protocol) && length >= offset + 4)
		memcpy(block + 12, frame + offset, 4);
}

static inline entropy_state entropy_ipv4(entropy_state state, const uint8_t *frame, uint32_t length,
					 struct inner_l3 l3)
{
	const uint8_t *ip = frame + l3.offset;
	uint8_t block[16] = {0};

	memcpy(block + 4, ip + 12, 8);
	/* A header that claims to be shorter than it can be is somebody else's problem. */
	if (*(const unaligned_uint16_t *)(ip + 6) & RTE_BE16(0x3fff))
		block[1] = ip[9];
	else
		entropy_l4_write(block, frame, length, l3.offset + l3.header_bytes, ip[9]);
	return entropy_add(state, entropy_load(block));
}

static inline entropy_state entropy_ipv6(entropy_state state, const uint8_t *frame, uint32_t length,
					 struct inner_l3 l3)
{
	const uint8_t *ip = frame + l3.offset;
	uint8_t block[16] = {0};

	entropy_l4_write(block, frame, length, l3.offset + l3.header_bytes, ip[6]);
	state = entropy_add(state, entropy_load(ip + 8));
	state = entropy_add(state, entropy_load(ip + 24));
	return entropy_add(state, entropy_load(block));
}

/* Of a frame of which `length` bytes can be read, and whose IP header is at `l3`. */
static inline uint32_t entropy_hash(const uint8_t *frame, uint32_t length, struct inner_l3 l3)
{
	uint8_t addresses[16] = {0};
	entropy_state state;

	if (unlikely(length < INNER_ETHERNET_BYTES))
		return 0;
	memcpy(addresses, frame, 12);
	state = entropy_begin(entropy_load(addresses));
	if (l3.family == 4)
		state = entropy_ipv4(state, frame, length, l3);
	else if (l3.family == 6)
		state = entropy_ipv6(state, frame, length, l3);
	return entropy_end(state);
}

/* The same of a frame that inner_l3_is_plain_ipv4(), whose blocks are there as they are needed. */
static inline uint32_t entropy_hash_plain_ipv4(const uint8_t *frame)
{
	const uint64_t first_half = rte_cpu_to_be_64(UINT64_C(0xffffffff00000000));
	const uint8_t *ip = frame + INNER_ETHERNET_BYTES;
	/* Neither TTL nor checksum. */
	const uint64_t protocol_source = rte_cpu_to_be_64(UINT64_C(0x00ff0000ffffffff));
	const entropy_state state =
		entropy_begin(entropy_keep(entropy_load(frame), UINT64_MAX, first_half));
	entropy_block block = entropy_keep(entropy_load(ip + 8), protocol_source, UINT64_MAX);

	if (unlikely((*(const unaligned_uint16_t *)(ip + 6) & RTE_BE16(0x3fff)) ||
		     !entropy_has_ports(ip[9])))
		block = entropy_keep(block, UINT64_MAX, first_half);
	return entropy_end(entropy_add(state, block));
}

#endif
