/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_FDB_MOVES_H
#define BGW_CONTROL_FDB_MOVES_H

/**
 * What the FDB's keeper remembers of MACs that moved: nothing of the others. Fixed memory; when a
 * set is full, the MAC that has not moved for longest is forgotten, but never a frozen one.
 *
 * Control thread only. Times are seconds on any clock that does not go back.
 */

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

struct fdb_moves;

/** NULL without memory. */
struct fdb_moves *fdb_moves_create(void);
void fdb_moves_destroy(struct fdb_moves *moves);

/** Another move of the MAC. True if it is the one too many: it is frozen from now on. */
bool fdb_moves_add(struct fdb_moves *moves, uint16_t domain, const struct rte_ether_addr *mac,
		   uint32_t now_s);
void fdb_moves_forget(struct fdb_moves *moves, uint16_t domain, const struct rte_ether_addr *mac);
void fdb_moves_forget_domain(struct fdb_moves *moves, uint16_t domain);

/** Forgets what moved too long ago, and calls back for each that has been frozen long enough. */
typedef void fdb_moves_thawed(void *arg, uint16_t domain, const struct rte_ether_addr *mac);
void fdb_moves_sweep(struct fdb_moves *moves, uint32_t now_s, fdb_moves_thawed *thawed, void *arg);

#endif
