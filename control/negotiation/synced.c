/* SPDX-License-Identifier: BSD-3-Clause */
#include "synced.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "fdb.h"
#include "loop.h"

#define SLICE_ENTRIES 8192
/* Looked at between two looks at the clock. */
#define ENTRIES_AT_ONCE 64

struct slot {
	struct rte_ether_addr mac;
	uint16_t link;
	bool is_used;
	uint8_t table;	 /* in which it was last */
	uint16_t domain; /* where the database has it; 0: nowhere */
	bgw_ref place;
};

struct synced {
	struct slot *slots; /* searched from the hash's place on, without a gap */
	uint64_t seed;	    /* so that nobody can choose what falls together */
	uint32_t mask, capacity;
	uint32_t count, fresh; /* fresh: of the table that was last begun */
	uint32_t cursor;       /* of the pass */
	uint8_t table;
	bool is_open; /* a table is coming */
};

struct synced *synced_create(uint32_t capacity)
{
	struct synced *synced = calloc(1, sizeof(*synced));
	uint32_t slots = 1024;

	while (slots < capacity * 2 && slots < 1u << 30)
		slots *= 2;
	if (synced != NULL)
		synced->slots = calloc(slots, sizeof(*synced->slots));
	if (synced == NULL || synced->slots == NULL) {
		free(synced);
		return NULL;
	}
	if (RAND_bytes((unsigned char *)&synced->seed, sizeof(synced->seed)) != 1) {
		free(synced->slots);
		free(synced);
		return NULL;
	}
	synced->mask = slots - 1;
	synced->capacity = capacity;
	return synced;
}

static void withdraw(struct slot *slot, struct fdb *fdb)
{
	if (slot->domain != 0 && fdb != NULL)
		fdb_synced_remove(fdb, slot->domain, &slot->mac, slot->place);
	slot->domain = 0;
}

void synced_destroy(struct synced *synced, struct fdb *fdb)
{
	if (synced == NULL)
		return;
	for (uint32_t i = 0; i <= synced->mask; i++)
		if (synced->slots[i].is_used)
			withdraw(&synced->slots[i], fdb);
	free(synced->slots);
	free(synced);
}

static uint32_t hash(const struct synced *synced, uint32_t link, const struct rte_ether_addr *mac)
{
	uint64_t key = link & 0xffff;

	memcpy((uint8_t *)&key + 2, mac->addr_bytes, 6);
	key += synced->seed;
	key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9u;
	key = (key ^ key >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(key ^ key >> 31) & synced->mask;
}

/* The entry, or the slot where it would be. At most a half of the slots are used. */
static struct slot *find(const struct synced *synced, uint32_t link,
			 const struct rte_ether_addr *mac)
{
	for (uint32_t at = hash(synced, link, mac);; at = (at + 1) & synced->mask) {
		struct slot *slot = &synced->slots[at];

		if (!slot->is_used ||
		    (slot->link == link && rte_is_same_ether_addr(&slot->mac, mac)))
			return slot;
	}
}

static bool is_stale(const struct synced *synced, const struct slot *slot)
{
	return slot->is_used && slot->table != synced->table;
}

static void settle(struct slot *slot, bool is_news, struct fdb *fdb, synced_where *where, void *arg)
{
	uint16_t domain = 0;
	bgw_ref place = BGW_REF_NONE;
	bool leads = where(arg, slot->link, &domain, &place);

	if (slot->domain != 0 && (!leads || domain != slot->domain || place != slot->place))
		withdraw(slot, fdb);
	if (!leads)
		return;
	if (fdb_synced_set(fdb, domain, &slot->mac, place, is_news) == 0) {
		slot->domain = domain;
		slot->place = place;
	}
}

/* Those behind it that would not be found any more move up. */
static void forget(struct synced *synced, struct slot *slot, struct fdb *fdb)
{
	uint32_t gap = (uint32_t)(slot - synced->slots), at = gap;

	withdraw(slot, fdb);
	synced->count--;
	synced->fresh -= !is_stale(synced, slot);
	for (;;) {
		const struct slot *next;
		uint32_t home;

		at = (at + 1) & synced->mask;
		next = &synced->slots[at];
		if (!next->is_used)
			break;
		home = hash(synced, next->link, &next->mac);
		if (((at - home) & synced->mask) < ((at - gap) & synced->mask))
			continue;
		synced->slots[gap] = *next;
		gap = at;
	}
	synced->slots[gap].is_used = false;
}

/* In the place of one that is not in the table any more, if there is no other. */
static struct slot *make_room(struct synced *synced, struct fdb *fdb, uint32_t link,
			      const struct rte_ether_addr *mac)
{
	while (synced->count >= synced->capacity) {
		struct slot *slot = &synced->slots[synced->cursor & synced->mask];

		if (is_stale(synced, slot))
			forget(synced, slot, fdb);
		else
			synced->cursor++;
	}
	return find(synced, link, mac);
}

int synced_add(struct synced *synced, struct fdb *fdb, synced_where *where, void *arg,
	       uint32_t link, const struct rte_ether_addr *mac)
{
	struct slot *slot = find(synced, link, mac);

	if (!slot->is_used || is_stale(synced, slot)) {
		if (synced->fresh >= synced->capacity)
			return -ENOSPC;
		synced->fresh++;
	}
	if (!slot->is_used) {
		slot = make_room(synced, fdb, link, mac);
		*slot = (struct slot){.mac = *mac, .link = (uint16_t)link, .is_used = true};
		synced->count++;
	}
	slot->table = synced->table;
	settle(slot, true, fdb, where, arg);
	return 0;
}

void synced_remove(struct synced *synced, struct fdb *fdb, uint32_t link,
		   const struct rte_ether_addr *mac)
{
	struct slot *slot = find(synced, link, mac);

	if (slot->is_used)
		forget(synced, slot, fdb);
}

uint32_t synced_count(const struct synced *synced)
{
	return synced->count;
}

void synced_begin_table(struct synced *synced)
{
	synced->table++;
	synced->fresh = 0;
	synced->is_open = true;
}

void synced_end_table(struct synced *synced)
{
	synced->is_open = false;
}

bool synced_tick(struct synced *synced, struct fdb *fdb, synced_where *where, void *arg)
{
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	const bool is_closed = !synced->is_open;

	for (uint32_t i = 0; synced->count > 0; i++) {
		struct slot *slot = &synced->slots[synced->cursor & synced->mask];

		if (i >= SLICE_ENTRIES && (!is_closed || synced->count == synced->fresh))
			break;
		if (i % ENTRIES_AT_ONCE == 0 && loop_now_ns() >= deadline_ns)
			break;
		/* Into the place of one that goes another may come. */
		if (is_stale(synced, slot) && is_closed) {
			forget(synced, slot, fdb);
			continue;
		}
		if (slot->is_used && !is_stale(synced, slot))
			settle(slot, false, fdb, where, arg);
		synced->cursor++;
	}
	return is_closed && synced->count > synced->fresh;
}
