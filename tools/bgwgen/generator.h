/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_GENERATOR_H
#define BGWGEN_GENERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "trial.h"

/*
 * The threads that send and receive, and trials on them. One lcore does both in turn, or of two one
 * sends and one receives. Between trials they go on receiving, so that no ring stands full.
 *
 * All functions are for the main thread. What a trial counted belongs to the threads while it runs;
 * generator_trial() gives the caller its own copy.
 */
struct generator;

struct generator_config {
	uint16_t ports[GENERATOR_PORTS_MAX]; /* DPDK's port ids, started */
	uint16_t ports_count;
	uint16_t vxlan_port;   /* on which tunnels are recognised */
	uint16_t key;	       /* of signatures */
	uint16_t burst;	       /* frames, at most GENERATOR_BURST_MAX */
	uint64_t lag_ns;       /* a frame that could not be sent for so long is not sent any more */
	uint64_t stall_ns;     /* a thread that was away for so long stalled */
	unsigned int tx_lcore; /* the same: one thread does both */
	unsigned int rx_lcore;
};

/* What the trial that runs has counted so far. */
struct generator_progress {
	uint64_t offered;
	uint64_t received;
	uint64_t elapsed_ns;
	bool is_sent; /* all of it: what has not come back yet is waited for */
};

/* Launches the threads. NULL with errno. */
struct generator *generator_create(const struct generator_config *config);
/* Ends the threads. */
void generator_free(struct generator *generator);

/*
 * Replaces the streams: no trial runs. Templates stay the caller's and must outlive their use.
 * -ENOMEM, -EINVAL: too many.
 */
int generator_streams_set(struct generator *generator, const struct trial_stream *streams,
			  uint16_t count);

/*
 * Runs one trial to its end: sends, then waits until all came back or `drain_ns` have passed.
 * `watch` is called some times a second and ends the trial by returning false. -EINVAL: more frames
 * than a sequence can count; -EINTR: ended by `watch`.
 */
int generator_trial(struct generator *generator, const struct trial_spec *spec,
		    struct trial_result *result,
		    bool (*watch)(void *context, const struct generator_progress *progress),
		    void *context);

#endif
