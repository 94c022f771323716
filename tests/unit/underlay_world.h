/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_UNDERLAY_WORLD_H
#define UNIT_UNDERLAY_WORLD_H

/**
 * A Linux that a test can turn as it likes, under an underlay that takes it for real: what
 * route_get() and neighbour_get() answer, what was asked of it, and a clock that moves only when
 * told. Netdev 3 is "e0" with 10.1.0.1/24 and belongs to port 5, "wan0".
 */

#include "underlay.h"

#define WORLD_NEIGHBOURS 8
#define WORLD_E0	 3
#define WORLD_REMOTE	 "192.0.2.9"
#define WORLD_HOP	 "10.1.0.254" /* the next hop to everything */
#define WORLD_MAC_A	 "02:00:00:00:00:aa"
#define WORLD_MAC_B	 "02:00:00:00:00:bb"

struct world {
	struct underlay *underlay;
	uint64_t now_ms;
	uint64_t timer_ms; /* when underlay_timer() is due, UNDERLAY_NEVER */
	/* What the kernel answers. */
	int route_rc;
	struct netlink_route route;
	bool manages; /* the kernel has managed neighbours */
	struct netlink_neighbour neighbours[WORLD_NEIGHBOURS]; /* ifindex 0: free */
	/* What it was asked. */
	unsigned int lookups, managed, used, deleted;
	struct bgw_address looked_up_from;
	/* What the watchers were told. */
	unsigned int changes, own_changes;
	struct underlay_path_state last;
};

/** With e0 up, its address, and a route to everything by WORLD_HOP. */
void world_make(struct world *world);
/** The first dump of neighbours: those that the kernel has. */
void world_start(struct world *world);
/** Every path must have been removed. */
void world_end(struct world *world);

/** The two above, and the last, for a test that has the world as its state. */
int world_setup(void **state);
int world_teardown(void **state);

/** Moves the clock to `now_ms` later, with every timer on the way. */
void world_pass(struct world *world, uint64_t ms);

struct bgw_address world_ip(const char *text);
struct bgw_mac world_mac(const char *text);
void world_assert_mac(const struct bgw_mac *mac, const char *text);

/** A path from 10.1.0.1 to `remote`, watched by the world. */
struct underlay_path *world_path(struct world *world, const char *remote);
/** A path to WORLD_REMOTE that is up by the next hop, whose MAC is WORLD_MAC_A. */
struct underlay_path *world_path_up(struct world *world);

/* What the kernel does of itself: it changes, and says so. */
void world_link(struct world *world, int ifindex, const char *name, bool admin_up, bool carrier);
void world_vlan(struct world *world, int ifindex, const char *name, int parent, uint16_t vlan);
void world_link_remove(struct world *world, int ifindex);
void world_address(struct world *world, int ifindex, const char *prefix, bool there);
/** state 0: the entry is removed. Keeps "managed" and who made it. */
void world_neighbour(struct world *world, const char *ip, uint16_t state, const char *mac);
void world_route_event(struct world *world);

struct netlink_neighbour *world_neighbour_find(struct world *world, const struct bgw_address *ip);

#endif
