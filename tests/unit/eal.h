/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_EAL_H
#define UNIT_EAL_H

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_rcu_qsbr.h>

/* Setup and teardown of a group of cases: DPDK's memory, and an RCU variable for two readers. */
static struct rte_rcu_qsbr *qsbr;
static cpu_set_t eal_cpus; /* that this program may run on */

static inline int eal_setup(void **state)
{
	/* EAL keeps pointers into its arguments. */
	static char words[][32] = {
		"unit",		  "--no-huge",	 "-m128", "--no-pci",
		"--no-telemetry", "--no-shconf", "",	  "--log-level=lib.eal:warning"};
	char *arguments[RTE_DIM(words)];

	for (size_t i = 0; i < RTE_DIM(words); i++)
		arguments[i] = words[i];
	if (sched_getaffinity(0, sizeof(eal_cpus), &eal_cpus) != 0)
		return -1;
	/* Where it is: another program may run on another CPU. */
	snprintf(words[6], sizeof(words[6]), "--lcores=0@%d", sched_getcpu());
	(void)state;
	if (rte_eal_init((int)RTE_DIM(words), arguments) < 0)
		return -1;
	if (posix_memalign((void **)&qsbr, RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(2)) != 0)
		return -1;
	return rte_rcu_qsbr_init(qsbr, 2);
}

/* For a thread that is to run beside the one that EAL has pinned. */
static inline void eal_unpin(void)
{
	pthread_setaffinity_np(pthread_self(), sizeof(eal_cpus), &eal_cpus);
}

static inline int eal_teardown(void **state)
{
	(void)state;
	free(qsbr);
	return rte_eal_cleanup();
}

#endif
