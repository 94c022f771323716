/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_MACHINE_H
#define BGWGEN_MACHINE_H

#include <stdint.h>

/* What the figures were measured on. */
struct machine {
	char cpu[128];
	char kernel[160];
	char dpdk[64];
	char date[40]; /* ISO 8601, UTC */
	unsigned int cpus;
	double tsc_hz;
	double steal_ratio; /* of the time of all CPUs, taken by the hypervisor since machine_read()
			     */
	uint64_t steal_ticks;
	uint64_t all_ticks;
};

void machine_read(struct machine *machine);
/* When all is measured: the steal since then. */
void machine_finish(struct machine *machine);

#endif
