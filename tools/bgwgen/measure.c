/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bgw/why.h>

#include "search.h"

/* A step of the loss curve that lost nothing, twice: RFC 2544 section 26.3. */
#define LOSSLESS_STEPS 2

void measure_result(const struct session *session, enum result_kind kind,
		    const struct attempt *attempt, struct result *result)
{
	*result = (struct result){
		.kind = kind,
		.frame_bytes = session->templates[0].mean_bytes,
		.rate_pps = attempt->trial.intended_pps,
		.line_rate_pps = session->line_rate_pps,
		.loss_tolerance = session->options->loss_tolerance,
		.learnt_ratio = -1,
		.trials = attempt->trials,
		.retries = attempt->retries,
		.trial = attempt->trial,
	};
	snprintf(result->frame, sizeof(result->frame), "%s", session->frames->label);
}

enum result_limit measure_limit(const struct session *session, const struct attempt *failed)
{
	const struct trial_stream_result *total = &failed->trial.total;

	if (failed->shortfall <= session->options->offered_tolerance)
		return LIMIT_DEVICE;
	return total->refused >= total->missed ? LIMIT_PORT : LIMIT_GENERATOR;
}

/* What kept the frames of a trial at a given rate from being offered, if they were not. */
static enum result_limit offer_limit(const struct session *session, const struct attempt *attempt)
{
	const enum result_limit limit = measure_limit(session, attempt);

	return limit == LIMIT_DEVICE ? LIMIT_NONE : limit;
}

/* Says what is measured now, and finds the highest rate to try. */
static int search_open(struct session *session, const char *what, double *max_pps,
		       enum result_limit *limit)
{
	progress_what(&session->progress, "%s bytes, %s", session->frames->label, what);
	return session_max_rate(session, max_pps, limit);
}

static void say(struct session *session, const struct attempt *attempt)
{
	char intended[16], offered[16], received[16];

	progress_say(&session->progress,
		     "  %s: %s frames/s: offered %s, received %s, lost %.4f %%%s%s",
		     session->progress.what,
		     si_print(intended, sizeof(intended), attempt->trial.intended_pps),
		     si_print(offered, sizeof(offered), attempt->trial.offered_pps),
		     si_print(received, sizeof(received), attempt->trial.received_pps),
		     attempt->trial.loss_ratio * 100, attempt->passed ? ", passed" : ", failed",
		     attempt->retries > 0 ? " (repeated: the generator stalled)" : "");
}

static int try_rate(struct session *session, double rate_pps, uint64_t duration_ns,
		    double loss_tolerance, struct attempt *attempt)
{
	const int ret = session_attempt(session, rate_pps, duration_ns, 0, loss_tolerance, attempt);

	if (ret == 0)
		say(session, attempt);
	return ret;
}

/*
 * Whether a failed trial shows all the same that the rate which was offered passes: the generator
 * did not keep up, and what it sent came back.
 */
static bool offered_passed(const struct session *session, const struct attempt *attempt,
			   double loss_tolerance)
{
	const struct trial_result *trial = &attempt->trial;

	return !attempt->passed && trial->total.offered > 0 &&
	       trial->loss_ratio <= loss_tolerance &&
	       (double)trial->total.refused <=
		       session->options->offered_tolerance * (double)trial->intended;
}

/* No frame came back: because none came through, or because none was sent. */
static int nothing_came(const struct attempt *attempt)
{
	return attempt->trial.total.offered > 0 ? -ENODATA : -ENOMSG;
}

int measure_throughput(struct session *session, enum result_kind kind, uint32_t sweep_value,
		       struct result *found)
{
	const struct options *options = session->options;
	struct attempt passed = {0};
	struct attempt failed = {0};
	struct binary_search search;
	struct result result;
	enum result_limit limit;
	uint32_t trials = 0;
	uint32_t retries = 0;
	bool came_back = false;
	double max_pps, rate_pps;
	int ret;

	ret = search_open(session, "throughput", &max_pps, &limit);
	if (ret < 0)
		return ret;
	binary_search_begin(&search, max_pps, options->resolution);
	while (binary_search_next(&search, &rate_pps)) {
		struct attempt attempt;

		ret = try_rate(session, rate_pps, options->duration_ns, options->loss_tolerance,
			       &attempt);
		if (ret < 0)
			return ret;
		binary_search_note(&search, rate_pps, attempt.passed);
		trials += attempt.trials;
		retries += attempt.retries;
		came_back |= attempt.trial.total.received > 0;
		*(attempt.passed ? &passed : &failed) = attempt;
		if (offered_passed(session, &attempt, options->loss_tolerance) &&
		    attempt.trial.offered_pps > search.low) {
			binary_search_note(&search, attempt.trial.offered_pps, true);
			passed = attempt;
		}
		if (!came_back)
			return nothing_came(&attempt);
	}
	measure_result(session, kind, search.low > 0 ? &passed : &failed, &result);
	result.rate_pps = search.low;
	result.max_rate_pps = max_pps;
	result.trials = trials;
	result.retries = retries;
	result.sweep_value = sweep_value;
	result.limit = search.high > search.low || search.low <= 0 ? measure_limit(session, &failed)
								   : limit;
	if (found != NULL)
		*found = result;
	return results_add(&session->results, &result);
}

static int load_result_add(struct session *session, enum result_kind kind,
			   const struct attempt *attempt, double load_ratio, double max_rate_pps)
{
	struct result result;

	measure_result(session, kind, attempt, &result);
	result.limit = offer_limit(session, attempt);
	result.load_ratio = load_ratio;
	result.max_rate_pps = max_rate_pps;
	return results_add(&session->results, &result);
}

int measure_latency(struct session *session, double throughput_pps)
{
	const struct options *options = session->options;

	for (uint16_t i = 0; i < options->loads_count; i++) {
		struct attempt attempt;
		int ret;

		progress_what(&session->progress, "%s bytes, latency at %.0f %%",
			      session->frames->label, options->loads[i] * 100);
		ret = try_rate(session, throughput_pps * options->loads[i], options->duration_ns, 1,
			       &attempt);
		if (ret < 0)
			return ret;
		ret = load_result_add(session, RESULT_LATENCY, &attempt, options->loads[i],
				      throughput_pps);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int measure_loss(struct session *session)
{
	const struct options *options = session->options;
	enum result_limit limit;
	uint32_t lossless = 0;
	double max_pps;
	int ret;

	ret = search_open(session, "loss", &max_pps, &limit);
	if (ret < 0)
		return ret;
	if (options->rate_pps > 0)
		max_pps = options->rate_pps;
	for (double load = 1; load > options->step / 2 && lossless < LOSSLESS_STEPS;
	     load -= options->step) {
		struct attempt attempt;

		/* Never repeated for a loss: the curve is of what happens. */
		ret = try_rate(session, max_pps * load, options->duration_ns, 1, &attempt);
		if (ret < 0)
			return ret;
		lossless =
			attempt.trial.lost == 0 && attempt.shortfall <= options->offered_tolerance
				? lossless + 1
				: 0;
		ret = load_result_add(session, RESULT_LOSS, &attempt, load, max_pps);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int measure_back_to_back(struct session *session)
{
	const struct options *options = session->options;
	struct attempt passed = {0};
	struct attempt failed = {0};
	struct binary_search search;
	struct result result;
	enum result_limit limit;
	uint64_t burst = 0;
	bool came_back = false;
	double max_pps, frames;
	uint32_t trials = 0;
	uint32_t retries = 0;
	int ret;

	ret = search_open(session, "back-to-back", &max_pps, &limit);
	if (ret < 0)
		return ret;
	frames = max_pps / SESSION_MAX_MARGIN * (double)options->burst_duration_ns / 1e9 /
		 __builtin_popcountll(session->measured_streams);
	binary_search_begin(&search, frames, options->resolution);
	while (binary_search_next(&search, &frames)) {
		struct attempt attempt;

		/* Unpaced, unless the line or an option is slower than the generator. */
		ret = session_attempt(session,
				      limit == LIMIT_LINE || limit == LIMIT_OPTION ? max_pps : 0,
				      UINT64_C(60000000000), (uint64_t)frames + 1,
				      options->loss_tolerance, &attempt);
		if (ret < 0)
			return ret;
		say(session, &attempt);
		binary_search_note(&search, frames, attempt.passed);
		trials += attempt.trials;
		retries += attempt.retries;
		came_back |= attempt.trial.total.received > 0;
		if (attempt.passed)
			burst = attempt.trial.total.offered;
		*(attempt.passed ? &passed : &failed) = attempt;
		if (!came_back)
			return nothing_came(&attempt);
	}
	measure_result(session, RESULT_BACK_TO_BACK, burst > 0 ? &passed : &failed, &result);
	result.burst_frames = burst;
	result.burst_ns = burst > 0 ? passed.trial.duration_s * 1e9 : 0;
	result.max_rate_pps = max_pps;
	result.trials = trials;
	result.retries = retries;
	result.limit = search.high > search.low ? LIMIT_DEVICE : LIMIT_OPTION;
	return results_add(&session->results, &result);
}

int measure_ndr_pdr(struct session *session)
{
	const struct options *options = session->options;
	const double loss_ratios[] = {0, options->partial_drop};
	static struct attempt attempts[MLR_TRIALS_MAX];
	struct mlr_search search;
	enum result_limit limit;
	double max_pps, rate_pps, duration_s;
	uint32_t trials = 0;
	uint32_t retries = 0;
	bool came_back = false;
	int ret;

	ret = search_open(session, "NDR and PDR", &max_pps, &limit);
	if (ret < 0)
		return ret;
	mlr_begin(&search, max_pps, loss_ratios, 2, (double)options->duration_ns / 1e9,
		  options->resolution);
	while (mlr_next(&search, &rate_pps, &duration_s)) {
		struct attempt *attempt = &attempts[search.trials_count];
		double loss;

		ret = try_rate(session, rate_pps, (uint64_t)(duration_s * 1e9), 0, attempt);
		if (ret < 0)
			return ret;
		trials += attempt->trials;
		retries += attempt->retries;
		came_back |= attempt->trial.total.received > 0;
		if (!came_back)
			return nothing_came(attempt);
		loss = attempt->trial.total.offered > 0 ? attempt->trial.loss_ratio : 1;
		/* What was not offered did not come through either. */
		if (attempt->shortfall > options->offered_tolerance)
			loss = 1 - (1 - loss) * (1 - attempt->shortfall);
		mlr_note(&search, rate_pps, duration_s, loss);
		if (offered_passed(session, attempt, options->partial_drop) &&
		    search.trials_count < MLR_TRIALS_MAX) {
			attempts[search.trials_count] = *attempt;
			mlr_note(&search, attempt->trial.offered_pps, duration_s,
				 attempt->trial.loss_ratio);
		}
	}
	for (uint32_t target = 0; target < RTE_DIM(loss_ratios); target++) {
		int upper;
		const int lower = mlr_answer(&search, target, &upper);
		const struct attempt *shown = &attempts[lower >= 0   ? lower
							: upper >= 0 ? upper
								     : 0];
		struct result result;

		measure_result(session, target == 0 ? RESULT_NDR : RESULT_PDR, shown, &result);
		result.rate_pps = lower >= 0 ? search.trials[lower].rate : 0;
		result.loss_tolerance = loss_ratios[target];
		result.max_rate_pps = max_pps;
		result.trials = trials;
		result.retries = retries;
		result.limit = upper >= 0 ? measure_limit(session, &attempts[upper]) : limit;
		ret = results_add(&session->results, &result);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int measure_run(struct session *session, enum result_kind kind, uint32_t sweep_value)
{
	struct attempt attempt;
	struct result result;
	int ret;

	progress_what(&session->progress, "%s bytes, run", session->frames->label);
	ret = try_rate(session, session->options->rate_pps, session->options->duration_ns,
		       session->options->loss_tolerance, &attempt);
	if (ret < 0)
		return ret;
	measure_result(session, kind, &attempt, &result);
	result.limit = offer_limit(session, &attempt);
	result.sweep_value = sweep_value;
	result.max_rate_pps = session->options->max_rate_pps;
	ret = results_add(&session->results, &result);
	return ret == 0 && attempt.trial.total.received == 0 ? nothing_came(&attempt) : ret;
}
