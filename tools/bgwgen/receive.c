/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "locate.h"
#include "signature.h"
#include "threads.h"

#define PREFETCH_AHEAD 4

/* One frame that came in on port `port`, foreign until it shows a signature. */
static inline void frame_note(struct receive *receive, const struct rte_mbuf *mbuf, uint16_t port,
			      uint64_t now)
{
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct receive_stream *stream;
	struct signature signature;
	struct location location;

	if (locate_signature(data, mbuf->data_len, mbuf->pkt_len, receive->vxlan_port, &location) <
		    0 ||
	    !signature_read(data + location.offset, receive->key, &signature) ||
	    signature.stream >= receive->streams_count || signature.sequence > SEQUENCE_MAX) {
		receive->foreign++;
		return;
	}
	if (signature.trial != receive->trial || !receive->is_on) {
		receive->stale++;
		return;
	}
	stream = &receive->streams[signature.stream];
	if (unlikely(stream->to != port)) {
		stream->misdelivered++;
		return;
	}
	if (unlikely(!sequence_note(&stream->sequence, signature.sequence)))
		return;
	receive->received++;
	histogram_record(&receive->latency, (now - signature.time) & SIGNATURE_TIME_MAX);
}

static void port_poll(struct receive *receive, uint16_t port)
{
	struct rte_mbuf *mbufs[GENERATOR_BURST_MAX];
	const uint16_t count = rte_eth_rx_burst(receive->ports[port], 0, mbufs, receive->burst);
	uint64_t now;

	if (count == 0)
		return;
	now = rte_rdtsc();
	for (uint16_t i = 0; i < RTE_MIN(count, PREFETCH_AHEAD); i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (uint16_t i = 0; i < count; i++) {
		if (i + PREFETCH_AHEAD < count)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + PREFETCH_AHEAD], void *));
		frame_note(receive, mbufs[i], port, now);
	}
	rte_pktmbuf_free_bulk(mbufs, count);
}

static void begin(struct receive *receive, unsigned int number)
{
	receive->trial = (uint8_t)number;
	receive->received = 0;
	receive->stale = 0;
	receive->foreign_was = receive->foreign;
	for (uint16_t i = 0; i < receive->streams_count; i++) {
		sequence_reset(&receive->streams[i].sequence);
		receive->streams[i].misdelivered = 0;
	}
	histogram_reset(&receive->latency);
	receive->is_on = true;
	side_begin(&receive->side, number);
}

void receive_poll(struct receive *receive)
{
	struct side *side = &receive->side;
	const unsigned int order = side_order(side);

	if (unlikely(order != 0))
		begin(receive, order);
	if (receive->is_on) {
		side_came_by(side, rte_rdtsc(), receive->stall_cycles);
		if (unlikely(atomic_load_explicit(&side->stop, memory_order_relaxed) ==
			     atomic_load_explicit(&side->begun, memory_order_relaxed))) {
			receive->is_on = false;
			side_end(side);
		}
	}
	for (uint16_t port = 0; port < receive->ports_count; port++)
		port_poll(receive, port);
}
