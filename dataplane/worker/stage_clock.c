/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker/stage_clock.h"

#include <string.h>

#include "worker/worker.h"

static const struct {
	const char *name;
	const char *help;
} stages[BGW_STAGE_COUNT] = {
#define X(id, name_, help_) [BGW_STAGE_##id] = {.name = #name_, .help = help_},
	BGW_STAGE_LIST(X)
#undef X
};

const char *bgw_stage_name(enum bgw_stage stage)
{
	return stages[stage].name;
}

const char *bgw_stage_help(enum bgw_stage stage)
{
	return stages[stage].help;
}

void bgw_stages_measure(struct bgw_dataplane *dp, uint16_t worker, bool on)
{
	if (worker < dp->limits.workers)
		__atomic_store_n(&dp->workers[worker]->clock.asked, on, __ATOMIC_RELAXED);
}

bool bgw_stages_are_measured(const struct bgw_dataplane *dp, uint16_t worker)
{
	return worker < dp->limits.workers &&
	       __atomic_load_n(&dp->workers[worker]->clock.asked, __ATOMIC_RELAXED);
}

void bgw_stage_counters_get(const struct bgw_dataplane *dp, uint16_t worker, enum bgw_stage stage,
			    struct bgw_stage_counters *counters)
{
	const struct bgw_stage_counters *from;

	*counters = (struct bgw_stage_counters){0};
	if (worker >= dp->limits.workers)
		return;
	from = &dp->workers[worker]->clock.counters[stage];
	counters->pkts = __atomic_load_n(&from->pkts, __ATOMIC_RELAXED);
	counters->cycles = __atomic_load_n(&from->cycles, __ATOMIC_RELAXED);
}

void stage_clock_open(struct stage_clock *clock)
{
	memset(clock->round, 0, sizeof(clock->round));
	clock->stage = BGW_STAGE_ROUND;
	clock->since_cycles = rte_rdtsc();
}

void stage_clock_close(struct stage_clock *clock, uint32_t pkts)
{
	stage_clock_turn(clock, BGW_STAGE_ROUND);
	clock->on = false;
	if (pkts == 0)
		return;
	clock->round[BGW_STAGE_ROUND].pkts = pkts;
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++) {
		const struct bgw_stage_counters *round = &clock->round[stage];

		/* One that was called for nothing has no frame to say what it cost. */
		clock->counters[round->pkts != 0 ? stage : BGW_STAGE_ROUND].cycles += round->cycles;
		clock->counters[stage].pkts += round->pkts;
	}
}
