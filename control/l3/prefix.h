/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_PREFIX_H
#define BGW_CONTROL_L3_PREFIX_H

/**
 * Sets of addresses: how prefixes lie to each other. Any thread; nothing allocates. Prefixes of
 * different families have nothing in common. But for l3_prefix_masked() all of them expect host
 * bits that are zero.
 */

#include <stdbool.h>

#include "values.h"

/** 32 or 128. */
unsigned int l3_family_bits(uint8_t family);

/** With its host bits cleared. */
struct bgw_prefix l3_prefix_masked(const struct bgw_prefix *prefix);

/** The host's own prefix, /32 or /128. */
struct bgw_prefix l3_prefix_of(const struct bgw_address *address);

bool l3_prefix_equal(const struct bgw_prefix *a, const struct bgw_prefix *b);
/** Whether all of `inner` is in `outer`; equal ones are. */
bool l3_prefix_contains(const struct bgw_prefix *outer, const struct bgw_prefix *inner);
bool l3_prefix_has(const struct bgw_prefix *prefix, const struct bgw_address *address);
/** Whether one contains the other. */
bool l3_prefix_overlaps(const struct bgw_prefix *a, const struct bgw_prefix *b);
/** By family, first address and length, for qsort(). */
int l3_prefix_compare(const void *a, const void *b);

/** Address number n of a prefix, from 0. */
struct bgw_address l3_prefix_address(const struct bgw_prefix *prefix, uint8_t n);

/** The next prefix of the same length. False after the last there is. */
bool l3_prefix_next(struct bgw_prefix *prefix);

/** Whether hosts can be there: no part of it is 0.0.0.0/8, loopback, link-local, multicast or
 * reserved, and it is not everything. */
bool l3_prefix_is_unicast(const struct bgw_prefix *prefix);

#endif
