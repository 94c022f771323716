/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef DATAPLANE_H
#define DATAPLANE_H

#include <stdatomic.h>

#include <rte_rcu_qsbr.h>

#include <bgw/dataplane.h>

#include "table/exact_match.h"
#include "table/retire.h"

/*
 * What control publishes and workers read. Arrays are indexed as the bgw/ headers say; an empty
 * place is NULL or 0. Workers only read, but for age stamps and meters.
 */

union connection;
struct attachment;
struct domain;
struct neighbour;
struct own_addresses;
struct negotiation_peer;
struct negotiation_session;
struct path;
struct worker;

/* Attachments of a port that need no look at a tag. Indexes, 0: none. */
struct port_attachments {
	uint32_t whole_port;
	uint32_t untagged;
};

struct bgw_dataplane {
	struct em_table fdb;		 /* fdb_key() to ref */
	struct em_table tags;		 /* tags_key() to attachment */
	struct em_table peers;		 /* outer_ipv4.addresses to peer_value */
	struct em_table connection_keys; /* connection_key() to connection */
	struct em_table neighbour_keys;	 /* neighbour_key() to neighbour */
	struct attachment **attachments;
	union connection *connections;
	struct domain **domains;
	struct path **paths;
	struct neighbour **neighbours;
	/* Next packet's earliest time in cycles: by attachment and class, by connection. */
	_Atomic uint64_t (*storm_meters)[3];
	_Atomic uint64_t *signal_meters;
	_Atomic uint64_t *hello_meters; /* by peer */
	struct negotiation_peer **negotiation_peers;
	struct own_addresses *own_addresses;
	struct port_attachments port_attachments[BGW_MAX_PORTS];
	uint16_t vxlan_port;	       /* host order */
	uint16_t now_s;		       /* coarse clock of age stamps */
	uint16_t negotiation_port;     /* host order, 0: none */
	uint64_t ns_per_cycle_q32;     /* in 2^-32 ns */
	uint64_t negotiation_clock_ns; /* stopped there by a test, 0: it runs */

	/* control's alone */
	struct bgw_limits limits;
	struct rte_rcu_qsbr *qsbr;
	struct retire_queue retired;
	/* Keys of peers and connections by index, so that these can be cleared. */
	uint64_t *key_of_peer;
	uint64_t *key_of_connection;
	struct negotiation_session **negotiation_sessions; /* by peer, the one started last */
	uint64_t start_cycles;
	bool clock_is_set; /* by a test: bgw_dataplane_poll() leaves now_s alone */
	bool workers_run;
	struct worker *workers[BGW_MAX_WORKERS];
};

/* Stops the coarse clock at `now_s`: for tests. */
void dataplane_clock_set(struct bgw_dataplane *dp, uint16_t now_s);

/* Puts `object` (or NULL) at `place` and retires what was there, which `release` frees. */
#define dataplane_publish_with(dp, place, object, release)             \
	do {                                                           \
		void *old_object = *(place);                           \
		__atomic_store_n((place), (object), __ATOMIC_RELEASE); \
		retire_queue_add(&(dp)->retired, old_object, release); \
	} while (0)
/* The same of what object_alloc() gave. */
#define dataplane_publish(dp, place, object) \
	dataplane_publish_with(dp, place, object, published_free)

/* Zeroed, aligned to a cache line; NULL and ENOMEM. */
void *object_alloc(size_t size_bytes);
void published_free(void *object);

#endif
