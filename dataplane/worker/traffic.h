/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef WORKER_TRAFFIC_H
#define WORKER_TRAFFIC_H

#include <stdint.h>

#include <rte_common.h>

/*
 * One worker's counters of all connections, or of all attachments, by index: it alone writes them,
 * any thread may read a word. Bytes are of inner frames, without FCS. Those of a direction lie
 * together, four places in a cache line: where each frame of thousands of places counts at
 * another, it is the lines that cost.
 */
struct traffic {
	uint64_t pkts;
	uint64_t bytes;
} __rte_aligned(16);

struct traffic_losses {
	uint64_t dropped_pkts;
	uint64_t too_big_pkts;
} __rte_aligned(16);

struct traffic_table {
	struct traffic *rx;
	struct traffic *tx;
	struct traffic_losses *losses;
};

/* All of them 0. 0 or -ENOMEM; either way traffic_table_free() is what ends it. */
int traffic_table_init(struct traffic_table *table, uint32_t places);
void traffic_table_free(struct traffic_table *table);

#endif
