/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_UNDERLAY_STATE_H
#define BGW_CONTROL_UNDERLAY_STATE_H

/** What the files underlay*.c share. Nobody else includes this. */

#include "underlay.h"

#define UNDERLAY_BUCKETS 256u

#define UNDERLAY_DEBOUNCE_MS	 20u	/* of route changes, after the last one */
#define UNDERLAY_DEBOUNCE_MAX_MS 200u	/* but not longer than this after the first */
#define UNDERLAY_LOOKUP_SLICE	 64u	/* lookups at a time, some microseconds each */
#define UNDERLAY_LOOKUP_MS	 10000u /* again even without a change: Linux tells no learned MTU */
#define UNDERLAY_ASK_MS		 1000u	/* at most one question for a next hop in this time */
#define UNDERLAY_USE_MS		 15000u /* to confirm one that the kernel does not manage */
#define UNDERLAY_ORPHAN_MS	 60000u /* for what a killed process left in Linux */
#define UNDERLAY_MTU_LEARNED_MS	 600000u

struct underlay_link {
	struct netlink_link now;
	bool told; /* in the dump that runs */
	struct underlay_link *next;
};

struct underlay_local {
	struct netlink_address now;
	bool told;
	struct underlay_local *next;
};

/* A next hop that some path goes through, as Linux knows it. */
struct underlay_hop {
	struct underlay *underlay;
	struct netlink_neighbour now; /* state 0: Linux has no entry */
	uint32_t users;
	bool told;
	bool stale;   /* to be asked for at once */
	bool managed; /* the kernel confirms it by itself */
	uint64_t asked_ms;
	uint64_t ask_ms; /* when to ask next, UNDERLAY_NEVER */
	uint64_t since_ms;
	struct underlay_hop *next;
};

struct underlay_orphan {
	int ifindex;
	struct bgw_address ip;
	struct underlay_orphan *next;
};

struct underlay_static_neighbour {
	struct bgw_address ip;
	struct bgw_mac mac;
	uint16_t port;
	uint64_t since_ms;
	struct underlay_static_neighbour *next, *next_of_bucket;
};

struct underlay_static_address {
	struct bgw_prefix prefix;
	struct underlay_static_address *next;
};

struct underlay_watch {
	underlay_own_changed *changed;
	void *context;
	struct underlay_watch *next;
};

struct underlay_port_entry {
	struct underlay_port port;
	struct underlay_port_entry *next;
};

struct underlay_path {
	struct underlay *underlay;
	struct bgw_address remote, local;
	underlay_path_changed *changed;
	void *context;
	int lookup;		    /* 0, or what the lookup failed with */
	struct netlink_route route; /* its answer */
	struct underlay_hop *hop;   /* NULL: none is wanted */
	uint16_t learned_mtu_bytes; /* 0 none */
	uint64_t learned_until_ms;
	struct underlay_path_state state;
	struct underlay_path *previous, *next;
};

struct underlay {
	struct underlay_environment environment;
	struct bgw_address vtep;
	uint16_t udp_port;
	struct underlay_port_entry *ports;
	struct underlay_static_address *static_addresses;
	struct underlay_static_neighbour *static_neighbours;
	struct underlay_static_neighbour *static_by_ip[UNDERLAY_BUCKETS];
	struct underlay_link *links[UNDERLAY_BUCKETS];
	struct underlay_local *locals[UNDERLAY_BUCKETS];
	struct underlay_hop *hops[UNDERLAY_BUCKETS];
	struct bgw_address *own; /* sorted */
	size_t own_count;
	struct underlay_watch *watches;
	struct underlay_path *first, *last;
	struct underlay_path *visit;  /* next one of underlay_paths_resolve() */
	struct underlay_path *lookup; /* next one of the lookups that go on */
	uint64_t lookup_ms;	      /* when they begin again */
	uint64_t lookup_latest_ms;    /* for how long they may be put off; UNDERLAY_NEVER */
	uint64_t hop_ms;	      /* no hop is to be asked for before it */
	bool starting;		      /* the first dump is not over */
	struct underlay_orphan *orphans;
	uint64_t orphan_ms; /* when they go, unless a path has come to want them */
	uint64_t armed_ms;
};

static inline uint64_t underlay_now_ms(const struct underlay *underlay)
{
	return underlay->environment.now_ms(underlay->environment.context);
}

/* Makes sure that underlay_timer() comes at `at_ms` or before. */
void underlay_wake_at(struct underlay *underlay, uint64_t at_ms);

/* --- underlay_port.c --- */
const struct underlay_port *underlay_port_by_index(const struct underlay *underlay, uint16_t index);
const struct underlay_static_neighbour *underlay_static_neighbour_find(
	const struct underlay *underlay, const struct bgw_address *ip);
/* The port whose frames the netdev's are, NULL none. */
const struct underlay_port *underlay_port_of_link(const struct underlay *underlay,
						  const struct netlink_link *link);

/* --- underlay_address.c --- */
size_t underlay_address_bucket(const struct bgw_address *ip);
const struct netlink_link *underlay_link_find(const struct underlay *underlay, int ifindex);
void underlay_link_message(struct underlay *underlay, const struct netlink_message *message);
void underlay_address_message(struct underlay *underlay, const struct netlink_message *message);
void underlay_address_dump(struct underlay *underlay, enum netlink_kind kind, bool end);
void underlay_address_free(struct underlay *underlay);
/* NULL: Linux does not have it, or not yet (tentative). */
const struct netlink_address *underlay_local_find(const struct underlay *underlay,
						  const struct bgw_address *ip);
const struct underlay_static_address *underlay_static_find(const struct underlay *underlay,
							   const struct bgw_address *ip);

/* --- underlay_own.c --- */
/* Recomputes the own addresses and tells the watchers if they changed. */
void underlay_own_update(struct underlay *underlay);

/* --- underlay_neighbour.c --- */
/* One more user of a next hop; it is asked for. NULL without memory. */
struct underlay_hop *underlay_hop_acquire(struct underlay *underlay, int ifindex,
					  const struct bgw_address *ip);
/* With the last user, what we made Linux keep is given up. */
void underlay_hop_release(struct underlay_hop *hop);
bool underlay_hop_is_usable(const struct underlay_hop *hop);
void underlay_neighbour_message(struct underlay *underlay, const struct netlink_message *message);
void underlay_neighbour_dump(struct underlay *underlay, bool end);
/* Asks for those on the interface that are not usable, now that it may help. */
void underlay_hops_ask(struct underlay *underlay, int ifindex);
void underlay_orphans_remove(struct underlay *underlay);
/* Asks for those whose time has come. */
void underlay_hops_timer(struct underlay *underlay, uint64_t now_ms);

/* --- underlay_path.c --- */
/* Judges every path again by what is known; those that changed are told. */
void underlay_paths_resolve(struct underlay *underlay);
void underlay_paths_resolve_hop(struct underlay *underlay, const struct underlay_hop *hop);
/* Routes may have changed: looks up again soon. */
void underlay_paths_lookup_soon(struct underlay *underlay);
void underlay_paths_timer(struct underlay *underlay, uint64_t now_ms);

/* --- underlay_resolve.c --- */
/* What the state of the path is, by its last lookup and the tables. Also which hop it wants: the
 * interface, 0 for none. */
void underlay_resolve(const struct underlay_path *path, struct underlay_path_state *state);
int underlay_resolve_hop(const struct underlay_path *path, struct bgw_address *next_hop);

#endif
