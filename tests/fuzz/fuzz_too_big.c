/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "encap/inner.h"
#include "icmp/too_big.h"

/* The longest frame that fits, in two bytes, then a frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct icmp_answer answer;
	uint32_t length, frame_max;
	struct inner_l3 l3;
	uint8_t *frame, *at, *error;

	if (size < 2 || size > UINT16_MAX)
		return 0;
	length = (uint32_t)size - 2;
	frame_max = (uint32_t)(data[0] << 8 | data[1]);
	frame = fuzz_copy(data + 2, length, ICMP_TOO_BIG_ROOM);
	answer = icmp_too_big_build(frame, length, frame_max);
	if (answer.length == 0) {
		MUST(memcmp(frame, data + 2, length) == 0);
	} else {
		at = frame - answer.prepended;
		MUST(answer.prepended <= ICMP_TOO_BIG_ROOM);
		MUST(answer.length <= answer.prepended + length && answer.length <= frame_max);
		MUST(memcmp(at, data + 2 + 6, 6) == 0 && memcmp(at + 6, data + 2, 6) == 0);
		l3 = inner_l3_find(at, answer.length);
		MUST(l3.family != 0);
		/* An error is never answered by an error, however small the next tunnel is. */
		error = fuzz_copy(at, answer.length, ICMP_TOO_BIG_ROOM);
		for (uint32_t max = 14; max <= answer.length; max++)
			MUST(icmp_too_big_build(error, answer.length, max).length == 0);
		free(error - ICMP_TOO_BIG_ROOM);
	}
	free(frame - ICMP_TOO_BIG_ROOM);
	return 0;
}
