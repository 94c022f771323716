/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_THREADS_H
#define BGWGEN_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>

#include "generator.h"
#include "sequence.h"

/*
 * What the two sides of the generator are made of. The main thread writes a side's order and raises
 * `wanted`; the side takes the order, resets its counters and sets `begun` to the same number, and
 * later `ended`. The main thread reads counters of a trial that runs (they may lag), and trusts
 * them when `ended` is set. Each side writes lines of its own.
 */
struct side {
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint wanted; /* number of the trial, by main */
	atomic_uint stop;				  /* number of the trial to end, by main */
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint begun;  /* by the side */
	atomic_uint ended;
	uint64_t last_tsc; /* when its loop came by */
	uint64_t begin_tsc;
	uint64_t end_tsc;
	uint64_t stalls;
	uint64_t longest_stall_cycles;
	uint64_t cpu_begin_ns;
	uint64_t cpu_ns; /* of the thread during the trial */
};

/* A stream, as the transmitting side sees it. */
struct transmit_stream {
	_Alignas(RTE_CACHE_LINE_SIZE) const struct template_set *templates;
	struct rte_mempool *pool;
	uint16_t ethdev;
	uint8_t number;
	bool takes_part;
	bool refused_last; /* the queue did not take its last burst whole */
	uint32_t flow;	   /* of the next frame */
	uint32_t pattern_at;
	uint64_t sequence;  /* of the next frame: as many were offered */
	uint64_t scheduled; /* frames that were due and are sent or given up */
	uint64_t put_off;   /* frames by which the stream is behind its pace for good */
	uint64_t refused;
	uint64_t missed;
};

struct transmit {
	struct side side;
	uint16_t key;
	uint16_t burst;
	uint16_t streams_count;
	uint8_t trial;
	uint64_t lag_cycles;
	uint64_t stall_cycles;
	double frames_per_cycle; /* of each stream; 0: no pace */
	uint64_t duration_cycles;
	uint64_t frames;     /* of each stream; 0: no limit */
	uint64_t lag_frames; /* of each stream */
	bool gives_up_none;
	uint64_t pushed_back;
	uint64_t no_buffers;
	struct transmit_stream streams[GENERATOR_STREAMS_MAX];
};

struct receive_stream {
	struct sequence sequence;
	uint16_t to;
	uint64_t misdelivered;
};

struct receive {
	struct side side;
	uint16_t ports[GENERATOR_PORTS_MAX];
	uint16_t ports_count;
	uint16_t vxlan_port;
	uint16_t key;
	uint16_t burst;
	uint16_t streams_count;
	uint8_t trial;
	bool is_on;
	uint64_t stall_cycles;
	uint64_t received; /* for the progress */
	uint64_t stale;
	uint64_t foreign;     /* since the start */
	uint64_t foreign_was; /* when the trial began */
	struct receive_stream streams[GENERATOR_STREAMS_MAX];
	struct histogram latency; /* in cycles */
};

struct generator {
	struct transmit transmit;
	struct receive receive;
	struct generator_config config;
	struct rte_rcu_qsbr *qsbr; /* threads report that they are in no driver */
	unsigned int trial;
	atomic_bool quit;
};

/* One turn of a side, by its thread. */
void transmit_poll(struct transmit *transmit);
void receive_poll(struct receive *receive);

/* A new order, if there is one: its number; else 0. By the side's thread. */
static inline unsigned int side_order(struct side *side)
{
	const unsigned int wanted = atomic_load_explicit(&side->wanted, memory_order_acquire);

	return wanted != atomic_load_explicit(&side->begun, memory_order_relaxed) ? wanted : 0;
}

/* The counters are reset before. */
void side_begin(struct side *side, unsigned int number);
void side_end(struct side *side);

/* Called in each turn: how long the thread was away. */
static inline void side_came_by(struct side *side, uint64_t now, uint64_t stall_cycles)
{
	const uint64_t away = now - side->last_tsc;

	side->last_tsc = now;
	if (unlikely(away > side->longest_stall_cycles))
		side->longest_stall_cycles = away;
	if (unlikely(away > stall_cycles))
		side->stalls++;
}

#endif
