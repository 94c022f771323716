/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker/traffic.h"

#include <errno.h>

#include <rte_malloc.h>

int traffic_table_init(struct traffic_table *table, uint32_t places)
{
	table->rx = rte_calloc("traffic", places, sizeof(table->rx[0]), RTE_CACHE_LINE_SIZE);
	table->tx = rte_calloc("traffic", places, sizeof(table->tx[0]), RTE_CACHE_LINE_SIZE);
	table->losses =
		rte_calloc("traffic", places, sizeof(table->losses[0]), RTE_CACHE_LINE_SIZE);
	return table->rx && table->tx && table->losses ? 0 : -ENOMEM;
}

void traffic_table_free(struct traffic_table *table)
{
	rte_free(table->losses);
	rte_free(table->tx);
	rte_free(table->rx);
}

static void word_add(uint64_t *sum, const uint64_t *word)
{
	*sum += __atomic_load_n(word, __ATOMIC_RELAXED);
}

void traffic_add(struct bgw_traffic_counters *sum, const struct traffic_table *table,
		 uint32_t index)
{
	word_add(&sum->rx_pkts, &table->rx[index].pkts);
	word_add(&sum->rx_bytes, &table->rx[index].bytes);
	word_add(&sum->tx_pkts, &table->tx[index].pkts);
	word_add(&sum->tx_bytes, &table->tx[index].bytes);
	word_add(&sum->dropped_pkts, &table->losses[index].dropped_pkts);
	word_add(&sum->too_big_pkts, &table->losses[index].too_big_pkts);
}
