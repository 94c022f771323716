/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_FDB_H
#define BGW_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include <bgw/dataplane.h>
#include <bgw/ref.h>

/*
 * The forwarding database: (domain, MAC) to ref. Control alone adds, changes and removes; workers
 * look up, and stamp the age of a source when the second changed.
 */

struct bgw_fdb_entry {
	uint16_t domain;
	struct rte_ether_addr mac;
	bgw_ref ref;	 /* with BGW_REF_STATIC and BGW_REF_FROZEN */
	uint16_t seen_s; /* of bgw_dataplane_now_s(), when a frame last came from it */
};

/*
 * Adds the entry, or changes the ref of the one that is there; seen now. -ENOSPC: the table is
 * full (or, very rarely, this address's place in it is).
 */
int bgw_fdb_put(struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac,
		bgw_ref ref);
/* -ENOENT */
int bgw_fdb_remove(struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac);
/* -ENOENT */
int bgw_fdb_get(const struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac,
		struct bgw_fdb_entry *entry);
uint32_t bgw_fdb_count(const struct bgw_dataplane *dp);

/*
 * Walks the table in slices: looks at `buckets` buckets from *cursor on, calls `visit` for each
 * entry, advances *cursor (start with 0) and returns true when the end was reached (and *cursor is
 * 0 again). `visit` may remove the entry it is given, or change it by bgw_fdb_put(). Entries added
 * meanwhile may be missed; entries may be seen twice if others are added between two slices.
 */
typedef void (*bgw_fdb_visit)(void *context, const struct bgw_fdb_entry *entry);
bool bgw_fdb_walk(struct bgw_dataplane *dp, uint32_t *cursor, uint32_t buckets, bgw_fdb_visit visit,
		  void *context);

#endif
