/* SPDX-License-Identifier: BSD-3-Clause */
#include "series.h"

#include <stdlib.h>

void series_add(struct series *series, double value)
{
	if (series->count < SERIES_MAX)
		series->values[series->count++] = value;
}

static int value_compare(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

double series_percentile(struct series *series, double percent)
{
	if (series->count == 0)
		return 0;
	qsort(series->values, series->count, sizeof(series->values[0]), value_compare);
	return series->values[(uint32_t)((series->count - 1) * percent / 100 + 0.5)];
}
