/* SPDX-License-Identifier: BSD-3-Clause */
#include "histogram.h"

#include <math.h>

/* The largest value that falls into the bucket. */
static uint64_t bucket_end(uint32_t bucket)
{
	uint32_t exponent;

	if (bucket < 2 * HISTOGRAM_SUBS)
		return bucket;
	exponent = bucket / HISTOGRAM_SUBS - 1;
	return ((uint64_t)(bucket - exponent * HISTOGRAM_SUBS + 1) << exponent) - 1;
}

uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
	const double wanted = ceil(share * (double)histogram->count);
	uint64_t seen = 0;

	if (histogram->count == 0)
		return 0;
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t value;

		seen += histogram->buckets[i];
		if (seen == 0 || (double)seen < wanted)
			continue;
		value = i == HISTOGRAM_BUCKETS - 1 ? histogram->max : bucket_end(i);
		if (value < histogram->min)
			value = histogram->min;
		return value < histogram->max ? value : histogram->max;
	}
	return histogram->max;
}
