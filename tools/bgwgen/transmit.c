/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "signature.h"
#include "threads.h"

#define PREFETCH_AHEAD 4

/*
 * Fills one buffer. It is of the stream's own pool, of which every buffer is zero behind the
 * headers and the signature, and stays so.
 */
static inline void fill(struct rte_mbuf *mbuf, const struct template_set *set, uint32_t flow,
			uint32_t pattern_at, const struct signature *signature, uint16_t key)
{
	const uint32_t size = set->pattern[pattern_at];
	const uint8_t *lines = template_lines(set, flow, size);
	uint8_t *data;

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = set->frame_bytes[size];
	mbuf->pkt_len = set->frame_bytes[size];
	data = rte_pktmbuf_mtod(mbuf, uint8_t *);
	memcpy(data, lines, TEMPLATE_LINE_BYTES);
	for (uint32_t at = TEMPLATE_LINE_BYTES; at < set->stride; at += TEMPLATE_LINE_BYTES)
		memcpy(data + at, lines + at, TEMPLATE_LINE_BYTES);
	signature_write(data + set->signature_offset, signature, key);
}

/* Sends up to `count` frames of the stream. Returns how many the queue took. */
static uint16_t send_burst(struct transmit *transmit, struct transmit_stream *stream,
			   uint16_t count, uint64_t now)
{
	const struct template_set *set = stream->templates;
	struct signature signature = {
		.stream = stream->number,
		.trial = transmit->trial,
		.time = now & SIGNATURE_TIME_MAX,
	};
	struct rte_mbuf *mbufs[GENERATOR_BURST_MAX];
	uint32_t flow = stream->flow;
	uint32_t pattern_at = stream->pattern_at;
	uint16_t sent;

	if (unlikely(rte_mempool_get_bulk(stream->pool, (void **)mbufs, count) < 0)) {
		transmit->no_buffers++;
		stream->refused_last = true;
		/* A driver may hold what it sent until it is called again. */
		rte_eth_tx_burst(stream->ethdev, 0, NULL, 0);
		return 0;
	}
	for (uint16_t i = 0; i < RTE_MIN(count, PREFETCH_AHEAD); i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (uint16_t i = 0; i < count; i++) {
		if (i + PREFETCH_AHEAD < count)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + PREFETCH_AHEAD], void *));
		signature.sequence = (uint32_t)(stream->sequence + i);
		fill(mbufs[i], set, flow, pattern_at, &signature, transmit->key);
		pattern_at = pattern_at + 1 == set->pattern_length ? 0 : pattern_at + 1;
		if (++flow == set->flows) {
			flow = 0;
			pattern_at = pattern_at + 1 == set->pattern_length ? 0 : pattern_at + 1;
		}
	}
	sent = rte_eth_tx_burst(stream->ethdev, 0, mbufs, count);
	stream->sequence += sent;
	stream->flow = flow;
	stream->pattern_at = pattern_at;
	stream->refused_last = sent < count;
	if (unlikely(sent < count)) {
		rte_mempool_put_bulk(stream->pool, (void **)&mbufs[sent], count - sent);
		stream->flow = (uint32_t)(stream->sequence % set->flows);
		stream->pattern_at = template_pattern_at(set, stream->sequence);
		transmit->pushed_back++;
	}
	return sent;
}

static void begin(struct transmit *transmit, unsigned int number)
{
	transmit->pushed_back = 0;
	transmit->no_buffers = 0;
	transmit->trial = (uint8_t)number;
	for (uint16_t i = 0; i < transmit->streams_count; i++) {
		struct transmit_stream *stream = &transmit->streams[i];

		stream->refused_last = false;
		stream->flow = 0;
		stream->pattern_at = 0;
		stream->sequence = 0;
		stream->scheduled = 0;
		stream->put_off = 0;
		stream->refused = 0;
		stream->missed = 0;
	}
	side_begin(&transmit->side, number);
}

/* Frames that will not be sent: whoever was last in the way of the stream is why. */
static void give_up(struct transmit_stream *stream, uint64_t frames)
{
	if (stream->refused_last)
		stream->refused += frames;
	else
		stream->missed += frames;
	stream->scheduled += frames;
}

/* Frames of a stream without end that are due by `elapsed` and not sent or given up. */
static uint64_t behind(const struct transmit *transmit, const struct transmit_stream *stream,
		       uint64_t elapsed)
{
	const uint64_t due = (uint64_t)((double)elapsed * transmit->frames_per_cycle);
	const uint64_t done = stream->scheduled + stream->put_off;

	return due > done ? due - done : 0;
}

static uint64_t due_by(const struct transmit *transmit, const struct transmit_stream *stream,
		       uint64_t elapsed)
{
	const uint64_t due = behind(transmit, stream, elapsed);

	return transmit->frames > 0 ? RTE_MIN(due, transmit->frames - stream->scheduled) : due;
}

static void end(struct transmit *transmit)
{
	if (transmit->frames_per_cycle > 0)
		for (uint16_t i = 0; i < transmit->streams_count; i++)
			if (transmit->streams[i].takes_part)
				give_up(&transmit->streams[i],
					due_by(transmit, &transmit->streams[i],
					       transmit->duration_cycles));
	side_end(&transmit->side);
}

/* False: the stream has sent all it was to send. */
static bool stream_poll(struct transmit *transmit, struct transmit_stream *stream, uint64_t now)
{
	uint64_t count = transmit->burst;

	if (transmit->frames > 0 && stream->scheduled >= transmit->frames)
		return false;
	if (transmit->frames_per_cycle > 0) {
		const uint64_t elapsed = now - transmit->side.begin_tsc;

		count = behind(transmit, stream, elapsed);
		if (transmit->gives_up_none && count > transmit->lag_frames)
			stream->put_off += count - transmit->lag_frames;
		count = due_by(transmit, stream, elapsed);
		if (count > transmit->lag_frames) {
			give_up(stream, count - transmit->lag_frames);
			count = transmit->lag_frames;
		}
	} else if (transmit->frames > 0) {
		count = transmit->frames - stream->scheduled;
	}
	count = RTE_MIN(count, transmit->burst);
	if (count > 0)
		stream->scheduled += send_burst(transmit, stream, (uint16_t)count, now);
	return true;
}

void transmit_poll(struct transmit *transmit)
{
	struct side *side = &transmit->side;
	const unsigned int order = side_order(side);
	bool is_busy = false;
	uint64_t now;

	if (unlikely(order != 0))
		begin(transmit, order);
	else if (atomic_load_explicit(&side->ended, memory_order_relaxed) ==
		 atomic_load_explicit(&side->begun, memory_order_relaxed))
		return;
	now = rte_rdtsc();
	side_came_by(side, now, transmit->stall_cycles);
	if (now - side->begin_tsc < transmit->duration_cycles &&
	    atomic_load_explicit(&side->stop, memory_order_relaxed) !=
		    atomic_load_explicit(&side->begun, memory_order_relaxed))
		for (uint16_t i = 0; i < transmit->streams_count; i++)
			is_busy |= transmit->streams[i].takes_part &&
				   stream_poll(transmit, &transmit->streams[i], now);
	if (!is_busy)
		end(transmit);
}
