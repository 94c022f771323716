/* SPDX-License-Identifier: BSD-3-Clause */

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>

#include <bgw/memif_peer.h>
#include <bgw/port.h>

#include "port/interrupt.h"

/*
 * What the driver of DPDK 22.11 does when a peer has gone, on EAL's interrupt thread: it sets the
 * link down, clears the flag by which its burst functions know that there is a peer, closes the
 * peer's descriptors, and then unmaps the rings, frees what describes them, and forgets where they
 * were. A burst that looked at the flag before goes on to read a ring that is no more, and so does
 * one that fetched the ring's address before a new peer set the flag again.
 *
 * The driver offers no hook at these places. But it unmaps by munmap(), which the program may
 * define in the C library's stead: ours, called on the interrupt thread, finds the ports that lost
 * their link, gives them burst functions that do nothing, and waits until each worker has reported
 * that it is in no burst any more. Only then is anything unmapped, freed or forgotten, and with it
 * everything that the driver does until the next peer is there happens while no worker looks.
 * Control lets the workers in again once the link is up, which is the last that the driver does for
 * a new peer.
 *
 * Nothing waits in a circle. The interrupt thread waits for workers alone, under `lock`. Workers
 * take no lock and wait for nobody; one that naps or has ended counts as quiescent, one that was
 * never started is not registered. Control, which may wait for workers to end, holds `lock` but for
 * a moment, and takes it, other than by trying, only where no worker is left to be waited for.
 */

/* A worker reports a quiescent state every 50 us. */
#define WAIT_STEP_US 20

struct peer_port {
	bool watched;
	bool open; /* workers use the driver */
	uint16_t ethdev_id;
	eth_rx_burst_t rx_burst; /* the driver's */
	eth_tx_burst_t tx_burst;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static struct peer_port ports[BGW_MAX_PORTS];
static struct rte_rcu_qsbr *workers_qsbr;

static uint16_t rx_nothing(void *queue, struct rte_mbuf **mbufs, uint16_t count)
{
	(void)queue;
	(void)mbufs;
	(void)count;
	return 0;
}

static uint16_t tx_nothing(void *queue, struct rte_mbuf **mbufs, uint16_t count)
{
	(void)queue;
	(void)mbufs;
	(void)count;
	return 0;
}

static bool is_memif(uint16_t ethdev_id)
{
	struct rte_eth_dev_info info;

	return rte_eth_dev_info_get(ethdev_id, &info) == 0 &&
	       strcmp(info.driver_name, "net_memif") == 0;
}

static bool has_peer(const struct peer_port *port)
{
	struct rte_eth_link link;

	return rte_eth_link_get_nowait(port->ethdev_id, &link) == 0 &&
	       link.link_status == RTE_ETH_LINK_UP;
}

static void port_switch(struct peer_port *port, bool open)
{
	struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[port->ethdev_id];

	__atomic_store_n(&ops->rx_pkt_burst, open ? port->rx_burst : rx_nothing, __ATOMIC_RELEASE);
	__atomic_store_n(&ops->tx_pkt_burst, open ? port->tx_burst : tx_nothing, __ATOMIC_RELEASE);
	port->open = open;
}

void bgw_memif_peer_watch(uint16_t ethdev_id)
{
	if (!is_memif(ethdev_id))
		return;
	pthread_mutex_lock(&lock);
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (ports[i].watched)
			continue;
		ports[i] = (struct peer_port){
			.watched = true,
			.ethdev_id = ethdev_id,
			.rx_burst = rte_eth_fp_ops[ethdev_id].rx_pkt_burst,
			.tx_burst = rte_eth_fp_ops[ethdev_id].tx_pkt_burst,
		};
		port_switch(&ports[i], has_peer(&ports[i]));
		break;
	}
	pthread_mutex_unlock(&lock);
}

void bgw_memif_peer_unwatch(uint16_t ethdev_id)
{
	pthread_mutex_lock(&lock);
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (!ports[i].watched || ports[i].ethdev_id != ethdev_id)
			continue;
		port_switch(&ports[i], true);
		ports[i].watched = false;
	}
	pthread_mutex_unlock(&lock);
}

struct operation {
	int (*operation)(uint16_t ethdev_id);
	uint16_t ethdev_id;
	int result;
};

static void operation_run(void *context)
{
	struct operation *operation = context;

	operation->result = operation->operation(operation->ethdev_id);
}

int bgw_memif_peer_run(uint16_t ethdev_id, int (*operation)(uint16_t ethdev_id))
{
	struct operation one = {.operation = operation, .ethdev_id = ethdev_id};

	if (is_memif(ethdev_id))
		interrupt_call(operation_run, &one);
	else
		operation_run(&one);
	return one.result;
}

void bgw_memif_peer_poll(void)
{
	/* While the interrupt thread waits there is no port to open that could not be opened later.
	 */
	if (pthread_mutex_trylock(&lock) != 0)
		return;
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++)
		if (ports[i].watched && !ports[i].open && has_peer(&ports[i]))
			port_switch(&ports[i], true);
	pthread_mutex_unlock(&lock);
}

void bgw_memif_peer_workers_set(struct rte_rcu_qsbr *workers)
{
	pthread_mutex_lock(&lock);
	workers_qsbr = workers;
	pthread_mutex_unlock(&lock);
}

/* Waits until no worker is in a burst that began before. */
static void workers_leave(struct rte_rcu_qsbr *workers)
{
	const uint64_t token = rte_rcu_qsbr_start(workers);

	while (rte_rcu_qsbr_check(workers, token, false) != 1)
		rte_delay_us_sleep(WAIT_STEP_US);
}

/* Before the driver unmaps anything: no worker is in, or will go into, a port that lost its peer.
 */
static void gone_peers_leave(void)
{
	bool closed = false;

	pthread_mutex_lock(&lock);
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (!ports[i].watched || !ports[i].open || has_peer(&ports[i]))
			continue;
		port_switch(&ports[i], false);
		closed = true;
	}
	if (closed && workers_qsbr != NULL)
		workers_leave(workers_qsbr);
	pthread_mutex_unlock(&lock);
}

/*
 * The C library's, but for what it does on EAL's interrupt thread. Libraries find it here first;
 * the C library itself does not come this way.
 */
__attribute__((visibility("default"))) int munmap(void *address, size_t length)
{
	if (rte_thread_is_intr())
		gone_peers_leave();
	return (int)syscall(SYS_munmap, address, length);
}
