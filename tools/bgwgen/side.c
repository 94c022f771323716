/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>

#include "threads.h"

static uint64_t thread_cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void side_begin(struct side *side, unsigned int number)
{
	side->stalls = 0;
	side->longest_stall_cycles = 0;
	side->cpu_ns = 0;
	side->cpu_begin_ns = thread_cpu_ns();
	side->begin_tsc = side->last_tsc = rte_rdtsc();
	atomic_store_explicit(&side->begun, number, memory_order_release);
}

void side_end(struct side *side)
{
	side->end_tsc = rte_rdtsc();
	side->cpu_ns = thread_cpu_ns() - side->cpu_begin_ns;
	atomic_store_explicit(&side->ended,
			      atomic_load_explicit(&side->begun, memory_order_relaxed),
			      memory_order_release);
}
