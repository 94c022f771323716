/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef WORKER_STAGE_CLOCK_H
#define WORKER_STAGE_CLOCK_H

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

#include <bgw/stage.h>

/* One round in so many is measured. */
#define STAGE_CLOCK_EVERY 64

/* The worker's own, but for `asked`. Time passes for one stage at a time: for the innermost. */
struct stage_clock {
	bool asked; /* control's: rounds are to be measured */
	bool on;    /* this round is measured */
	uint8_t stage;
	uint64_t since_cycles;
	struct bgw_stage_counters round[BGW_STAGE_COUNT]; /* of this round */
	struct bgw_stage_counters counters[BGW_STAGE_COUNT];
};

/* A measured round: its begin; and its end, with how many frames it moved. */
void stage_clock_open(struct stage_clock *clock);
void stage_clock_close(struct stage_clock *clock, uint32_t pkts);

static inline void stage_clock_turn(struct stage_clock *clock, enum bgw_stage stage)
{
	const uint64_t now_cycles = rte_rdtsc();

	clock->round[clock->stage].cycles += now_cycles - clock->since_cycles;
	clock->since_cycles = now_cycles;
	clock->stage = (uint8_t)stage;
}

/* A round begins, the worker's `number`th. */
static inline void stage_clock_begin(struct stage_clock *clock, uint64_t number)
{
	if (likely(!__atomic_load_n(&clock->asked, __ATOMIC_RELAXED)) ||
	    number % STAGE_CLOCK_EVERY != 0)
		return;
	clock->on = true;
	stage_clock_open(clock);
}

static inline void stage_clock_end(struct stage_clock *clock, uint32_t pkts)
{
	if (unlikely(clock->on))
		stage_clock_close(clock, pkts);
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
	clock->round[stage].pkts += pkts;
	return outer;
}

/* Back to the stage that stage_enter() returned. */
static inline void stage_leave(struct stage_clock *clock, enum bgw_stage outer)
{
	if (unlikely(clock->on))
		stage_clock_turn(clock, outer);
}

/* The same of a stage that was given none, and brought `pkts`. */
static inline void stage_leave_with(struct stage_clock *clock, enum bgw_stage outer, uint32_t pkts)
{
	if (likely(!clock->on))
		return;
	clock->round[clock->stage].pkts += pkts;
	stage_clock_turn(clock, outer);
}

#endif
