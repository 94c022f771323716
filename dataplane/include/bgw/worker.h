/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_WORKER_H
#define BGW_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/dataplane.h>

/*
 * The poll-mode workers, one per worker lcore. Ports must have been started (bgw/port.h): a worker
 * polls the queues that the port table assigns to it.
 */

/*
 * Launches the workers. `nap_when_idle`: a worker with nothing to do sleeps 50 µs, doubling to
 * 1 ms (workers.idle "sleep"). -EBUSY: they run already.
 */
int bgw_workers_start(struct bgw_dataplane *dp, bool nap_when_idle);
/* Stops and joins them; what they held is sent or freed. May be called twice. */
void bgw_workers_stop(struct bgw_dataplane *dp);

#endif
