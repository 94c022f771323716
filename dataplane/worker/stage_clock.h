/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef WORKER_STAGE_CLOCK_H
#define WORKER_STAGE_CLOCK_H

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

#include <bgw/stage.h>

/* One round in so many is measured. */
#define STAGE_CLOCK_EVERY 64

/* The worker's own. Time passes for one stage at a time: for the innermost. */
struct stage_clock {
	bool on; /* this round is measured */
	uint8_t stage;
	uint64_t since_cycles;
	struct bgw_stage_counters counters[BGW_STAGE_COUNT];
};

static inline void stage_clock_turn(struct stage_clock *clock, enum bgw_stage stage)
{
	const uint64_t now_cycles = rte_rdtsc();

	clock->counters[clock->stage].cycles += now_cycles - clock->since_cycles;
	clock->since_cycles = now_cycles;
	clock->stage = (uint8_t)stage;
}

static inline void stage_clock_begin(struct stage_clock *clock, bool on)
{
	clock->on = on;
	if (likely(!on))
		return;
	clock->stage = BGW_STAGE_ROUND;
	clock->since_cycles = rte_rdtsc();
	clock->counters[BGW_STAGE_ROUND].runs++;
}

static inline void stage_clock_end(struct stage_clock *clock, uint32_t pkts)
{
	if (likely(!clock->on))
		return;
	stage_clock_turn(clock, BGW_STAGE_ROUND);
	clock->counters[BGW_STAGE_ROUND].pkts += pkts;
}

/* Enters a stage that was given `pkts` frames. Returns the one that it interrupts. */
static inline enum bgw_stage stage_enter(struct stage_clock *clock, enum bgw_stage stage,
					 uint32_t pkts)
{
	enum bgw_stage outer;

	if (likely(!clock->on))
		return BGW_STAGE_ROUND;
	outer = (enum bgw_stage)clock->stage;
	stage_clock_turn(clock, stage);
	clock->counters[stage].pkts += pkts;
	clock->counters[stage].runs++;
	return outer;
}

/* Back to the stage that stage_enter() returned. */
static inline void stage_leave(struct stage_clock *clock, enum bgw_stage outer)
{
	if (unlikely(clock->on))
		stage_clock_turn(clock, outer);
}

#endif
