/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/ecn.h"

#include "encap/checksum.h"

/* The inner field after decapsulation, or -1: drop. RFC 6040 figure 4, rows of ECT(1) and CE. */
static int ecn_combine(uint8_t inner, uint8_t outer)
{
	if (outer == ECN_CE)
		return inner == 0 ? -1 : ECN_CE;
	return inner == ECN_ECT_0 ? ECN_ECT_1 : inner;
}

bool ecn_decap_marked(uint8_t *frame, uint32_t length, uint8_t outer_tos)
{
	const struct inner_l3 l3 = inner_l3_find(frame, length);
	const bool ipv4 = l3.family == 4;
	/* In IPv6 the traffic class lies four bits further on. */
	const int shift = ipv4 ? 0 : 4;
	uint8_t *ip = frame + l3.offset;
	unaligned_uint16_t *word = (unaligned_uint16_t *)ip;
	rte_be16_t before;
	int ecn;

	if (l3.family == 0)
		return true;
	ecn = ecn_combine(ip[1] >> shift & ECN_MASK, outer_tos & ECN_MASK);
	if (ecn < 0)
		return false;
	before = *word;
	ip[1] = (uint8_t)((ip[1] & ~(ECN_MASK << shift)) | ecn << shift);
	if (ipv4) {
		unaligned_uint16_t *checksum = (unaligned_uint16_t *)(ip + 10);

		*checksum = checksum_update(*checksum, before, *word);
	}
	return true;
}
