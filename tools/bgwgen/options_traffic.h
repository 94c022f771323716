/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_OPTIONS_TRAFFIC_H
#define BGWGEN_OPTIONS_TRAFFIC_H

#include "options.h"

/*
 * Options with a syntax of their own. Each takes the text of its value, cuts it up, and returns 0,
 * or -EINVAL with a sentence.
 */
int options_read_port(struct options *options, char *text, char *why, size_t why_size);
int options_read_tags(struct options *options, char *text, char *why, size_t why_size);
int options_read_tunnel(struct options *options, char *text, char *why, size_t why_size);
int options_read_stream(struct options *options, char *text, char *why, size_t why_size);
int options_read_frames(struct options *options, char *text, char *why, size_t why_size);
int options_read_loads(struct options *options, char *text, char *why, size_t why_size);
int options_read_sweep(struct options *options, char *text, char *why, size_t why_size);
int options_read_values(struct options *options, char *text, char *why, size_t why_size);
int options_read_cores(struct options *options, char *text, char *why, size_t why_size);
int options_read_control_core(struct options *options, char *text, char *why, size_t why_size);

/* What follows from all options together: defaults that depend on others, and what does not fit. */
int options_complete(struct options *options, char *why, size_t why_size);

#endif
