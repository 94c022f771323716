/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker/stage_clock.h"

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

void bgw_stages_measure(struct bgw_dataplane *dp, bool on)
{
	__atomic_store_n(&dp->stages_measured, on, __ATOMIC_RELAXED);
}

bool bgw_stages_are_measured(const struct bgw_dataplane *dp)
{
	return __atomic_load_n(&dp->stages_measured, __ATOMIC_RELAXED);
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
	counters->runs = __atomic_load_n(&from->runs, __ATOMIC_RELAXED);
}
