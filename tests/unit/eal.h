/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_EAL_H
#define UNIT_EAL_H

#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_rcu_qsbr.h>

/* Setup and teardown of a group of cases: DPDK's memory, and an RCU variable for two readers. */
static struct rte_rcu_qsbr *qsbr;

static inline int eal_setup(void **state)
{
	static const char *const words[] = {
		"unit",		  "--no-huge",	 "-m128",	 "--no-pci",
		"--no-telemetry", "--no-shconf", "--lcores=0@0", "--log-level=lib.eal:warning"};
	static char text[RTE_DIM(words)][32];
	char *arguments[RTE_DIM(words)];

	for (size_t i = 0; i < RTE_DIM(words); i++) {
		snprintf(text[i], sizeof(text[i]), "%s", words[i]);
		arguments[i] = text[i];
	}
	(void)state;
	if (rte_eal_init((int)RTE_DIM(words), arguments) < 0)
		return -1;
	if (posix_memalign((void **)&qsbr, RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(2)) != 0)
		return -1;
	return rte_rcu_qsbr_init(qsbr, 2);
}

static inline int eal_teardown(void **state)
{
	(void)state;
	free(qsbr);
	return rte_eal_cleanup();
}

#endif
