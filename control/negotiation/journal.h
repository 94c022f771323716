/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_JOURNAL_H
#define BGW_CONTROL_NEGOTIATION_JOURNAL_H

/**
 * Which MACs on access attachments came or went lately: a ring of the last changes, numbered
 * from 1. What became of a MAC is not kept; the forwarding database knows it. So a peer that has
 * the table up to a change needs the MACs of the changes since, as they are now.
 *
 * Control thread only.
 */

#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

#define JOURNAL_CHANGES (1u << 17)

struct journal_change {
	uint16_t domain;
	struct rte_ether_addr mac;
};

struct journal {
	uint64_t epoch;	   /**< other at each start, never 0 */
	uint64_t sequence; /**< of the last change; 0: none was */
	struct journal_change changes[JOURNAL_CHANGES];
};

/** NULL without memory. */
struct journal *journal_create(void);
void journal_destroy(struct journal *journal);

/** Accepts NULL. */
void journal_add(struct journal *journal, uint16_t domain, const struct rte_ether_addr *mac);

/** Whether all changes after that one are still there. */
bool journal_covers(const struct journal *journal, uint64_t epoch, uint64_t sequence);
/** A change that is there. */
const struct journal_change *journal_at(const struct journal *journal, uint64_t sequence);

#endif
