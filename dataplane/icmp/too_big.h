/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ICMP_TOO_BIG_H
#define ICMP_TOO_BIG_H

#include <stdint.h>

/*
 * The answer to a packet that does not fit a tunnel: Fragmentation Needed (RFC 792, RFC 1191) or
 * Packet Too Big (RFC 4443 section 3.2), sent as the packet's destination would, since the gateway
 * has no address of its own on the LAN. Pure functions, any thread.
 */

/* Bytes that must be writable before the frame: the answer begins there. */
#define ICMP_TOO_BIG_ROOM 48

struct icmp_answer {
	uint32_t prepended; /* it begins so many bytes before the frame */
	uint32_t length;
};

/*
 * Makes the answer to the frame out of it: Ethernet and IP addresses swapped, tags kept, behind
 * them the ICMP message with as much of the packet as RFC 1812 (576 bytes in all) and RFC 4443
 * (1,280) allow. `frame_max_bytes` is the longest frame that fits, without FCS, from which the
 * MTU follows that the sender is told.
 *
 * Length 0, and the frame untouched, where none may be sent: the frame is for a group, or carries
 * no whole and right IP packet; the packet does fit (the frame is longer for its padding); IPv4
 * without DF; a fragment other than the first; an ICMP error, or one whose type is not there; to
 * or from what is no single host's address; the MTU told would be below 576 (IPv4), 1,280 (IPv6).
 */
struct icmp_answer icmp_too_big_build(uint8_t *frame, uint32_t length, uint32_t frame_max_bytes);

#endif
