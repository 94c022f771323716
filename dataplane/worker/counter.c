/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_common.h>

#include "worker/worker.h"

/* Each word of counters is written by one worker and read here in one piece. */
static void word_add(uint64_t *sum, const uint64_t *word)
{
	*sum += __atomic_load_n(word, __ATOMIC_RELAXED);
}

/* Of structures of nothing but 64-bit words. */
static void words_add(void *sum, const void *part, size_t size_bytes)
{
	const uint64_t *words = part;
	uint64_t *sums = sum;

	for (size_t i = 0; i < size_bytes / sizeof(words[0]); i++)
		word_add(&sums[i], &words[i]);
}

static void traffic_add(struct bgw_traffic_counters *sum, const struct traffic_table *table,
			uint32_t index)
{
	word_add(&sum->rx_pkts, &table->rx[index].pkts);
	word_add(&sum->rx_bytes, &table->rx[index].bytes);
	word_add(&sum->tx_pkts, &table->tx[index].pkts);
	word_add(&sum->tx_bytes, &table->tx[index].bytes);
	word_add(&sum->dropped_pkts, &table->losses[index].dropped_pkts);
	word_add(&sum->too_big_pkts, &table->losses[index].too_big_pkts);
}

void bgw_port_counters_get(const struct bgw_dataplane *dp, uint16_t port,
			   struct bgw_port_counters *counters)
{
	*counters = (struct bgw_port_counters){0};
	if (port >= BGW_MAX_PORTS)
		return;
	for (uint16_t id = 0; id < dp->limits.workers; id++)
		words_add(counters, &dp->workers[id]->port_counters[port], sizeof(*counters));
}

void bgw_connection_counters_get(const struct bgw_dataplane *dp, uint32_t index,
				 struct bgw_traffic_counters *counters)
{
	*counters = (struct bgw_traffic_counters){0};
	if (index >= dp->limits.connections)
		return;
	for (uint16_t id = 0; id < dp->limits.workers; id++)
		traffic_add(counters, &dp->workers[id]->connection_traffic, index);
}

void bgw_attachment_counters_get(const struct bgw_dataplane *dp, uint32_t index,
				 struct bgw_traffic_counters *counters)
{
	*counters = (struct bgw_traffic_counters){0};
	if (index >= dp->limits.attachments)
		return;
	for (uint16_t id = 0; id < dp->limits.workers; id++)
		traffic_add(counters, &dp->workers[id]->attachment_traffic, index);
}

void bgw_worker_counters_get(const struct bgw_dataplane *dp, uint16_t worker,
			     struct bgw_worker_counters *counters)
{
	*counters = (struct bgw_worker_counters){0};
	if (worker < dp->limits.workers)
		words_add(counters, &dp->workers[worker]->counters, sizeof(*counters));
}
