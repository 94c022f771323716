/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_TRIAL_H
#define BGWGEN_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "histogram.h"
#include "template.h"

/*
 * One trial: frames at one rate for some time, and what came of them. Every stream gets the same
 * share of the rate. Plain data.
 */
#define GENERATOR_PORTS_MAX   16
#define GENERATOR_STREAMS_MAX 32
#define GENERATOR_BURST_MAX   256

struct trial_stream {
	uint16_t from; /* index of the port that sends */
	uint16_t to;   /* and of the one that frames are expected on */
	const struct template_set *templates;
	struct rte_mempool *pool; /* buffers of this stream alone, zeroed; see generator.c */
};

struct trial_spec {
	double rate_pps;      /* of all streams together; 0: as fast as the ports take them */
	uint64_t duration_ns; /* of sending */
	uint64_t frames;      /* of each stream, after which it stops; 0: no limit */
	bool gives_up_none;   /* what is late is sent later, and so is what follows it */
	uint64_t drain_ns;    /* how long to wait for the last frames */
	uint64_t streams;     /* bit n: stream n takes part */
};

struct trial_stream_result {
	uint64_t offered;  /* frames that a tx queue took */
	uint64_t refused;  /* frames that a full tx queue kept back too long */
	uint64_t missed;   /* frames that were due while the generator did not run */
	uint64_t received; /* on the right port, each once */
	uint64_t duplicates;
	uint64_t out_of_order; /* overtaken by a later one of its flow */
	uint64_t late;	       /* too late to tell whether it is a duplicate */
	uint64_t misdelivered; /* on another port than the stream's: flooded, or sent astray */
};

/* Of one thread of the generator. */
struct trial_thread_result {
	double cpu_share;	   /* time on its CPU, of the trial's duration */
	uint64_t stalls;	   /* how often it was away for longer than stall_ns */
	uint64_t longest_stall_ns; /* the longest time that it was away */
};

struct trial_latency {
	uint64_t count;
	double min_ns, mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

struct trial_result {
	double duration_s; /* of sending, as it was */
	double intended_pps;
	double offered_pps;
	double received_pps;
	double offered_bps; /* on the wire, with preamble and gap: 20 bytes a frame */
	double loss_ratio;  /* of the frames that were offered */
	uint64_t intended;
	uint64_t lost;
	struct trial_stream_result total;
	struct trial_stream_result streams[GENERATOR_STREAMS_MAX];
	uint16_t streams_count;
	uint64_t foreign;     /* frames of others */
	uint64_t stale;	      /* of earlier trials of ours */
	uint64_t pushed_back; /* bursts that a tx queue did not take whole */
	uint64_t no_buffers;  /* bursts for which there were no buffers */
	struct trial_thread_result tx;
	struct trial_thread_result rx; /* equal to tx if one thread does both */
	struct trial_latency latency;
};

#endif
