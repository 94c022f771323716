/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <rte_ring.h>

#include <bgw/counter.h>
#include <bgw/event.h>
#include <bgw/worker.h>

#include "dataplane.h"
#include "port/port.h"
#include "stage/frame.h"
#include "worker/stage_clock.h"
#include "worker/traffic.h"

/*
 * One worker: what it owns, and nothing that another writes. Stages take it as their context.
 */

/* Frames gathered for a port before they are given to its driver. */
#define TX_BUFFER_FRAMES 64
/* What was reported lately, so that a new source costs one event and not one a frame. */
#define EVENT_FILTER_ENTRIES 4096
#define EVENT_RING_ENTRIES   32768

struct tx_buffer {
	uint32_t count;
	uint32_t bytes;
	struct rte_mbuf *mbufs[TX_BUFFER_FRAMES];
};

struct event_filter_entry {
	uint64_t key; /* fdb_key() */
	bgw_ref ref;
	uint16_t reported_s;
	uint16_t valid;
};

struct negotiation_worker;

struct worker {
	struct bgw_dataplane *dp;
	uint16_t id;
	bool nap_when_idle;
	uint16_t now_s;	     /* of this round */
	uint64_t now_cycles; /* of this round */
	const struct port_worker *ports;
	struct rte_ring *events; /* this worker to control */
	uint64_t tx_pending;	 /* bit by port: its tx_buffer is not empty */
	struct negotiation_worker *negotiation;
	struct stage_clock clock;
	struct bgw_worker_counters counters;
	struct traffic_table connection_traffic;
	struct traffic_table attachment_traffic;
	struct bgw_port_counters port_counters[BGW_MAX_PORTS];
	struct tx_buffer tx[BGW_MAX_PORTS];
	struct event_filter_entry event_filter[EVENT_FILTER_ENTRIES];
	/* Scratch of the stages, so that they need no stack of it. */
	struct bridge_input input;
	struct lane to_attachments;
	struct lane to_connections;
	struct lane to_flood;
	struct lane too_big;
} __rte_cache_aligned;

/* NULL and errno (ENOMEM). */
struct worker *worker_create(struct bgw_dataplane *dp, uint16_t id);
void worker_destroy(struct worker *worker);

/*
 * One round: polls each queue of the worker once and runs what came through all stages to the
 * drivers. Returns the number of frames that it moved. Runs on the worker's lcore, or in tests on
 * the calling thread with no worker started. Reports no quiescent state.
 */
uint32_t worker_round(struct worker *worker);

/* Counts the frame under `reason`, by the port it came in by, and frees it. */
static inline void worker_drop(struct worker *worker, struct rte_mbuf *mbuf, enum bgw_drop reason)
{
	worker->port_counters[mbuf->port].drops[reason]++;
	rte_pktmbuf_free(mbuf);
}

/* The losses of where a frame came from or goes to. */
static inline struct traffic_losses *worker_losses(struct worker *worker, bgw_ref ref)
{
	const struct traffic_table *table = bgw_ref_is_connection(ref)
						    ? &worker->connection_traffic
						    : &worker->attachment_traffic;

	return &table->losses[bgw_ref_index(ref)];
}

/* worker_drop() of a frame that is known to have come in by, or to leave by, `ref`. */
static inline void worker_drop_at(struct worker *worker, struct rte_mbuf *mbuf,
				  enum bgw_drop reason, bgw_ref ref)
{
	worker_losses(worker, ref)->dropped_pkts++;
	worker_drop(worker, mbuf, reason);
}

#endif
