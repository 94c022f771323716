/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include <bgw/fdb.h>

#include "object/bridge.h"

static uint64_t entry_key(uint16_t domain, const struct rte_ether_addr *mac)
{
	uint8_t bytes[8] = {0};

	memcpy(bytes, mac, sizeof(*mac));
	return fdb_key(domain, bytes);
}

static struct bgw_fdb_entry entry_read(struct em_slot slot)
{
	const struct em_bucket *bucket = slot.bucket;
	const uint64_t mac_bytes = bucket->key[slot.index] >> 16;
	struct bgw_fdb_entry entry = {
		.domain = (uint16_t)bucket->key[slot.index],
		.ref = bucket->value[slot.index],
		.seen_s = bucket->stamp[slot.index],
	};

	memcpy(&entry.mac, &mac_bytes, sizeof(entry.mac));
	return entry;
}

int bgw_fdb_put(struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac,
		bgw_ref ref)
{
	if (domain == 0 || rte_is_multicast_ether_addr(mac) || rte_is_zero_ether_addr(mac))
		return -EINVAL;
	return em_put(&dp->fdb, entry_key(domain, mac), ref, bgw_dataplane_now_s(dp));
}

int bgw_fdb_remove(struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac)
{
	return em_remove(&dp->fdb, entry_key(domain, mac));
}

int bgw_fdb_get(const struct bgw_dataplane *dp, uint16_t domain, const struct rte_ether_addr *mac,
		struct bgw_fdb_entry *entry)
{
	const uint64_t key = entry_key(domain, mac);
	const struct em_slot slot = em_find(&dp->fdb, key);

	if (!slot.bucket)
		return -ENOENT;
	*entry = entry_read(slot);
	return 0;
}

uint32_t bgw_fdb_count(const struct bgw_dataplane *dp)
{
	return dp->fdb.count;
}

struct walk {
	bgw_fdb_visit visit;
	void *context;
};

static void slot_visit(void *context, struct em_slot slot)
{
	const struct walk *walk = context;
	const struct bgw_fdb_entry entry = entry_read(slot);

	walk->visit(walk->context, &entry);
}

bool bgw_fdb_walk(struct bgw_dataplane *dp, uint32_t *cursor, uint32_t buckets, bgw_fdb_visit visit,
		  void *context)
{
	struct walk walk = {visit, context};

	return em_walk(&dp->fdb, cursor, buckets, slot_visit, &walk);
}
