/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_PORT_H
#define PORT_PORT_H

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <bgw/port.h>

/*
 * The port table and the assignment of queues to workers, as workers read them.
 *
 * Control fills both before the workers start. Under running workers only `admin_up`, `mtu` and
 * `mac` of a port change; each is read once per burst.
 */

#define BGW_PORT_NO_QUEUE UINT16_MAX

struct port_mirror;

struct port {
	uint16_t ethdev_id;
	uint8_t role; /* enum bgw_port_role */
	bool present;
	bool admin_up;
	/*
	 * Sends chains of segments and indirect mbufs. Else a frame must be one segment whose data
	 * lies in its own buffer.
	 */
	bool tx_multi_segment;
	/* Linux has a copy of every frame received, so what is not the gateway's is not lost. */
	bool linux_copies;
	rte_be16_t tpid;
	uint16_t vlan; /* underlay: VID of its traffic, host order, 0: untagged */
	uint16_t mtu;
	struct rte_ether_addr mac;
	struct port_mirror
		*mirror; /* NULL: Linux is not reached by a tap (exception/exception.h) */
	/*
	 * Frames that workers without a tx queue hand to the owner: many producers, and
	 * tx_handover_owner the only consumer. NULL if every worker has its own queue.
	 */
	struct rte_ring *tx_handover;
	uint8_t tx_handover_owner; /* it also sends what comes from Linux through the mirror */
	/* By worker: the tx queue that it alone uses, or BGW_PORT_NO_QUEUE: hand over. */
	uint16_t tx_queue[BGW_MAX_WORKERS];
} __rte_cache_aligned;

extern struct port port_table[BGW_MAX_PORTS];

struct port_rx {
	uint16_t port; /* index in port_table */
	uint16_t ethdev_id;
	uint16_t queue;
	uint8_t role;
	bool mbufs_unseen; /* the driver hands on mbufs that it has not looked at: net_ring */
};

#define PORT_RX_MAX (4 * BGW_MAX_PORTS)

/* What one worker serves. */
struct port_worker {
	uint16_t rx_count;
	uint16_t handover_count;
	uint16_t mirror_count;
	struct port_rx rx[PORT_RX_MAX];
	uint16_t handover[BGW_MAX_PORTS]; /* ports whose tx_handover ring it drains */
	uint16_t mirror[BGW_MAX_PORTS];	  /* ports whose frames from Linux it sends */
} __rte_cache_aligned;

extern struct port_worker port_worker_table[BGW_MAX_WORKERS];

/* The worker that sends for those without a tx queue, and what Linux sends; -ENOENT: no such port.
 */
int port_tx_owner(uint16_t port);

#endif
