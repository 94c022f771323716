/* SPDX-License-Identifier: BSD-3-Clause */
#include "template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "signature.h"

#define HUGE_PAGE_BYTES (2u << 20)

static uint16_t greatest_divisor(uint16_t a, uint16_t b)
{
	return b == 0 ? a : greatest_divisor(b, a % b);
}

static uint16_t common_divisor(const struct template_mix *mix)
{
	uint16_t divisor = 0;

	for (uint16_t i = 0; i < mix->count; i++)
		divisor = greatest_divisor(mix->weights[i], divisor);
	return divisor;
}

uint32_t template_pattern_entries(const struct template_mix *mix)
{
	const uint16_t divisor = common_divisor(mix);
	uint32_t total = 0;

	for (uint16_t i = 0; i < mix->count && divisor != 0; i++)
		total += mix->weights[i] / divisor;
	return total;
}

/*
 * Spreads the sizes evenly: at each place the one that is furthest behind its share, as 7:4:1
 * becomes 0 1 0 0 1 0 2 0 1 0 1 0.
 */
static int pattern_fill(struct template_set *set, const struct template_mix *mix)
{
	int32_t credit[TEMPLATE_SIZES_MAX] = {0};
	const uint32_t total = template_pattern_entries(mix);
	const uint16_t divisor = common_divisor(mix);
	double bytes = 0;

	if (total == 0 || total > TEMPLATE_PATTERN_MAX)
		return -EINVAL;
	for (uint16_t i = 0; i < mix->count; i++)
		bytes += mix->weights[i] / divisor * (double)mix->sizes[i];
	set->pattern_length = (uint16_t)total;
	set->mean_bytes = bytes / total;
	for (uint16_t at = 0; at < total; at++) {
		uint16_t best = 0;

		for (uint16_t i = 0; i < mix->count; i++) {
			credit[i] += mix->weights[i] / divisor;
			if (credit[i] > credit[best])
				best = i;
		}
		credit[best] -= (int32_t)total;
		set->pattern[at] = (uint8_t)best;
	}
	return 0;
}

static int lines_fill(struct template_set *set, const struct frame_plan *plan,
		      const struct template_mix *mix, uint16_t key)
{
	for (uint32_t flow = 0; flow < plan->flows; flow++)
		for (uint16_t size = 0; size < mix->count; size++) {
			struct frame_headers headers;
			const int ret = frame_build(&headers, plan, flow, mix->sizes[size], key);
			uint8_t *lines =
				set->lines + ((uint64_t)flow * mix->count + size) * set->stride;

			if (ret < 0)
				return ret;
			memcpy(lines, headers.bytes, headers.length);
			memset(lines + headers.length, 0, (size_t)set->stride - headers.length);
			set->frame_bytes[size] = headers.frame_bytes;
		}
	return 0;
}

int template_set_init(struct template_set *set, const struct frame_plan *plan,
		      const struct template_mix *mix, uint16_t key)
{
	struct frame_headers headers;
	size_t bytes;
	int ret;

	memset(set, 0, sizeof(*set));
	if (mix->count == 0 || mix->count > TEMPLATE_SIZES_MAX || plan->flows == 0)
		return -EINVAL;
	ret = pattern_fill(set, mix);
	if (ret == 0)
		ret = frame_build(&headers, plan, 0, mix->sizes[0], key);
	if (ret < 0)
		return ret;
	set->flows = plan->flows;
	set->sizes = mix->count;
	set->signature_offset = headers.length;
	set->mean_wire_bytes = set->mean_bytes + frame_tunnel_bytes(&plan->tunnel);
	set->stride = (uint16_t)((headers.length + SIGNATURE_BYTES + TEMPLATE_LINE_BYTES - 1) /
				 TEMPLATE_LINE_BYTES * TEMPLATE_LINE_BYTES);
	bytes = (size_t)plan->flows * mix->count * set->stride;
	if (posix_memalign((void **)&set->lines,
			   bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : TEMPLATE_LINE_BYTES,
			   bytes) != 0)
		return -ENOMEM;
	/* Where the kernel gives huge pages they spare most TLB misses; where not, nothing is lost.
	 */
	madvise(set->lines, bytes, MADV_HUGEPAGE);
	ret = lines_fill(set, plan, mix, key);
	if (ret < 0)
		template_set_free(set);
	return ret;
}

void template_set_free(struct template_set *set)
{
	free(set->lines);
	memset(set, 0, sizeof(*set));
}
