/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "encap/outer_ipv4.h"
#include "object/tunnel.h"

#define OWN_ADDRESSES_MAX 64

int bgw_peer_set(struct bgw_dataplane *dp, uint32_t index, const struct bgw_peer_spec *spec)
{
	struct em_slot slot;
	uint64_t old_key;
	uint64_t key;
	int status;

	if (index == 0 || index >= dp->limits.peers || spec->local.family != 4 ||
	    spec->remote.family != 4 || spec->local.v4 == 0 || spec->remote.v4 == 0)
		return -EINVAL;
	key = outer_ipv4_addresses(spec->local.v4, spec->remote.v4);
	slot = em_find(&dp->peers, key);
	if (slot.bucket && (em_value(slot) & PEER_INDEX_MASK) != index)
		return -EEXIST;
	status = em_put(&dp->peers, key, index | (spec->nvgre ? PEER_NVGRE : 0), 0);
	if (status != 0)
		return status;
	old_key = dp->key_of_peer[index];
	if (old_key != 0 && old_key != key)
		em_remove(&dp->peers, old_key);
	dp->key_of_peer[index] = key;
	return 0;
}

int bgw_peer_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.peers || dp->key_of_peer[index] == 0)
		return -ENOENT;
	em_remove(&dp->peers, dp->key_of_peer[index]);
	dp->key_of_peer[index] = 0;
	return 0;
}

int bgw_own_addresses_set(struct bgw_dataplane *dp, const struct bgw_ip *addresses, uint32_t count)
{
	struct own_addresses *own;

	if (count > OWN_ADDRESSES_MAX)
		return -EINVAL;
	own = object_alloc(sizeof(*own) + count * sizeof(own->addresses[0]));
	if (!own)
		return -ENOMEM;
	own->count = count;
	memcpy(own->addresses, addresses, count * sizeof(own->addresses[0]));
	dataplane_publish(dp, &dp->own_addresses, own);
	return 0;
}

void bgw_vxlan_port_set(struct bgw_dataplane *dp, uint16_t udp_port)
{
	__atomic_store_n(&dp->vxlan_port, udp_port, __ATOMIC_RELEASE);
}
