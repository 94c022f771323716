/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_POOL_H
#define BGW_CONTROL_L3_POOL_H

/**
 * The subnets that links between routers may have. A pool is the configured networks; it is cut
 * into subnets of four addresses (/30, IPv6 /126) where somebody asks, never in memory, so that
 * it may be a /8. A network of two addresses (/31, RFC 3021; /127, RFC 6164) is one subnet, whole.
 *
 * What is in use is not the pool's to know: it is given as a sorted list with each question. Any
 * thread; nothing allocates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "values.h"

struct l3_pool {
	const struct bgw_prefix *networks; /**< host bits zero, none overlaps another */
	uint32_t count;
};

/** Subnets in use, sorted by l3_prefix_compare(); none overlaps another. */
struct l3_taken {
	const struct bgw_prefix *subnets;
	size_t count;
};

/** Length of the subnets that a network of a pool is cut into: 30 or 31, 126 or 127. 0 when it is
 * too small for any. */
uint8_t l3_link_length(const struct bgw_prefix *network);

/** Whether a prefix is one of the pool's subnets, as they are cut. */
bool l3_pool_has(const struct l3_pool *pool, const struct bgw_prefix *subnet);

/** Whether it overlaps one that is in use. */
bool l3_taken_has(const struct l3_taken *taken, const struct bgw_prefix *subnet);

/** Where a walk over a pool is; starts all zero. */
struct l3_cursor {
	uint32_t network;
	bool is_inside;
	struct bgw_prefix subnet;
};

/** The next subnet in the order of the networks, ascending within each, in use or not. False at the
 * end. */
bool l3_pool_next(const struct l3_pool *pool, struct l3_cursor *cursor, struct bgw_prefix *subnet);

/** The two ends of a link: the responder has the first usable address, the initiator the last. */
struct bgw_address l3_link_assigned(const struct bgw_prefix *subnet);
struct bgw_address l3_link_free(const struct bgw_prefix *subnet);
/** Whether an end can have the address: in the subnet, and neither its network nor its broadcast
 * address where it has these. */
bool l3_link_is_usable(const struct bgw_prefix *subnet, const struct bgw_address *address);

#endif
