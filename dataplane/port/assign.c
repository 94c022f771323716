/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/assign.h"

#include <errno.h>
#include <string.h>

/* The number of the rx queue, over all ports, decides: consecutive ones go to different workers. */
static uint8_t worker_of(uint32_t first, uint16_t queue, uint16_t workers)
{
	return (uint8_t)((first + queue) % workers);
}

static void assign_tx(const struct assign_port *port, uint32_t first, uint16_t workers,
		      struct assign_result *result)
{
	for (uint16_t w = 0; w < BGW_MAX_WORKERS; w++)
		result->tx_queue[w] = BGW_PORT_NO_QUEUE;
	for (uint16_t q = 0; q < port->tx_queues; q++) {
		const uint8_t w = worker_of(first, q, workers);

		result->tx_worker[q] = BGW_PORT_NO_WORKER;
		if (result->tx_queue[w] != BGW_PORT_NO_QUEUE)
			continue;
		result->tx_queue[w] = q;
		result->tx_worker[q] = w;
	}
	result->owner = worker_of(first, 0, workers);
	result->handover = false;
	for (uint16_t w = 0; w < workers; w++)
		if (result->tx_queue[w] == BGW_PORT_NO_QUEUE)
			result->handover = true;
}

int assign_queues(const struct assign_port *ports, uint16_t count, uint16_t workers,
		  struct assign_result *results, struct port_worker *table)
{
	uint32_t first = 0;

	memset(table, 0, workers * sizeof(*table));
	for (uint16_t i = 0; i < count; i++) {
		const struct assign_port *port = &ports[i];
		struct assign_result *result = &results[i];

		for (uint16_t q = 0; q < port->rx_queues; q++) {
			const uint8_t w = worker_of(first, q, workers);
			struct port_worker *worker = &table[w];

			if (worker->rx_count == PORT_RX_MAX)
				return -ENOSPC;
			result->rx_worker[q] = w;
			worker->rx[worker->rx_count++] = (struct port_rx){
				.port = port->index,
				.ethdev_id = port->ethdev_id,
				.queue = q,
				.role = port->role,
				.mbufs_unseen = port->mbufs_unseen,
			};
		}
		assign_tx(port, first, workers, result);
		if (result->handover)
			table[result->owner].handover[table[result->owner].handover_count++] =
				port->index;
		if (port->mirror)
			table[result->owner].mirror[table[result->owner].mirror_count++] =
				port->index;
		first += port->rx_queues;
	}
	return 0;
}
