/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_MEMIF_PEER_H
#define BGW_MEMIF_PEER_H

#include <stdint.h>

#include <rte_rcu_qsbr.h>

/*
 * Keeps workers out of the driver of a memif port while that port has no peer, because the driver
 * itself does not: when a peer goes (it ended, was killed, or closed the port), the driver unmaps
 * the shared memory on EAL's interrupt thread with no regard to a worker that is amid a burst.
 *
 * Workers pay nothing for it. A port without a peer has burst functions that do nothing, where the
 * driver's own would look for a peer and find none. Other drivers' ports are not touched.
 *
 * Workers are the threads that call the drivers: the gateway's, or a generator's. Control is the
 * thread that starts and ends them.
 */

/*
 * The port was started, or is about to be stopped. Control thread; no worker runs. Of a port that
 * is no longer watched the driver is as it was.
 */
void bgw_memif_peer_watch(uint16_t ethdev_id);
void bgw_memif_peer_unwatch(uint16_t ethdev_id);

/*
 * Runs rte_eth_dev_stop() or rte_eth_dev_close() on a port of any driver. That of a memif runs on
 * EAL's interrupt thread: it takes apart what the driver's handlers there use, which look after a
 * peer that comes or goes at that moment. Control thread; waits for the end.
 */
int bgw_memif_peer_run(uint16_t ethdev_id, int (*operation)(uint16_t ethdev_id));

/* Lets workers use ports that have got a peer. Control thread, every few milliseconds; no waiting.
 */
void bgw_memif_peer_poll(void);

/*
 * Whose quiescent states say that no worker is in a driver. Set before the first worker starts, and
 * to NULL when the last has ended and is no longer registered. Control thread.
 */
void bgw_memif_peer_workers_set(struct rte_rcu_qsbr *workers);

#endif
