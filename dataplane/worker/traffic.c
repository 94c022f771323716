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
