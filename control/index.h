/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_INDEX_H
#define BGW_CONTROL_INDEX_H

/**
 * The indexes by which the dataplane knows objects (bgw/dataplane.h), one pool for each kind. An
 * index that is given back rests until no forwarding entry names it and no worker can hold it any
 * more; only then may another object have it.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stdint.h>

struct bgw_dataplane;
struct fdb;
struct indexes;

enum index_kind {
	INDEX_ATTACHMENT,
	INDEX_CONNECTION,
	INDEX_DOMAIN,
	INDEX_PATH,
	INDEX_PEER,
	INDEX_NEIGHBOUR,
	INDEX_KIND_COUNT,
};

/** `limits`: highest index + 1 of each kind. NULL without memory. */
struct indexes *indexes_create(struct bgw_dataplane *dp, struct fdb *fdb,
			       const uint32_t limits[INDEX_KIND_COUNT]);
void indexes_destroy(struct indexes *indexes);

/** 1 and up; 0 while none is free: indexes that rest become free within milliseconds. */
uint32_t index_take(struct indexes *indexes, enum index_kind kind);

/** The object must have been cleared in the dataplane, and attachments, connections and domains
 * have been retired in the FDB (fdb.h). */
void index_give_back(struct indexes *indexes, enum index_kind kind, uint32_t index);

/** How many index_take() could hand out now. */
uint32_t index_free_count(const struct indexes *indexes, enum index_kind kind);

/**
 * Lets resting indexes go. To be called every few milliseconds, after fdb_tick().
 * @param flood_lists_current  no flood list that workers use mentions what was cleared
 */
void indexes_tick(struct indexes *indexes, bool flood_lists_current);

#endif
