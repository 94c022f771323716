/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "object/tunnel.h"

static bool spec_is_valid(const struct bgw_dataplane *dp, const struct bgw_connection_spec *spec)
{
	return spec->domain != 0 && spec->domain < dp->limits.domains && spec->path != 0 &&
	       spec->path < dp->limits.paths && spec->peer != 0 && spec->peer < dp->limits.peers &&
	       (uint32_t)spec->encap < BGW_ENCAP_COUNT &&
	       (spec->keyless || (spec->segmentation_id >= bgw_encap_key_min(spec->encap) &&
				  spec->segmentation_id <= bgw_encap_key_max(spec->encap)));
}

int bgw_connection_set(struct bgw_dataplane *dp, uint32_t index,
		       const struct bgw_connection_spec *spec)
{
	const union connection connection = {
		.domain = spec->domain,
		.segmentation_id = spec->segmentation_id & 0xffffff,
		.path = spec->path & ((1u << CONNECTION_PATH_BITS) - 1),
		.admin_up = spec->admin_up,
		.mtu_signal = spec->mtu_signal,
	};
	struct em_slot slot;
	uint64_t old_key;
	uint64_t key;
	int status;

	if (index == 0 || index >= dp->limits.connections || !spec_is_valid(dp, spec))
		return -EINVAL;
	key = connection_key(spec->peer, spec->encap,
			     spec->keyless ? KEYLESS : spec->segmentation_id);
	slot = em_find(&dp->connection_keys, key);
	if (slot.bucket && em_value(slot) != index)
		return -EEXIST;
	status = em_put(&dp->connection_keys, key, index, 0);
	if (status != 0)
		return status;
	old_key = dp->key_of_connection[index];
	if (old_key != 0 && old_key != key)
		em_remove(&dp->connection_keys, old_key);
	dp->key_of_connection[index] = key;
	__atomic_store_n(&dp->connections[index].word, connection.word, __ATOMIC_RELEASE);
	return 0;
}

int bgw_connection_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.connections || dp->key_of_connection[index] == 0)
		return -ENOENT;
	em_remove(&dp->connection_keys, dp->key_of_connection[index]);
	dp->key_of_connection[index] = 0;
	__atomic_store_n(&dp->connections[index].word, 0, __ATOMIC_RELEASE);
	return 0;
}
