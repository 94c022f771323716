/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "progress.h"
#include "result.h"

#define CPU_SHARE_LEAST 0.98

struct saying {
	void (*say)(void *context, const char *sentence);
	void *context;
};

__attribute__((format(printf, 2, 3))) static void tell(const struct saying *saying,
						       const char *format, ...)
{
	char sentence[320];
	va_list list;

	va_start(list, format);
	vsnprintf(sentence, sizeof(sentence), format, list);
	va_end(list);
	saying->say(saying->context, sentence);
}

static void tell_frames(const struct saying *saying, uint64_t count, const char *what)
{
	if (count > 0)
		tell(saying, "%llu frames %s", (unsigned long long)count, what);
}

static void learning_caveat(const struct saying *saying, const struct results *results)
{
	const struct learning_result *learning = &results->learning;

	if (learning->lost > 0)
		tell(saying,
		     "learning: %llu of the %llu frames of its last round did not arrive, so the "
		     "device may not have known all MACs",
		     (unsigned long long)learning->lost, (unsigned long long)learning->frames);
}

/* What befell the generator in trials that results are of. */
static void generator_caveats(const struct saying *saying, const struct results *results)
{
	uint32_t limited = 0, pushed = 0, starved = 0, retries = 0, stalled = 0;
	double least_share = 1;

	for (uint32_t i = 0; i < results->count; i++) {
		const struct result *result = &results->list[i];
		const struct trial_result *trial = &result->trial;
		const double share = trial->tx.cpu_share < trial->rx.cpu_share
					     ? trial->tx.cpu_share
					     : trial->rx.cpu_share;

		limited += result->limit == LIMIT_GENERATOR;
		pushed += result->limit == LIMIT_PORT;
		starved += share < CPU_SHARE_LEAST;
		stalled += trial->tx.stalls + trial->rx.stalls > 0;
		least_share = share < least_share ? share : least_share;
		retries += result->retries;
	}
	if (limited > 0)
		tell(saying,
		     "in %u of %u results the generator was the limit: the device may be faster",
		     limited, results->count);
	if (pushed > 0)
		tell(saying,
		     "in %u of %u results the port took no more frames before the device lost "
		     "any: on virtual devices that is the device's own speed at taking them",
		     pushed, results->count);
	if (starved > 0)
		tell(saying,
		     "in %u of %u results a thread of the generator had less than 98 %% of its CPU "
		     "(%.1f %% at worst): others used it, and loss or latency may be theirs",
		     starved, results->count, least_share * 100);
	if (stalled > 0)
		tell(saying,
		     "in %u of %u results a thread of the generator was away for more than 100 us "
		     "at least once; the largest latencies may be its own",
		     stalled, results->count);
	if (retries > 0)
		tell(saying,
		     "%u failed trials were repeated because the generator had stalled in them",
		     retries);
}

/* What the device did to frames besides losing them. */
static void device_caveats(const struct saying *saying, const struct results *results)
{
	uint64_t duplicates = 0, out_of_order = 0, misdelivered = 0, foreign = 0, late = 0;

	for (uint32_t i = 0; i < results->count; i++) {
		const struct trial_result *trial = &results->list[i].trial;

		duplicates += trial->total.duplicates;
		out_of_order += trial->total.out_of_order;
		misdelivered += trial->total.misdelivered;
		late += trial->total.late;
		foreign += trial->foreign;
	}
	tell_frames(saying, duplicates, "came twice");
	tell_frames(saying, out_of_order, "were overtaken by others of their flow");
	tell_frames(saying, late, "came too late to tell whether they came twice");
	tell_frames(saying, misdelivered, "came out of another port than theirs");
	tell_frames(saying, foreign, "that are not ours were received and left out");
}

void results_caveats(const struct results *results, const struct options *options,
		     void (*say)(void *context, const char *sentence), void *context)
{
	const struct saying saying = {say, context};
	char rate[16];

	if (results->is_interrupted)
		tell(&saying, "it was ended by a signal: what follows is what had been measured");
	if (results->generator_max_pps > 0)
		tell(&saying, "the most that the generator offered on these ports was %s frames/s",
		     si_print(rate, sizeof(rate), results->generator_max_pps));
	if (options->duration_ns < UINT64_C(60000000000))
		tell(&saying,
		     "trials lasted %.3g s; RFC 2544 asks for 60 s at least: --duration 60s",
		     (double)options->duration_ns / 1e9);
	learning_caveat(&saying, results);
	generator_caveats(&saying, results);
	device_caveats(&saying, results);
}
