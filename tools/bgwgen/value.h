/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_VALUE_H
#define BGWGEN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "frame.h"

/*
 * Values as they are written on the command line. All take the whole text or return false and leave
 * the value alone. Pure functions, any thread.
 */

/* 1000, 10k, 1.5M, 2G: decimal multiples; the number that it makes must be whole. */
bool value_count(const char *text, uint64_t *count);
/* The same, not necessarily whole. */
bool value_rate(const char *text, double *rate);
/* 10us, 500ms, 2s, 1.5s, 2m; a plain number counts seconds. */
bool value_duration(const char *text, uint64_t *ns);
/* 0.5% or 0.5: percent, 0 .. 100, as a ratio. */
bool value_percent(const char *text, double *ratio);
bool value_mac(const char *text, struct rte_ether_addr *mac);
bool value_ipv4(const char *text, rte_be32_t *address);
/* N or FIRST-LAST, both within min .. max. */
bool value_range(const char *text, uint32_t min, uint32_t max, struct frame_range *range);

/*
 * The next part of a list, which is cut out of *text in place; NULL: there is none. Parts are
 * separated by `separator`; an empty one is a part too.
 */
char *value_part(char **text, char separator);

#endif
