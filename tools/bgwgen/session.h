/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_SESSION_H
#define BGWGEN_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "generator.h"
#include "options.h"
#include "port.h"
#include "progress.h"
#include "result.h"

/* A run of bgwgen: ports, threads, the traffic that is set up now. For the main thread. */
struct session {
	const struct options *options;
	struct ports ports;
	struct generator *generator;
	struct progress progress;
	struct results results;
	uint16_t key;
	struct template_set templates[GENERATOR_STREAMS_MAX];
	struct trial_stream
		streams[GENERATOR_STREAMS_MAX]; /* 2 n: forth of pair n, 2 n + 1: back */
	uint16_t streams_count;
	uint64_t measured_streams; /* bits of those that are measured; the others only teach */
	const struct frames_options *frames;
	double line_rate_pps; /* of the traffic that is set up; 0: the ports have no line rate */
	double learned_s;     /* when; of the monotonic clock */
	volatile sig_atomic_t *interrupted;
};

/* A trial and how it came to be judged. */
struct attempt {
	struct trial_result trial;
	bool passed;
	double shortfall; /* part of the intended frames that was not offered */
	uint32_t trials;  /* that were made, retries too */
	uint32_t retries;
};

/* 0, or -errno with a sentence. Nothing is left on an error. */
int session_open(struct session *session, const struct options *options,
		 volatile sig_atomic_t *interrupted, char *why, size_t why_size);
void session_close(struct session *session);

/*
 * Sets up traffic of these frames, with the sweep's value (0: none) in place of what it sweeps, and
 * teaches the device all MACs. -EINTR: ended by a signal; else -errno with a sentence.
 */
int session_traffic(struct session *session, const struct frames_options *frames,
		    uint32_t sweep_value, char *why, size_t why_size);

/*
 * Trials at `rate_pps` (0: as fast as the ports take), as many as options say, of which the worst
 * is given. A trial that failed while the generator stalled is repeated. -EINTR; -EIO: a port took
 * no more of `frames`; -EINVAL: too many frames for one trial.
 */
int session_attempt(struct session *session, double rate_pps, uint64_t duration_ns, uint64_t frames,
		    double loss_tolerance, struct attempt *attempt);

/* Searches begin above what was offered: the measurement of the maximum is a short one. */
#define SESSION_MAX_MARGIN 1.05
/*
 * The highest rate to try with this traffic: what the generator can offer, or less by line rate and
 * options. -EINTR.
 */
int session_max_rate(struct session *session, double *rate_pps, enum result_limit *limit);

#endif
