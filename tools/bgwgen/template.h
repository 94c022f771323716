/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_TEMPLATE_H
#define BGWGEN_TEMPLATE_H

#include <stdint.h>

#include "frame.h"

/*
 * The frames of a stream, prepared: the headers of each flow in each size, in whole cache lines, so
 * that sending a frame is a copy of one or two lines and a signature.
 *
 * Sizes follow a pattern (one entry: all frames alike). Frame n is of flow n modulo flows, and of
 * size pattern[(n + n / flows) modulo pattern_length], so that each flow meets each size.
 */
#define TEMPLATE_SIZES_MAX   8
#define TEMPLATE_PATTERN_MAX 256
#define TEMPLATE_LINE_BYTES  64

/* Frame sizes and how often each occurs. */
struct template_mix {
	uint16_t sizes[TEMPLATE_SIZES_MAX];
	uint16_t weights[TEMPLATE_SIZES_MAX];
	uint16_t count;
};

struct template_set {
	uint8_t *lines; /* [flow][size][stride] */
	uint32_t flows;
	uint16_t stride; /* bytes of a template: a multiple of TEMPLATE_LINE_BYTES */
	uint16_t sizes;
	uint16_t signature_offset;		  /* the same in all */
	uint16_t frame_bytes[TEMPLATE_SIZES_MAX]; /* what DPDK sends */
	uint8_t pattern[TEMPLATE_PATTERN_MAX];	  /* indexes of sizes */
	uint16_t pattern_length;
	double mean_bytes;	/* of the sizes, as RFC 2544 counts them */
	double mean_wire_bytes; /* with a tunnel's headers and FCS */
};

/* Entries of the pattern, which has room for TEMPLATE_PATTERN_MAX. 0: there are no weights. */
uint32_t template_pattern_entries(const struct template_mix *mix);

/* -ENOMEM; -EINVAL: see frame_build(), or the weights add up to more than the pattern holds. */
int template_set_init(struct template_set *set, const struct frame_plan *plan,
		      const struct template_mix *mix, uint16_t key);
void template_set_free(struct template_set *set);

/* Where frame `sequence` is in the pattern. */
static inline uint32_t template_pattern_at(const struct template_set *set, uint64_t sequence)
{
	return (uint32_t)((sequence + sequence / set->flows) % set->pattern_length);
}

static inline const uint8_t *template_lines(const struct template_set *set, uint32_t flow,
					    uint32_t size)
{
	return set->lines + ((uint64_t)flow * set->sizes + size) * set->stride;
}

#endif
