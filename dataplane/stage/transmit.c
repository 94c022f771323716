/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ethdev.h>

#include "stage/stage.h"

/* Drops what no driver or ring took, each counted where it came in. */
static uint32_t drop_rest(struct worker *worker, struct rte_mbuf **mbufs, uint32_t count,
			  enum bgw_drop reason)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < count; i++) {
		bytes += mbufs[i]->pkt_len;
		worker_drop(worker, mbufs[i], reason);
	}
	return bytes;
}

static void port_flush(struct worker *worker, uint16_t port_index)
{
	const struct port *port = &port_table[port_index];
	struct bgw_port_counters *counters = &worker->port_counters[port_index];
	struct tx_buffer *buffer = &worker->tx[port_index];
	const uint32_t count = buffer->count;
	const uint32_t bytes = buffer->bytes;
	enum bgw_stage outer;
	uint32_t sent;

	buffer->count = 0;
	buffer->bytes = 0;
	worker->tx_pending &= ~(UINT64_C(1) << port_index);
	if (unlikely(!port->present)) {
		drop_rest(worker, buffer->mbufs, count, BGW_DROP_NO_PORT);
		return;
	}
	if (unlikely(!port->admin_up)) {
		drop_rest(worker, buffer->mbufs, count, BGW_DROP_PORT_DOWN);
		return;
	}
	if (unlikely(port->tx_queue[worker->id] == BGW_PORT_NO_QUEUE)) {
		sent = rte_ring_mp_enqueue_burst(port->tx_handover, (void **)buffer->mbufs, count,
						 NULL);
		drop_rest(worker, buffer->mbufs + sent, count - sent, BGW_DROP_TX_HANDOVER_FULL);
		return;
	}
	outer = stage_enter(&worker->clock, BGW_STAGE_TRANSMIT, count);
	sent = rte_eth_tx_burst(port->ethdev_id, port->tx_queue[worker->id], buffer->mbufs,
				(uint16_t)count);
	stage_leave(&worker->clock, outer);
	counters->tx_pkts += sent;
	counters->tx_bytes += bytes;
	if (unlikely(sent < count))
		counters->tx_bytes -=
			drop_rest(worker, buffer->mbufs + sent, count - sent, BGW_DROP_TX_FULL);
}

void stage_transmit_burst(struct worker *worker, uint16_t port, struct rte_mbuf **mbufs,
			  uint32_t count, uint32_t bytes)
{
	struct tx_buffer *buffer = &worker->tx[port];

	buffer->bytes += bytes;
	while (count > 0) {
		const uint32_t part = RTE_MIN(count, TX_BUFFER_FRAMES - buffer->count);

		memcpy(&buffer->mbufs[buffer->count], mbufs, part * sizeof(mbufs[0]));
		buffer->count += part;
		mbufs += part;
		count -= part;
		worker->tx_pending |= UINT64_C(1) << port;
		if (buffer->count == TX_BUFFER_FRAMES)
			port_flush(worker, port);
	}
}

bool transmit_refuses(uint16_t port, const struct rte_mbuf *mbuf)
{
	/* Only if its attachment or path moved to another port since the replica was made. */
	return unlikely(mbuf->nb_segs > 1) && !port_table[port].tx_multi_segment;
}

void stage_transmit(struct worker *worker, uint16_t port, struct rte_mbuf *mbuf)
{
	if (unlikely(transmit_refuses(port, mbuf))) {
		worker_drop(worker, mbuf, BGW_DROP_CHAINED);
		return;
	}
	stage_transmit_burst(worker, port, &mbuf, 1, mbuf->pkt_len);
}

void stage_transmit_flush(struct worker *worker)
{
	while (worker->tx_pending != 0)
		port_flush(worker, (uint16_t)__builtin_ctzll(worker->tx_pending));
}
