/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "neighbour/query.h"

/* Of an answer: IPv6, next header ICMPv6, with a right checksum. */
static void advertisement_must_be_right(const uint8_t *frame)
{
	const uint32_t message = (uint32_t)(frame[18] << 8 | frame[19]);
	uint32_t sum = 58 + message;

	MUST(message == 32 && frame[20] == 58 && frame[21] == 255 && frame[54] == 136);
	for (size_t i = 22; i < 54; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	MUST(fuzz_checksum(frame + 54, message, sum) == 0);
}

/* Whether the owner is a router and how much more room there is than the frame, then a frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rte_ether_addr owner = {{0x02, 0, 0, 0, 0, 0x0b}};
	struct neighbour_query query;
	uint32_t length, room, answer;
	uint8_t *frame;

	if (size < 1 || size > UINT16_MAX)
		return 0;
	length = (uint32_t)size - 1;
	room = length + (data[0] & 0x0fu);
	frame = fuzz_copy(data + 1, length, 0);
	if (neighbour_query_parse(frame, length, &query)) {
		MUST(frame[0] & 1);
		frame = realloc(frame, room);
		MUST(frame);
		answer = neighbour_answer_build(frame, room, &query, &owner, data[0] & 0x80);
		MUST(answer <= room);
		MUST(answer == 0 || answer == (query.target.family == 4 ? 42 : 86));
		MUST(answer == 0 || memcmp(frame + 6, &owner, 6) == 0);
		if (answer == 86)
			advertisement_must_be_right(frame);
		/* An answer is no query, or two gateways would talk forever. */
		MUST(!neighbour_query_parse(frame, answer, &query));
	}
	free(frame);
	return 0;
}
