/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_AGREEMENT_H
#define BGW_PROTO_NEGOTIATOR_AGREEMENT_H

/**
 * Protocol 2, tunnel: what two ends agree on for a connection, from the ordered lists of both. Both
 * come to the same result from the same lists, whoever is called "ours": of what both lists have,
 * it is that whose places in them add up to the least; of several such, that whose lower place is
 * the higher; of these, the smallest value.
 *
 * Pure; any thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "values.h"

#define BGW_OFFER_ITEMS_MAX 16

/** What one end offers for a connection, preferred first. */
struct bgw_offer {
	uint32_t encapsulations[BGW_OFFER_ITEMS_MAX]; /**< enum bgw_encap */
	uint32_t segmentation_ids[BGW_OFFER_ITEMS_MAX];
	struct bgw_address addresses[BGW_OFFER_ITEMS_MAX]; /**< its own */
	uint8_t encapsulation_count;
	uint8_t segmentation_id_count; /**< 0: takes the other's first */
	uint8_t address_count;
};

struct bgw_agreement {
	uint32_t encapsulation;
	uint32_t segmentation_id;
	struct bgw_address ours, theirs;
};

enum bgw_disagreement {
	BGW_AGREED,
	BGW_NO_ENCAPSULATION,	/**< in common */
	BGW_NO_SEGMENTATION_ID, /**< in common, or none at either end */
	BGW_NO_ADDRESSES,	/**< of one family */
};

enum bgw_disagreement bgw_tunnel_agree(const struct bgw_offer *ours, const struct bgw_offer *theirs,
				       struct bgw_agreement *agreement);

#endif
