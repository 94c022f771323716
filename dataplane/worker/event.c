/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ring_elem.h>

#include "worker/worker.h"

uint32_t bgw_event_take(struct bgw_dataplane *dp, struct bgw_event *events, uint32_t max)
{
	uint32_t total = 0;

	for (uint16_t id = 0; id < dp->limits.workers && total < max; id++) {
		/* What is left, shared by the workers that are left. */
		const uint32_t share = (max - total) / (dp->limits.workers - id);

		total +=
			rte_ring_sc_dequeue_burst_elem(dp->workers[id]->events, &events[total],
						       sizeof(events[0]), RTE_MAX(share, 1u), NULL);
	}
	return total;
}
