/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "table/exact_match.h"

/* Slots made usable again in one call of em_reclaim(). */
#define RECLAIM_SLICE 4096

int em_create(struct em_table *table, const char *name, uint32_t capacity,
	      struct rte_rcu_qsbr *qsbr)
{
	const uint64_t buckets = rte_align32pow2(RTE_MAX(capacity, 16u));

	*table = (struct em_table){
		.offset_mask = (buckets - 1) * sizeof(struct em_bucket),
		.capacity = capacity,
		.qsbr = qsbr,
	};
	if (getentropy(table->secret, sizeof(table->secret)) != 0)
		return -errno;
	table->buckets =
		rte_zmalloc(name, (size_t)buckets * sizeof(table->buckets[0]), RTE_CACHE_LINE_SIZE);
	return table->buckets ? 0 : -ENOMEM;
}

void em_destroy(struct em_table *table)
{
	free(table->dead);
	rte_free(table->buckets);
	*table = (struct em_table){0};
}

static uint32_t bucket_free_slots(const struct em_bucket *bucket, uint32_t *slot)
{
	uint32_t free_slots = 0;

	for (uint32_t i = 0; i < EM_BUCKET_ENTRIES; i++) {
		if (bucket->key[i] == EM_KEY_NONE) {
			*slot = i;
			free_slots++;
		}
	}
	return free_slots;
}

/* Takes entry `i` out of the list: waiting ones stay before the later ones. */
static void dead_forget(struct em_table *table, uint32_t i)
{
	if (i < table->waiting_count) {
		table->waiting_count--;
		table->dead[i] = table->dead[table->waiting_count];
		i = table->waiting_count;
	}
	table->dead[i] = table->dead[--table->dead_count];
}

/*
 * A key that comes and goes within one grace period would fill both its buckets with what it left
 * behind. Its own freed slot may be its again at once: whoever still reads it reads this key.
 */
static bool dead_revive(struct em_table *table, uint64_t key, uint32_t value, uint16_t stamp)
{
	struct em_bucket *first = em_first_choice(table, em_hash(table, key));

	for (uint32_t i = 0; i < table->dead_count; i++) {
		const uint32_t slot = table->dead[i].slot;
		struct em_bucket *bucket = &table->buckets[slot / EM_BUCKET_ENTRIES];
		const uint32_t index = slot % EM_BUCKET_ENTRIES;

		if (table->dead[i].key != key)
			continue;
		if (bucket != first)
			__atomic_store_n(&first->spilled, (uint16_t)(first->spilled + 1),
					 __ATOMIC_RELEASE);
		bucket->stamp[index] = stamp;
		bucket->value[index] = value;
		__atomic_store_n(&bucket->key[index], key, __ATOMIC_RELEASE);
		dead_forget(table, i);
		table->count++;
		return true;
	}
	return false;
}

int em_put(struct em_table *table, uint64_t key, uint32_t value, uint16_t stamp)
{
	const uint64_t hash = em_hash(table, key);
	struct em_bucket *first = em_first_choice(table, hash);
	struct em_bucket *second = em_second_choice(table, hash);
	struct em_bucket *bucket = first;
	struct em_slot slot = em_find(table, key);
	uint32_t first_slot = 0;
	uint32_t second_slot = 0;
	uint32_t index;

	if (slot.bucket) {
		__atomic_store_n(&slot.bucket->value[slot.index], value, __ATOMIC_RELEASE);
		return 0;
	}
	if (table->count >= table->capacity)
		return -ENOSPC;

	/* Only a nearly full first choice gives way: a lookup in it is one line, not two. Nor is
	 * the second looked at before, which is a line that nobody has fetched. */
	const uint32_t first_free = bucket_free_slots(first, &first_slot);
	const uint32_t second_free = first_free > 1 ? 0 : bucket_free_slots(second, &second_slot);

	if (first_free == 0 && second_free == 0)
		return dead_revive(table, key, value, stamp) ? 0 : -ENOSPC;
	index = first_slot;
	if (second_free > first_free) {
		bucket = second;
		index = second_slot;
		__atomic_store_n(&first->spilled, (uint16_t)(first->spilled + 1), __ATOMIC_RELEASE);
	}
	bucket->stamp[index] = stamp;
	bucket->value[index] = value;
	__atomic_store_n(&bucket->key[index], key, __ATOMIC_RELEASE);
	table->count++;
	return 0;
}

static int dead_make_room(struct em_table *table)
{
	const uint32_t room = table->dead_room ? table->dead_room * 2 : 1024;
	struct em_dead *dead;

	if (table->dead_count < table->dead_room)
		return 0;
	dead = realloc(table->dead, room * sizeof(dead[0]));
	if (!dead)
		return -ENOMEM;
	table->dead = dead;
	table->dead_room = room;
	return 0;
}

int em_remove(struct em_table *table, uint64_t key)
{
	const uint64_t hash = em_hash(table, key);
	struct em_bucket *first = em_first_choice(table, hash);
	struct em_slot slot = em_find(table, key);

	if (!slot.bucket)
		return -ENOENT;
	if (dead_make_room(table) != 0)
		return -ENOMEM;
	__atomic_store_n(&slot.bucket->key[slot.index], EM_KEY_DEAD, __ATOMIC_RELEASE);
	if (slot.bucket != first)
		__atomic_store_n(&first->spilled, (uint16_t)(first->spilled - 1), __ATOMIC_RELEASE);
	table->dead[table->dead_count++] = (struct em_dead){
		.key = key,
		.slot = (uint32_t)(slot.bucket - table->buckets) * EM_BUCKET_ENTRIES + slot.index,
	};
	table->count--;
	return 0;
}

void em_reclaim(struct em_table *table)
{
	uint32_t slice;

	if (table->waiting_count == 0) {
		if (table->dead_count == 0)
			return;
		table->waiting_count = table->dead_count;
		table->token = rte_rcu_qsbr_start(table->qsbr);
	}
	if (rte_rcu_qsbr_check(table->qsbr, table->token, false) != 1)
		return;
	slice = RTE_MIN(table->waiting_count, (uint32_t)RECLAIM_SLICE);
	for (uint32_t i = 0; i < slice; i++) {
		/* From the end of those that waited; the last of the later ones fills the gap. */
		const uint32_t position = --table->waiting_count;
		const uint32_t dead = table->dead[position].slot;
		struct em_bucket *bucket = &table->buckets[dead / EM_BUCKET_ENTRIES];

		__atomic_store_n(&bucket->key[dead % EM_BUCKET_ENTRIES], EM_KEY_NONE,
				 __ATOMIC_RELEASE);
		table->dead[position] = table->dead[--table->dead_count];
	}
}
