/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_HISTOGRAM_H
#define BGWGEN_HISTOGRAM_H

#include <stdint.h>
#include <string.h>

/*
 * A log-linear histogram of unsigned values: every power of two is divided into 128 buckets of one
 * width, so that a percentile is at most 0.8 % above the value it stands for, over the whole range.
 * Values up to 127 are exact; the largest and the smallest value are kept as they were.
 *
 * One thread records; another may read when the recording thread has said that it is done.
 */
#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_SUBS	   (1u << HISTOGRAM_SUB_BITS)
/* The last bucket takes what is beyond 2^40: seven minutes, counted in cycles of 2.5 GHz. */
#define HISTOGRAM_VALUE_BITS 40
#define HISTOGRAM_BUCKETS    ((HISTOGRAM_VALUE_BITS - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUBS)

struct histogram {
	uint64_t count;
	uint64_t sum;
	uint64_t min; /* UINT64_MAX while it is empty */
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline void histogram_reset(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->min = UINT64_MAX;
}

static inline uint32_t histogram_bucket(uint64_t value)
{
	uint32_t exponent;

	if (value < HISTOGRAM_SUBS)
		return (uint32_t)value;
	if (value >> HISTOGRAM_VALUE_BITS)
		return HISTOGRAM_BUCKETS - 1;
	exponent = 63u - (uint32_t)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
	return exponent * HISTOGRAM_SUBS + (uint32_t)(value >> exponent);
}

static inline void histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram->count++;
	histogram->sum += value;
	histogram->min = value < histogram->min ? value : histogram->min;
	histogram->max = value > histogram->max ? value : histogram->max;
	histogram->buckets[histogram_bucket(value)]++;
}

/*
 * The least value that at least `share` (0 .. 1) of all values do not exceed, rounded up to the end
 * of its bucket, and never beyond the largest value. 0 of an empty histogram.
 */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
