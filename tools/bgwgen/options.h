/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_OPTIONS_H
#define BGWGEN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "template.h"
#include "trial.h"

/* What was asked for on the command line. For the main thread. */

#define OPTIONS_LOADS_MAX  16
#define OPTIONS_FRAMES_MAX 16
#define OPTIONS_VALUES_MAX 16
#define OPTIONS_PAIRS_MAX  (GENERATOR_STREAMS_MAX / 2)
#define OPTIONS_FLOWS_MAX  4194304u
#define OPTIONS_NAME_SIZE  32

enum command {
	COMMAND_RFC2544,
	COMMAND_THROUGHPUT,
	COMMAND_LOSS,
	COMMAND_LATENCY,
	COMMAND_BACK_TO_BACK,
	COMMAND_NDR_PDR,
	COMMAND_SWEEP,
	COMMAND_RUN,
	COMMAND_COUNT,
};

struct command_row {
	const char *name;
	const char *help;
};

extern const struct command_row command_rows[COMMAND_COUNT];

enum sweep_of {
	SWEEP_MACS,
	SWEEP_FLOWS,
	SWEEP_IDS,
};

struct port_options {
	char name[OPTIONS_NAME_SIZE];
	char device[512]; /* vdev name with arguments, or a PCI address */
	struct frame_tags tags;
	struct frame_tunnel tunnel;
};

/* Traffic between two ports. */
struct pair_options {
	uint16_t from;
	uint16_t to;
	bool both;	    /* ways */
	uint32_t flows;	    /* 0: as many as needed for all MACs */
	uint32_t near_macs; /* behind `from` */
	uint32_t far_macs;  /* behind `to` */
};

/* What is measured one after the other: a size, or a mix of sizes. */
struct frames_options {
	char label[32];
	struct template_mix mix;
	bool may_grow; /* one of a named list: a size without room for a signature is raised */
};

struct options {
	enum command command;
	struct port_options ports[GENERATOR_PORTS_MAX];
	uint16_t ports_count;
	struct pair_options pairs[OPTIONS_PAIRS_MAX];
	uint16_t pairs_count;
	struct frames_options frames[OPTIONS_FRAMES_MAX];
	uint16_t frames_count;
	uint64_t ip_version;

	uint64_t duration_ns;
	uint64_t warm_up_ns;
	uint64_t drain_ns;
	uint64_t trials;
	uint64_t retries;
	double resolution; /* ratios */
	double loss_tolerance;
	double offered_tolerance;
	double partial_drop;
	double step;
	double loads[OPTIONS_LOADS_MAX];
	uint16_t loads_count;
	double rate_pps;     /* 0: not given */
	double max_rate_pps; /* 0: not given */
	double line_rate_bps;
	double learn_rate_pps;
	bool no_learning;
	enum sweep_of sweep_of;
	uint32_t sweep_values[OPTIONS_VALUES_MAX];
	uint16_t sweep_values_count;
	uint64_t burst_duration_ns;

	unsigned int cores[2];
	uint16_t cores_count;
	unsigned int control_core;
	bool has_control_core;
	bool hugepages;
	uint64_t memory_mbytes; /* 0: as needed */
	uint64_t burst;
	uint64_t lag_ns;
	uint64_t link_wait_ns;

	const char *json;
	const char *html;
	const char *title;
	bool quiet;
	bool help;
	bool version;
};

/*
 * Reads the command line. 0; or -EINVAL with a sentence in `why` that names the option and says
 * what would be right. Texts are those of argv.
 */
int options_parse(struct options *options, int argc, char **argv, char *why, size_t why_size);
void options_help(FILE *out);

/* How a pair's frames are built: near to far, or the reverse. */
void options_plan(const struct options *options, uint16_t pair, bool reverse,
		  struct frame_plan *plan);

#endif
