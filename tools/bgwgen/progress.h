/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_PROGRESS_H
#define BGWGEN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generator.h"

/*
 * What is shown while it runs, on standard error: on a terminal a line that lives, anywhere else
 * plain lines; nothing if it is to be quiet. For the main thread.
 */
struct progress {
	bool is_quiet;
	bool is_terminal;
	char what[64]; /* what the trial that runs is for */
	uint64_t last_offered;
	uint64_t last_received;
	uint64_t last_ns;
};

void progress_open(struct progress *progress, bool is_quiet);
/* What follows is for this: "64 bytes, throughput". */
__attribute__((format(printf, 2, 3))) void progress_what(struct progress *progress,
							 const char *format, ...);
/* A line that stays. */
__attribute__((format(printf, 2, 3))) void progress_say(struct progress *progress,
							const char *format, ...);
/* A trial began; then, some times a second. */
void progress_trial(struct progress *progress);
void progress_live(struct progress *progress, const struct generator_progress *now,
		   double rate_pps);

/* 1234567 as "1.23 M": three digits and a prefix. */
const char *si_print(char *text, size_t size, double value);

#endif
