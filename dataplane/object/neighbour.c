/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "object/bridge.h"

int bgw_neighbour_set(struct bgw_dataplane *dp, uint32_t index,
		      const struct bgw_neighbour_spec *spec)
{
	struct neighbour *neighbour;
	struct em_slot slot;
	uint64_t key;
	int status;

	if (index == 0 || index >= dp->limits.neighbours || spec->domain == 0 ||
	    (spec->ip.family != 4 && spec->ip.family != 6))
		return -EINVAL;
	key = neighbour_key(&dp->neighbour_keys, spec->domain, &spec->ip);
	slot = em_find(&dp->neighbour_keys, key);
	if (slot.bucket && em_value(slot) != index)
		return -EEXIST;
	neighbour = object_alloc(sizeof(*neighbour));
	if (!neighbour)
		return -ENOMEM;
	neighbour->key = key;
	neighbour->spec = *spec;
	status = em_put(&dp->neighbour_keys, key, index, 0);
	if (status != 0) {
		published_free(neighbour);
		return status;
	}
	if (dp->neighbours[index] && dp->neighbours[index]->key != key)
		em_remove(&dp->neighbour_keys, dp->neighbours[index]->key);
	dataplane_publish(dp, &dp->neighbours[index], neighbour);
	return 0;
}

int bgw_neighbour_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.neighbours || !dp->neighbours[index])
		return -ENOENT;
	em_remove(&dp->neighbour_keys, dp->neighbours[index]->key);
	dataplane_publish(dp, &dp->neighbours[index], NULL);
	return 0;
}
