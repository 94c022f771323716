/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/pool.h"

#include "l3/prefix.h"

uint8_t l3_link_length(const struct bgw_prefix *network)
{
	unsigned int bits = l3_family_bits(network->ip.family);

	if (network->length + 1u == bits)
		return network->length;
	return network->length + 2u <= bits ? (uint8_t)(bits - 2) : 0;
}

bool l3_pool_has(const struct l3_pool *pool, const struct bgw_prefix *subnet)
{
	for (uint32_t i = 0; i < pool->count; i++)
		if (l3_link_length(&pool->networks[i]) == subnet->length &&
		    l3_prefix_contains(&pool->networks[i], subnet))
			return true;
	return false;
}

bool l3_taken_has(const struct l3_taken *taken, const struct bgw_prefix *subnet)
{
	size_t low = 0, high = taken->count;

	/* The first that is not before it: that one may be inside, the one before it around it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l3_prefix_compare(&taken->subnets[middle], subnet) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (low < taken->count && l3_prefix_overlaps(&taken->subnets[low], subnet)) ||
	       (low > 0 && l3_prefix_overlaps(&taken->subnets[low - 1], subnet));
}

bool l3_pool_next(const struct l3_pool *pool, struct l3_cursor *cursor, struct bgw_prefix *subnet)
{
	for (; cursor->network < pool->count; cursor->network++, cursor->is_inside = false) {
		const struct bgw_prefix *network = &pool->networks[cursor->network];

		if (!cursor->is_inside) {
			cursor->subnet = *network;
			cursor->subnet.length = l3_link_length(network);
			if (cursor->subnet.length == 0)
				continue;
			cursor->is_inside = true;
		} else if (!l3_prefix_next(&cursor->subnet) ||
			   !l3_prefix_contains(network, &cursor->subnet)) {
			continue;
		}
		*subnet = cursor->subnet;
		return true;
	}
	return false;
}

static bool is_whole(const struct bgw_prefix *subnet)
{
	return subnet->length + 1u == l3_family_bits(subnet->ip.family);
}

struct bgw_address l3_link_assigned(const struct bgw_prefix *subnet)
{
	return l3_prefix_address(subnet, is_whole(subnet) ? 0 : 1);
}

struct bgw_address l3_link_free(const struct bgw_prefix *subnet)
{
	return l3_prefix_address(subnet, is_whole(subnet) ? 1 : 2);
}

bool l3_link_is_usable(const struct bgw_prefix *subnet, const struct bgw_address *address)
{
	struct bgw_address assigned = l3_link_assigned(subnet), free = l3_link_free(subnet);

	return bgw_address_equal(address, &assigned) || bgw_address_equal(address, &free);
}
