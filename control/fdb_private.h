/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_FDB_PRIVATE_H
#define BGW_CONTROL_FDB_PRIVATE_H

/** What the files of the FDB's keeper share: fdb.c (objects and learning), fdb_static.c (static
 * entries), fdb_pass.c (ageing, flushing, draining). */

#include "fdb.h"
#include "fdb_moves.h"

/** An attachment or a connection. */
struct fdb_place {
	uint32_t learned;
	uint32_t limit; /**< 0: none */
	uint16_t port;	/**< FDB_PORT_NONE for connections */
	bool in_use;
	bool retired;
	bool refuses; /**< as published */
};

struct fdb_domain {
	uint32_t learned;
	uint32_t limit;
	uint16_t ageing_s;
	bool in_use;
	bool retired;
	bool reported; /**< its limit, less than a minute ago */
};

struct fdb_static {
	uint16_t domain;
	struct rte_ether_addr mac;
	bgw_ref place;
};

#define FDB_FLUSHES_MAX 32

struct fdb_flush {
	struct fdb_selection selection;
	uint64_t pass; /**< the one that ends it */
};

struct fdb {
	struct bgw_dataplane *dp;
	struct bgw_limits limits;
	struct fdb_operations operations;
	void *arg;
	struct fdb_domain *domains;
	struct fdb_place *attachments;
	struct fdb_place *connections;
	struct fdb_moves *moves;
	struct fdb_counters counters;
	bool events_drained;
	bool refusals_wait; /**< the dataplane could not take one: look for it again */
	bool table_full_reported;
	uint64_t swept_s, reported_s;

	/* passes */
	bool pass_on;
	uint32_t cursor;
	uint64_t pass;		 /**< the last that began */
	uint64_t pass_requested; /**< the last that somebody waits for */
	uint64_t pass_ended_ns;
	struct fdb_flush flushes[FDB_FLUSHES_MAX];
	unsigned int flush_count;

	/* static entries that found no place in the table yet */
	struct fdb_static *waiting;
	uint32_t waiting_count, waiting_room;
	uint32_t evict_cursor;
};

/** NULL when the place was never set. */
struct fdb_place *fdb_place_of(const struct fdb *fdb, bgw_ref ref);

/** Takes a learned entry out of the table and the counts. */
void fdb_entry_remove(struct fdb *fdb, const struct bgw_fdb_entry *entry);
/** Out of the counts alone: it becomes static. */
void fdb_entry_uncount(struct fdb *fdb, const struct bgw_fdb_entry *entry);

/** A learned entry at that place came or went. */
void fdb_tell_local(struct fdb *fdb, uint16_t domain, bgw_ref place,
		    const struct rte_ether_addr *mac);

void fdb_statics_retry(struct fdb *fdb);
void fdb_pass_tick(struct fdb *fdb, uint64_t now_ns, uint64_t deadline_ns);

#endif
