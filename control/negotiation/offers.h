/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_OFFERS_H
#define BGW_CONTROL_NEGOTIATION_OFFERS_H

/**
 * What is offered for the connections of one remote gateway: ours from the model, the peer's from
 * its messages. Sorted by name.
 *
 * Control thread only.
 */

#include <stdbool.h>

#include "negotiator/agreement.h"

struct control;

/** Names are cut to this, NUL included, which no name of the API exceeds. */
#define OFFER_NAME_SIZE 256
#define OFFERS_MAX	65536

struct named_offer {
	char name[OFFER_NAME_SIZE];
	struct bgw_uuid connection; /**< ours */
	bool is_auto;		    /**< ours: takes what is agreed */
	bool is_ambiguous;	    /**< another has the name too */
	struct bgw_offer offer;
};

/** Zeroed at first. */
struct offers {
	struct named_offer *items;
	uint32_t count, room;
};

/** A new one at the end, zeroed. NULL: no memory, or too many. */
struct named_offer *offers_add(struct offers *offers);
/** Sorts, and finds out who is ambiguous. */
void offers_sort(struct offers *offers);
void offers_clear(struct offers *offers);
/** Changes whenever what is offered does. */
uint64_t offers_hash(const struct offers *offers);

/** Ours, sorted, for connections that are up. 0 or -ENOMEM. */
int offers_collect(const struct control *control, const struct bgw_uuid *remote_gateway,
		   struct offers *offers);

/** FNV-1a, from 0 on. */
uint64_t offers_hash_add(uint64_t hash, const void *bytes, size_t count);

#endif
