/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/agreement.h"

#include <stdbool.h>
#include <string.h>

/* How well a pair of places suits both; less is better. */
static uint32_t cost(uint32_t place, uint32_t other)
{
	return (place + other) * 256 + (place > other ? place : other);
}

static bool agree_number(const uint32_t *ours, uint32_t our_count, const uint32_t *theirs,
			 uint32_t their_count, uint32_t *agreed)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < our_count; i++)
		for (uint32_t j = 0; j < their_count; j++) {
			if (ours[i] != theirs[j] || cost(i, j) > best ||
			    (cost(i, j) == best && ours[i] >= *agreed))
				continue;
			best = cost(i, j);
			*agreed = ours[i];
		}
	return best != UINT32_MAX;
}

static bool agree_segmentation_id(const struct bgw_offer *ours, const struct bgw_offer *theirs,
				  uint32_t *agreed)
{
	if (ours->segmentation_id_count > 0 && theirs->segmentation_id_count > 0)
		return agree_number(ours->segmentation_ids, ours->segmentation_id_count,
				    theirs->segmentation_ids, theirs->segmentation_id_count,
				    agreed);
	if (ours->segmentation_id_count == 0 && theirs->segmentation_id_count == 0)
		return false;
	*agreed = ours->segmentation_id_count > 0 ? ours->segmentation_ids[0]
						  : theirs->segmentation_ids[0];
	return true;
}

/* The same for (a, b) and (b, a). */
static int compare_pairs(const struct bgw_address *a, const struct bgw_address *b,
			 const struct bgw_address *c, const struct bgw_address *d)
{
	const struct bgw_address *low[2] = {a, c}, *high[2] = {b, d};

	for (int i = 0; i < 2; i++)
		if (memcmp(low[i], high[i], sizeof(*low[i])) > 0) {
			const struct bgw_address *swapped = low[i];

			low[i] = high[i];
			high[i] = swapped;
		}
	if (memcmp(low[0], low[1], sizeof(*low[0])) != 0)
		return memcmp(low[0], low[1], sizeof(*low[0]));
	return memcmp(high[0], high[1], sizeof(*high[0]));
}

static bool agree_addresses(const struct bgw_offer *ours, const struct bgw_offer *theirs,
			    struct bgw_agreement *agreement)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < ours->address_count; i++)
		for (uint32_t j = 0; j < theirs->address_count; j++) {
			const struct bgw_address *a = &ours->addresses[i];
			const struct bgw_address *b = &theirs->addresses[j];

			if (a->family != b->family || cost(i, j) > best ||
			    (cost(i, j) == best &&
			     compare_pairs(a, b, &agreement->ours, &agreement->theirs) >= 0))
				continue;
			best = cost(i, j);
			agreement->ours = *a;
			agreement->theirs = *b;
		}
	return best != UINT32_MAX;
}

enum bgw_disagreement bgw_tunnel_agree(const struct bgw_offer *ours, const struct bgw_offer *theirs,
				       struct bgw_agreement *agreement)
{
	if (!agree_number(ours->encapsulations, ours->encapsulation_count, theirs->encapsulations,
			  theirs->encapsulation_count, &agreement->encapsulation))
		return BGW_NO_ENCAPSULATION;
	if (!agree_segmentation_id(ours, theirs, &agreement->segmentation_id))
		return BGW_NO_SEGMENTATION_ID;
	return agree_addresses(ours, theirs, agreement) ? BGW_AGREED : BGW_NO_ADDRESSES;
}
