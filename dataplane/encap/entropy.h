/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_ENTROPY_H
#define ENCAP_ENTROPY_H

#include <netinet/in.h>

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

/* Both halves of the 128-bit product: every bit of each operand reaches the result. */
static inline uint64_t entropy_mix(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Odd constants with as many ones as zeros and no pattern: from the fraction of the golden ratio.
 */
#define ENTROPY_KEY_0 UINT64_C(0x9e3779b97f4a7c15)
#define ENTROPY_KEY_1 UINT64_C(0xf39cc0605cedc835)
#define ENTROPY_KEY_2 UINT64_C(0x1082276bf3a27251)
#define ENTROPY_KEY_3 UINT64_C(0xf86c6a11d0c18e95)

static inline uint64_t entropy_load(const uint8_t *bytes)
{
	return *(const unaligned_uint64_t *)bytes;
}

/* Whether the protocol's header begins with two ports: TCP, UDP, DCCP, SCTP. */
static inline int entropy_has_ports(uint8_t protocol)
{
	const uint64_t low = UINT64_C(1) << IPPROTO_TCP | UINT64_C(1) << IPPROTO_UDP |
			     UINT64_C(1) << IPPROTO_DCCP;

	return (protocol < 64 && (low >> protocol & 1)) || protocol == IPPROTO_SCTP;
}

/* Protocol and ports; the ports as 0 if they are not at `offset` or beyond the frame. */
static inline uint64_t entropy_l4(const uint8_t *frame, uint32_t length, uint32_t offset,
				  uint8_t protocol)
{
	uint64_t l4 = (uint64_t)protocol << 32;

	if (likely(entropy_has_ports(protocol) && length >= offset + 4))
		l4 |= *(const unaligned_uint32_t *)(frame + offset);
	return l4;
}

static inline uint64_t entropy_ipv4(const uint8_t *frame, uint32_t length, struct inner_l3 l3)
{
	const uint8_t *ip = frame + l3.offset;
	const int fragment = (*(const unaligned_uint16_t *)(ip + 6) & RTE_BE16(0x3fff)) != 0;
	/* A header that claims to be shorter than it can be is somebody else's problem. */
	const uint64_t last =
		unlikely(fragment) ? (uint64_t)ip[9] << 32
				   : entropy_l4(frame, length, l3.offset + l3.header_bytes, ip[9]);

	return entropy_mix(entropy_load(ip + 12) ^ ENTROPY_KEY_2, last ^ ENTROPY_KEY_3);
}

static inline uint64_t entropy_ipv6(const uint8_t *frame, uint32_t length, struct inner_l3 l3)
{
	const uint8_t *ip = frame + l3.offset;
	const uint64_t l4 = entropy_l4(frame, length, l3.offset + l3.header_bytes, ip[6]);
	const uint64_t source = entropy_mix(entropy_load(ip + 8) ^ ENTROPY_KEY_2,
					    entropy_load(ip + 16) ^ ENTROPY_KEY_3);
	const uint64_t destination = entropy_mix(entropy_load(ip + 24) ^ ENTROPY_KEY_1,
						 entropy_load(ip + 32) ^ ENTROPY_KEY_0);

	return source + entropy_mix(destination ^ ENTROPY_KEY_2, l4 ^ ENTROPY_KEY_3);
}

/* Of a frame of which `length` bytes can be read, and whose IP header is at `l3`. */
static inline uint32_t entropy_hash(const uint8_t *frame, uint32_t length, struct inner_l3 l3)
{
	uint64_t hash;

	if (unlikely(l3.family == 0 && length < INNER_ETHERNET_BYTES))
		return 0;
	hash = entropy_mix(entropy_load(frame) ^ ENTROPY_KEY_0,
			   entropy_load(frame + 6) ^ ENTROPY_KEY_1);
	if (likely(l3.family == 4))
		hash += entropy_ipv4(frame, length, l3);
	else if (l3.family == 6)
		hash += entropy_ipv6(frame, length, l3);
	return (uint32_t)(hash ^ hash >> 32);
}

#endif
