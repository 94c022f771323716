/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_SYNCED_H
#define BGW_CONTROL_NEGOTIATION_SYNCED_H

/**
 * The MACs that one peer has told of, by link: what it has learned on its access attachments. Kept
 * here whatever the forwarding database does with them, and put into it by a pass that goes on as
 * long as something is to be done, so that a connection which comes back has its MACs again.
 *
 * Control thread only.
 */

#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

struct fdb;
struct synced;

/** Where a link leads now. False: nowhere. */
typedef bool synced_where(void *arg, uint32_t link, uint16_t *domain, uint32_t *place);

/** Of at most so many MACs. NULL without memory. */
struct synced *synced_create(uint32_t capacity);
/** Takes them out of the database first. Accepts NULL. */
void synced_destroy(struct synced *synced, struct fdb *fdb);

/** Into the database too, if the link leads somewhere and there is room. What is not in the table
 * any more makes room. 0, or -ENOSPC. */
int synced_add(struct synced *synced, struct fdb *fdb, synced_where *where, void *arg,
	       uint32_t link, const struct rte_ether_addr *mac);
void synced_remove(struct synced *synced, struct fdb *fdb, uint32_t link,
		   const struct rte_ether_addr *mac);
/** Those that the pass has not forgotten yet among them. */
uint32_t synced_count(const struct synced *synced);

/** A whole table begins: what is not added until synced_end_table() is not in it. */
void synced_begin_table(struct synced *synced);
void synced_end_table(struct synced *synced);

/** Goes on with the pass: puts into the database what is missing there, and forgets what was not in
 * the table, for a slice of time at most. Whether there is more to forget, so that another one
 * should follow soon. */
bool synced_tick(struct synced *synced, struct fdb *fdb, synced_where *where, void *arg);

#endif
