/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_common.h>

#include "worker/worker.h"

/*
 * The counters are structures of nothing but 64-bit words. Each word is written by one worker and
 * read here in one piece.
 */
static void words_add(void *sum, const void *part, size_t size_bytes)
{
	const uint64_t *words = part;
	uint64_t *sums = sum;

	for (size_t i = 0; i < size_bytes / sizeof(words[0]); i++)
		sums[i] += __atomic_load_n(&words[i], __ATOMIC_RELAXED);
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
