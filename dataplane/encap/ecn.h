/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_ECN_H
#define ENCAP_ECN_H

#include <stdbool.h>

#include <bgw/tunnel.h>

#include "encap/inner.h"

/*
 * DSCP and ECN between the inner packet and the outer header: RFC 2983 and RFC 6040. A frame that
 * carries no IP has no ECN field: it is sent as Not-ECT, and received whatever the outer field
 * says. VLAN tags that the frame keeps are passed over. Pure functions, any thread.
 */
#define ECN_MASK  0x03
#define ECN_ECT_1 0x01
#define ECN_ECT_0 0x02
#define ECN_CE	  0x03

/* What becomes of the inner TOS on its way into the outer header. */
struct tos_rule {
	uint8_t keep; /* bits that are copied */
	uint8_t set;
};

/* ECN copied (RFC 6040 section 4.1), DSCP as a path says: BGW_DSCP_COPY, or 0 .. 63. */
static inline struct tos_rule tos_rule_of(int8_t dscp)
{
	if (dscp == BGW_DSCP_COPY)
		return (struct tos_rule){.keep = 0xff};
	return (struct tos_rule){.keep = ECN_MASK, .set = (uint8_t)(dscp << 2)};
}

/* The outer TOS for an inner one. */
static inline uint8_t ecn_encap_tos(uint8_t tos, struct tos_rule rule)
{
	return (uint8_t)((tos & rule.keep) | rule.set);
}

/* ecn_decap() of an outer field that is ECT(1) or CE. */
bool ecn_decap_marked(uint8_t *frame, uint32_t length, uint8_t outer_tos);

/*
 * Carries the outer ECN field into the inner packet (RFC 6040 section 4.2) and mends the inner IPv4
 * checksum. False if the packet must be dropped: CE outside, Not-ECT inside.
 */
static inline bool ecn_decap(uint8_t *frame, uint32_t length, uint8_t outer_tos)
{
	/* Not-ECT and ECT(0), which change nothing, have an even value. */
	if (likely(!(outer_tos & 1)))
		return true;
	return ecn_decap_marked(frame, length, outer_tos);
}

#endif
