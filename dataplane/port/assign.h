/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_ASSIGN_H
#define PORT_ASSIGN_H

#include <bgw/port.h>

#include "port/port.h"

/* What must be known of a port to share out its queues. */
struct assign_port {
	uint16_t index;
	uint16_t ethdev_id;
	uint8_t role;
	uint16_t rx_queues;
	uint16_t tx_queues;
	bool mirror;
	bool mbufs_unseen;
};

struct assign_result {
	uint8_t rx_worker[BGW_MAX_WORKERS]; /* of each rx queue */
	uint8_t tx_worker[BGW_MAX_WORKERS]; /* of each tx queue, or BGW_PORT_NO_WORKER: unused */
	uint16_t tx_queue[BGW_MAX_WORKERS]; /* of each worker, or BGW_PORT_NO_QUEUE */
	uint8_t owner;			    /* sends for those without a queue, and for Linux */
	bool handover;			    /* some worker has no queue */
};

/*
 * Shares the queues of `count` ports out to `workers` workers, round about, so that every worker
 * serves as many rx queues as any other, or one more. Pure. `results` has an entry for each port;
 * `table` one for each worker. -ENOSPC: a worker would serve more queues than PORT_RX_MAX.
 */
int assign_queues(const struct assign_port *ports, uint16_t count, uint16_t workers,
		  struct assign_result *results, struct port_worker *table);

#endif
