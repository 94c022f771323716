/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ICMP_TOO_BIG_IP_H
#define ICMP_TOO_BIG_IP_H

#include <stdint.h>

#define ICMP_IPV4_PREPENDED 28 /* IPv4 header, ICMP header */
#define ICMP_IPV6_PREPENDED 48

/*
 * The IP side of icmp_too_big_build(). `ip` is the offending packet, of which `length` bytes are in
 * the frame. Writes the answer's IP and ICMP header before it and returns the length from there, or
 * 0 if none may be sent.
 */
uint32_t icmp_too_big_ipv4(uint8_t *ip, uint32_t length, uint32_t mtu);
uint32_t icmp_too_big_ipv6(uint8_t *ip, uint32_t length, uint32_t mtu);

#endif
