/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_RESULT_H
#define BGWGEN_RESULT_H

#include <stdint.h>

#include "options.h"
#include "trial.h"

/* What was measured, in the order in which it was. For the main thread. */
enum result_kind {
	RESULT_THROUGHPUT,   /* RFC 2544 section 26.1 */
	RESULT_LATENCY,	     /* 26.2 */
	RESULT_LOSS,	     /* 26.3: a point of the curve */
	RESULT_BACK_TO_BACK, /* 26.4, RFC 9004 */
	RESULT_NDR,	     /* no drop rate */
	RESULT_PDR,	     /* partial drop rate */
	RESULT_SWEEP,
	RESULT_RUN,
	RESULT_KINDS,
};

/* Why a rate is not higher. */
enum result_limit {
	LIMIT_NONE,	 /* nothing was searched, and what was intended was offered */
	LIMIT_DEVICE,	 /* a higher rate lost frames */
	LIMIT_PORT,	 /* the port did not take more: a virtual device's peer, or a NIC */
	LIMIT_GENERATOR, /* the generator could not offer more */
	LIMIT_LINE,	 /* the line rate */
	LIMIT_OPTION,	 /* --max-rate, --burst-duration */
	LIMIT_KINDS,
};

struct result {
	enum result_kind kind;
	enum result_limit limit;
	char frame[32];	      /* size or name of the mix */
	double frame_bytes;   /* mean, with FCS */
	double rate_pps;      /* what was found, or the load of the trial */
	double load_ratio;    /* of the throughput (latency) or of the highest rate (loss); or 0 */
	double max_rate_pps;  /* the highest that was to be tried */
	double line_rate_pps; /* 0: the ports have none */
	double loss_tolerance;
	uint64_t burst_frames; /* back-to-back */
	double burst_ns;
	uint32_t sweep_value;
	double learnt_ratio; /* sweep: frames that no third port got; -1: there is none to tell */
	uint32_t trials;
	uint32_t retries;	   /* of them, repeated since the generator stalled */
	struct trial_result trial; /* the one that the figures are of */
};

struct learning_result {
	uint64_t frames; /* of the last round */
	uint64_t lost;
	double duration_s;
};

struct results {
	struct result *list;
	uint32_t count;
	uint32_t room;
	struct learning_result learning; /* the worst */
	double generator_max_pps;	 /* the highest rate that it offered */
	bool is_interrupted;
};

const char *result_kind_name(enum result_kind kind);
const char *result_limit_name(enum result_limit limit);
/* One sentence: what the limit means. */
const char *result_limit_words(enum result_limit limit);

/* Of the intended frames of the trial, those that did not come through: lost or not even offered.
 */
double result_undelivered_ratio(const struct result *result);

/* Copies it. -ENOMEM. */
int results_add(struct results *results, const struct result *result);
void results_free(struct results *results);

/*
 * What a reader must know to trust the figures: calls `say` with a sentence for each.
 */
void results_caveats(const struct results *results, const struct options *options,
		     void (*say)(void *context, const char *sentence), void *context);

#endif
