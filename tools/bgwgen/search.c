/* SPDX-License-Identifier: BSD-3-Clause */
#include "search.h"

#include <math.h>
#include <string.h>

void binary_search_begin(struct binary_search *search, double max, double resolution)
{
	*search = (struct binary_search){
		.high = max,
		.resolution = resolution,
		.floor = max * resolution / 2,
	};
}

bool binary_search_next(const struct binary_search *search, double *rate)
{
	if (search->is_done)
		return false;
	*rate = search->is_begun ? (search->low + search->high) / 2 : search->high;
	return true;
}

void binary_search_note(struct binary_search *search, double rate, bool passed)
{
	if (passed)
		search->low = rate;
	else
		search->high = rate;
	/* The first trial is at the top: if it passes, so it is. */
	if ((passed && !search->is_begun) || search->high < search->floor ||
	    search->high - search->low <= search->resolution * search->high)
		search->is_done = true;
	search->is_begun = true;
}

void mlr_begin(struct mlr_search *search, double max, const double *loss_ratios, uint32_t targets,
	       double duration_s, double resolution)
{
	memset(search, 0, sizeof(*search));
	search->max = max;
	search->min = max * resolution / 2;
	search->targets = targets < MLR_TARGETS_MAX ? targets : MLR_TARGETS_MAX;
	memcpy(search->loss_ratios, loss_ratios, search->targets * sizeof(*loss_ratios));
	search->phases = 3;
	for (uint32_t i = 0; i < search->phases; i++) {
		const double factor = (double)(1u << (search->phases - 1 - i));

		search->durations_s[i] = duration_s / factor;
		search->widths[i] = resolution * factor;
	}
}

void mlr_note(struct mlr_search *search, double rate, double duration_s, double loss_ratio)
{
	if (search->trials_count < MLR_TRIALS_MAX)
		search->trials[search->trials_count++] =
			(struct mlr_trial){rate, duration_s, loss_ratio};
}

struct bounds {
	int lower; /* indexes of trials, or -1 */
	int upper;
	uint32_t trials; /* that count in the phase */
};

static struct bounds bounds_of(const struct mlr_search *search, uint32_t target, double duration_s)
{
	const struct mlr_trial *trials = search->trials;
	struct bounds bounds = {-1, -1, 0};

	for (uint32_t i = 0; i < search->trials_count; i++) {
		if (trials[i].duration_s < duration_s * 0.999)
			continue;
		bounds.trials++;
		if (trials[i].loss_ratio > search->loss_ratios[target] &&
		    (bounds.upper < 0 || trials[i].rate < trials[bounds.upper].rate))
			bounds.upper = (int)i;
	}
	for (uint32_t i = 0; i < search->trials_count; i++) {
		if (trials[i].duration_s < duration_s * 0.999 ||
		    trials[i].loss_ratio > search->loss_ratios[target] ||
		    (bounds.upper >= 0 && trials[i].rate >= trials[bounds.upper].rate))
			continue;
		if (bounds.lower < 0 || trials[i].rate > trials[bounds.lower].rate)
			bounds.lower = (int)i;
	}
	return bounds;
}

/* A rate for the target in the phase; 0: nothing is left to try. */
static double rate_for(const struct mlr_search *search, uint32_t target, uint32_t phase)
{
	const struct mlr_trial *trials = search->trials;
	const double width = search->widths[phase];
	const struct bounds now = bounds_of(search, target, search->durations_s[phase]);
	const struct bounds before =
		phase > 0 ? bounds_of(search, target, search->durations_s[phase - 1]) : now;
	/* Each miss doubles the step. */
	const double step = fmin(0.5, width * (double)(1u << (now.trials < 8 ? now.trials : 8)));

	if (now.lower >= 0 && now.upper >= 0) {
		const double low = trials[now.lower].rate;
		const double high = trials[now.upper].rate;

		return high - low <= width * high ? 0 : sqrt(low * high);
	}
	if (now.lower >= 0) {
		const double low = trials[now.lower].rate;

		if (low >= search->max)
			return 0;
		if (before.upper >= 0 && trials[before.upper].rate > low)
			return trials[before.upper].rate;
		return fmin(search->max, low / (1 - step));
	}
	if (now.upper >= 0) {
		const double high = trials[now.upper].rate;

		if (high <= search->min)
			return 0;
		if (before.lower >= 0 && trials[before.lower].rate < high)
			return trials[before.lower].rate;
		return fmax(search->min, high * (1 - step));
	}
	if (before.lower >= 0)
		return trials[before.lower].rate;
	return before.upper >= 0 ? trials[before.upper].rate : search->max;
}

bool mlr_next(const struct mlr_search *search, double *rate, double *duration_s)
{
	if (search->trials_count == MLR_TRIALS_MAX)
		return false;
	*duration_s = search->durations_s[0];
	if (search->trials_count == 0) {
		*rate = search->max;
		return true;
	}
	if (search->trials_count == 1) {
		/* What came through at the highest rate is a good guess. */
		*rate = search->max * (1 - search->trials[0].loss_ratio);
		if (search->min < *rate && *rate < search->max)
			return true;
	}
	for (uint32_t phase = 0; phase < search->phases; phase++)
		for (uint32_t target = 0; target < search->targets; target++) {
			*rate = rate_for(search, target, phase);
			*duration_s = search->durations_s[phase];
			if (*rate > 0)
				return true;
		}
	return false;
}

int mlr_answer(const struct mlr_search *search, uint32_t target, int *upper)
{
	const struct bounds bounds =
		bounds_of(search, target, search->durations_s[search->phases - 1]);

	if (upper != NULL)
		*upper = bounds.upper;
	return bounds.lower;
}
