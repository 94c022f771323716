/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_SEARCH_H
#define BGWGEN_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Which rate to try next. The caller measures; nothing here knows how. Pure, one owner.
 *
 * Binary search, RFC 2544 section 26.1: the highest rate that passes, between 0 and `max`. The
 * first trial is at max. Afterwards `low` passed, or is 0 and nothing has passed, and `high` did
 * not.
 */
struct binary_search {
	double low;
	double high;
	double resolution; /* ends when high - low is no more than this part of high */
	double floor;	   /* a rate that is not worth trying below: 0 is the answer then */
	bool is_begun;
	bool is_done;
};

void binary_search_begin(struct binary_search *search, double max, double resolution);
/* False: `low` is the answer. */
bool binary_search_next(const struct binary_search *search, double *rate);
void binary_search_note(struct binary_search *search, double rate, bool passed);

/*
 * Several rates at once, in the manner of MLRsearch (draft-ietf-bmwg-mlrsearch): for each loss
 * ratio the highest rate that loses no more. Begins with short trials and wide intervals, and
 * narrows them in phases of longer trials, in each of which every trial serves all ratios. A bound
 * counts in a phase if a trial at least as long as the phase's found it. A rate that loses at some
 * duration bounds all ratios below its loss, also where a higher rate was luckier.
 */
#define MLR_TARGETS_MAX 4
#define MLR_PHASES_MAX	8
#define MLR_TRIALS_MAX	256

struct mlr_trial {
	double rate;
	double duration_s;
	double loss_ratio;
};

struct mlr_search {
	double max;
	double min;
	double loss_ratios[MLR_TARGETS_MAX];
	uint32_t targets;
	double durations_s[MLR_PHASES_MAX]; /* of the phases, ascending */
	double widths[MLR_PHASES_MAX];	    /* relative, of the interval a phase ends at */
	uint32_t phases;
	struct mlr_trial trials[MLR_TRIALS_MAX];
	uint32_t trials_count;
};

/*
 * Phases double their durations from duration_s / 4 up to duration_s, and halve their widths down
 * to `resolution`.
 */
void mlr_begin(struct mlr_search *search, double max, const double *loss_ratios, uint32_t targets,
	       double duration_s, double resolution);
/* False: it is over; the answers are mlr_answer()'s. */
bool mlr_next(const struct mlr_search *search, double *rate, double *duration_s);
void mlr_note(struct mlr_search *search, double rate, double duration_s, double loss_ratio);
/*
 * Index of the trial that is the lower bound of the target in the last phase; -1: no rate lost so
 * little. *upper (may be NULL) becomes that of the upper bound, -1 if there is none below max.
 */
int mlr_answer(const struct mlr_search *search, uint32_t target, int *upper);

#endif
