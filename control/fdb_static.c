/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "fdb_private.h"

#define EVICT_BUCKETS  64
#define RETRIES_A_TICK 64

struct victim {
	bool found;
	struct bgw_fdb_entry entry;
};

static void victim_visit(void *arg, const struct bgw_fdb_entry *entry)
{
	struct victim *victim = arg;

	if ((entry->ref & (BGW_REF_STATIC | BGW_REF_SYNCED)) == BGW_REF_STATIC)
		return;
	victim->entry = *entry;
	victim->found = true;
}

/* Makes room in a full table: some learned or synced entry goes, it can come again. */
static bool other_evict(struct fdb *fdb)
{
	struct victim victim = {0};
	bool wrapped = false;

	while (!victim.found && !wrapped)
		wrapped = bgw_fdb_walk(fdb->dp, &fdb->evict_cursor, EVICT_BUCKETS, victim_visit,
				       &victim);
	if (!victim.found)
		bgw_fdb_walk(fdb->dp, &fdb->evict_cursor, UINT32_MAX, victim_visit, &victim);
	if (victim.found && (victim.entry.ref & BGW_REF_SYNCED) != 0)
		bgw_fdb_remove(fdb->dp, victim.entry.domain, &victim.entry.mac);
	else if (victim.found)
		fdb_entry_remove(fdb, &victim.entry);
	return victim.found;
}

static bool static_put(struct fdb *fdb, const struct fdb_static *entry)
{
	const bgw_ref ref = (entry->place & BGW_REF_PLACE) | BGW_REF_STATIC;

	return bgw_fdb_put(fdb->dp, entry->domain, &entry->mac, ref) == 0 ||
	       (bgw_fdb_count(fdb->dp) >= fdb->limits.macs && other_evict(fdb) &&
		bgw_fdb_put(fdb->dp, entry->domain, &entry->mac, ref) == 0);
}

static bool waiting_remove(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac)
{
	for (uint32_t i = 0; i < fdb->waiting_count; i++) {
		const struct fdb_static *waiting = &fdb->waiting[i];

		if (waiting->domain == domain && rte_is_same_ether_addr(&waiting->mac, mac)) {
			fdb->waiting[i] = fdb->waiting[--fdb->waiting_count];
			return true;
		}
	}
	return false;
}

/* Its place in the table is taken, which happens to about one in a million. */
static void waiting_add(struct fdb *fdb, const struct fdb_static *entry)
{
	if (fdb->waiting_count == fdb->waiting_room) {
		const uint32_t room = fdb->waiting_room != 0 ? fdb->waiting_room * 2 : 64;
		struct fdb_static *waiting = reallocarray(fdb->waiting, room, sizeof(waiting[0]));

		if (waiting == NULL)
			return;
		fdb->waiting = waiting;
		fdb->waiting_room = room;
	}
	fdb->waiting[fdb->waiting_count++] = *entry;
}

void fdb_statics_retry(struct fdb *fdb)
{
	uint32_t tries = fdb->waiting_count < RETRIES_A_TICK ? fdb->waiting_count : RETRIES_A_TICK;

	while (tries-- > 0) {
		const struct fdb_static entry = fdb->waiting[0];

		fdb->waiting[0] = fdb->waiting[--fdb->waiting_count];
		if (!static_put(fdb, &entry))
			waiting_add(fdb, &entry);
	}
}

void fdb_static_set(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		    bgw_ref place)
{
	const struct fdb_static entry = {.domain = domain, .mac = *mac, .place = place};
	struct bgw_fdb_entry old;

	waiting_remove(fdb, domain, mac);
	if (bgw_fdb_get(fdb->dp, domain, mac, &old) == 0 && (old.ref & BGW_REF_STATIC) == 0)
		fdb_entry_uncount(fdb, &old);
	if (!static_put(fdb, &entry))
		waiting_add(fdb, &entry);
}

void fdb_static_remove(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac)
{
	if (!waiting_remove(fdb, domain, mac))
		bgw_fdb_remove(fdb->dp, domain, mac);
}
