/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stdint.h>

/* Results of repeated measurements. */

#define SERIES_MAX 1024

struct series {
	uint32_t count;
	double values[SERIES_MAX];
};

/* Beyond SERIES_MAX nothing is added. */
void series_add(struct series *series, double value);
/* 0: the least, 50: the median, 100: the greatest. Sorts. 0 if there is none. */
double series_percentile(struct series *series, double percent);

#endif
