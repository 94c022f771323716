/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "encap/ecn.h"
#include "encap/entropy.h"
#include "encap/flow.h"

static uint32_t hash_of(const uint8_t *frame, uint32_t length)
{
	return entropy_hash(frame, length, inner_l3_find(frame, length));
}

static uint8_t tos_of(const uint8_t *frame, uint32_t length, int8_t dscp)
{
	return ecn_encap_tos(inner_flow_read_unusual(frame, length).tos, tos_rule_of(dscp));
}

/* An outer TOS, then an inner frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t length, entropy;
	uint8_t *frame, before, after;
	struct inner_l3 l3;

	if (size < 1 || size > UINT16_MAX)
		return 0;
	length = (uint32_t)size - 1;
	frame = fuzz_copy(data + 1, length, 0);
	entropy = hash_of(frame, length);
	before = tos_of(frame, length, BGW_DSCP_COPY);
	MUST(tos_of(frame, length, 46) == (46 << 2 | (before & ECN_MASK)));
	if (ecn_decap(frame, length, data[0])) {
		after = tos_of(frame, length, BGW_DSCP_COPY);
		/* DSCP stays; congestion, once there, stays; Not-ECT gains nothing. */
		MUST(((after ^ before) & ~ECN_MASK) == 0);
		MUST((before & ECN_MASK) != ECN_CE || (after & ECN_MASK) == ECN_CE);
		MUST((before & ECN_MASK) != 0 || (after & ECN_MASK) == 0);
	} else {
		MUST((data[0] & ECN_MASK) == ECN_CE && (before & ECN_MASK) == 0);
		MUST(memcmp(frame, data + 1, length) == 0);
	}
	/* ECN is no part of a flow, unless a header says that it ends before its own addresses. */
	l3 = inner_l3_find(frame, length);
	MUST(hash_of(frame, length) == entropy ||
	     (l3.family == 4 && (frame[l3.offset] & 0x0f) < 5));
	MUST(entropy_udp_port(entropy) >= 49152);
	free(frame);
	return 0;
}
