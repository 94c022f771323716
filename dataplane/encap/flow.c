/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/flow.h"

static uint8_t tos_read(const uint8_t *frame, struct inner_l3 l3)
{
	if (l3.family == 4)
		return frame[l3.offset + 1];
	if (l3.family == 6)
		return (uint8_t)(frame[l3.offset] << 4 | frame[l3.offset + 1] >> 4);
	return 0;
}

struct inner_flow inner_flow_read_unusual(const uint8_t *frame, uint32_t length)
{
	const struct inner_l3 l3 = inner_l3_find(frame, length);

	return (struct inner_flow){entropy_hash(frame, length, l3), tos_read(frame, l3)};
}
