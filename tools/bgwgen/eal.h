/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_EAL_H
#define BGWGEN_EAL_H

#include <stddef.h>

#include "options.h"

/*
 * DPDK's environment, for the main thread. The main thread is lcore 0, the first core of the
 * options lcore 1, the second lcore 2, whatever CPUs they are.
 */
#define EAL_TX_LCORE 1u

/* Where no cores are given takes the first CPU of this process. 0, or -errno with a sentence. */
int eal_start(struct options *options, char *why, size_t why_size);
void eal_stop(void);
unsigned int eal_rx_lcore(const struct options *options);

#endif
