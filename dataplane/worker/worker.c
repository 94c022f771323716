/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>

#include <bgw/port.h>

#include "exception/exception.h"
#include "negotiation/negotiation.h"
#include "stage/stage.h"
#include "worker/worker.h"

struct worker *worker_create(struct bgw_dataplane *dp, uint16_t id)
{
	struct worker *worker = rte_zmalloc("worker", sizeof(*worker), RTE_CACHE_LINE_SIZE);
	char name[RTE_RING_NAMESIZE];

	if (!worker) {
		errno = ENOMEM;
		return NULL;
	}
	worker->dp = dp;
	worker->id = id;
	worker->ports = &port_worker_table[id];
	snprintf(name, sizeof(name), "events%u_%p", id, (void *)dp);
	worker->events = rte_ring_create_elem(name, sizeof(struct bgw_event), EVENT_RING_ENTRIES,
					      SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	worker->negotiation = negotiation_worker_create(dp, id);
	if (traffic_table_init(&worker->connection_traffic, dp->limits.connections) != 0 ||
	    traffic_table_init(&worker->attachment_traffic, dp->limits.attachments) != 0 ||
	    !worker->events || !worker->negotiation) {
		worker_destroy(worker);
		errno = ENOMEM;
		return NULL;
	}
	return worker;
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	negotiation_worker_destroy(worker->dp, worker->negotiation);
	rte_ring_free(worker->events);
	traffic_table_free(&worker->attachment_traffic);
	traffic_table_free(&worker->connection_traffic);
	rte_free(worker);
}

/* Frames that other workers hand over, for ports whose only tx queue is this worker's. */
static uint32_t handover_drain(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint32_t total = 0;

	for (uint16_t i = 0; i < worker->ports->handover_count; i++) {
		const uint16_t port = worker->ports->handover[i];
		const uint32_t count = rte_ring_sc_dequeue_burst(
			port_table[port].tx_handover, (void **)mbufs, BURST_FRAMES, NULL);

		for (uint32_t j = 0; j < count; j++)
			stage_transmit(worker, port, mbufs[j]);
		total += count;
	}
	return total;
}

/* Frames that Linux sends by the mirrors of ports whose owner this worker is. */
static uint32_t mirror_drain(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint32_t total = 0;

	for (uint16_t i = 0; i < worker->ports->mirror_count; i++) {
		const uint16_t port = worker->ports->mirror[i];
		const uint32_t count =
			exception_receive(port_table[port].mirror, mbufs, BURST_FRAMES);

		for (uint32_t j = 0; j < count; j++) {
			mbufs[j]->port = port;
			stage_transmit(worker, port, mbufs[j]);
		}
		worker->port_counters[port].from_linux += count;
		total += count;
	}
	return total;
}

static void mbufs_fetch(struct rte_mbuf **mbufs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		rte_prefetch0(mbufs[i]);
}

uint32_t worker_round(struct worker *worker)
{
	const struct port_worker *ports = worker->ports;
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint32_t total = 0;

	worker->now_s = __atomic_load_n(&worker->dp->now_s, __ATOMIC_RELAXED);
	worker->now_cycles = rte_rdtsc();
	stage_clock_begin(&worker->clock, worker->counters.rounds);
	for (uint16_t i = 0; i < ports->rx_count; i++) {
		const struct port_rx *rx = &ports->rx[i];
		const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_RECEIVE, 0);
		const uint32_t count =
			rte_eth_rx_burst(rx->ethdev_id, rx->queue, mbufs, BURST_FRAMES);

		stage_leave_with(&worker->clock, outer, count);
		if (count == 0)
			continue;
		total += count;
		if (unlikely(rx->mbufs_unseen))
			mbufs_fetch(mbufs, count);
		if (rx->role == BGW_PORT_ACCESS)
			stage_access_input(worker, rx, mbufs, count);
		else
			stage_underlay_input(worker, rx, mbufs, count);
		stage_transmit_flush(worker);
	}
	worker->counters.rx_pkts += total;
	if (ports->handover_count > 0)
		total += handover_drain(worker);
	if (ports->mirror_count > 0)
		total += mirror_drain(worker);
	if (worker->dp->negotiation_port != 0)
		total += negotiation_round(worker);
	stage_transmit_flush(worker);
	stage_clock_end(&worker->clock, total);
	return total;
}
