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
	struct connection *connection;
	const struct connection *old;
	struct em_slot slot;
	uint64_t key;
	int status;

	if (index == 0 || index >= dp->limits.connections || !spec_is_valid(dp, spec))
		return -EINVAL;
	key = connection_key(spec->peer, spec->encap,
			     spec->keyless ? KEYLESS : spec->segmentation_id);
	slot = em_find(&dp->connection_keys, key);
	if (slot.bucket && em_value(slot) != index)
		return -EEXIST;
	connection = object_alloc(sizeof(*connection));
	if (!connection)
		return -ENOMEM;
	*connection = (struct connection){
		.index = index,
		.path = spec->path,
		.segmentation_id = spec->segmentation_id,
		.domain = spec->domain,
		.encap = (uint8_t)spec->encap,
		.flags = (uint8_t)((spec->admin_up ? CONNECTION_ADMIN_UP : 0) |
				   (spec->mtu_signal ? CONNECTION_MTU_SIGNAL : 0)),
		.key = key,
	};
	status = em_put(&dp->connection_keys, key, index, 0);
	if (status != 0) {
		published_free(connection);
		return status;
	}
	old = dp->connections[index];
	if (old && old->key != key)
		em_remove(&dp->connection_keys, old->key);
	dataplane_publish(dp, &dp->connections[index], connection);
	return 0;
}

int bgw_connection_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.connections || !dp->connections[index])
		return -ENOENT;
	em_remove(&dp->connection_keys, dp->connections[index]->key);
	dataplane_publish(dp, &dp->connections[index], NULL);
	return 0;
}
