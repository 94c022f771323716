/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "table/exact_match.h"

/* Slots made usable again in one call of em_reclaim(). */
#define RECLAIM_SLICE 4096
/* A table of fewer times as many buckets is as good at once. */
#define WORTH_NARROW 4

static int width_create(struct em_width *width, const char *name, uint32_t buckets)
{
	width->buckets =
		rte_zmalloc(name, (size_t)buckets * sizeof(width->buckets[0]), RTE_CACHE_LINE_SIZE);
	width->offset_mask = (buckets - UINT64_C(1)) * sizeof(width->buckets[0]);
	return width->buckets ? 0 : -ENOMEM;
}

int em_create(struct em_table *table, const char *name, uint32_t capacity,
	      struct rte_rcu_qsbr *qsbr)
{
	const uint32_t buckets = rte_align32pow2(RTE_MAX(capacity, 16u));
	const bool begins_narrow = buckets >= WORTH_NARROW * EM_NARROW_BUCKETS;
	int status;

	*table = (struct em_table){.capacity = capacity, .qsbr = qsbr};
	if (getentropy(table->secret, sizeof(table->secret)) != 0)
		return -errno;
	status = width_create(&table->wide, name, buckets);
	if (status == 0 && begins_narrow)
		status = width_create(&table->narrow, name, EM_NARROW_BUCKETS);
	table->width = begins_narrow ? &table->narrow : &table->wide;
	return status;
}

void em_destroy(struct em_table *table)
{
	free(table->dead);
	rte_free(table->narrow.buckets);
	rte_free(table->wide.buckets);
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
	struct em_bucket *first = em_first_choice(table->width, em_hash(table, key));

	for (uint32_t i = 0; i < table->dead_count; i++) {
		const uint32_t slot = table->dead[i].slot;
		struct em_bucket *bucket = &table->width->buckets[slot / EM_BUCKET_ENTRIES];
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

/* Puts a key that it does not have in one of its two buckets. False: both are full. */
static bool key_place(const struct em_width *width, uint64_t hash, uint64_t key, uint32_t value,
		      uint16_t stamp)
{
	struct em_bucket *first = em_first_choice(width, hash);
	struct em_bucket *second = em_second_choice(width, hash);
	struct em_bucket *bucket = first;
	uint32_t first_slot = 0;
	uint32_t second_slot = 0;
	uint32_t index;

	/* Only a nearly full first choice gives way: a lookup in it is one line, not two. Nor is
	 * the second looked at before, which is a line that nobody has fetched. */
	const uint32_t first_free = bucket_free_slots(first, &first_slot);
	const uint32_t second_free = first_free > 1 ? 0 : bucket_free_slots(second, &second_slot);

	if (first_free == 0 && second_free == 0)
		return false;
	index = first_slot;
	if (second_free > first_free) {
		bucket = second;
		index = second_slot;
		__atomic_store_n(&first->spilled, (uint16_t)(first->spilled + 1), __ATOMIC_RELEASE);
	}
	bucket->stamp[index] = stamp;
	bucket->value[index] = value;
	__atomic_store_n(&bucket->key[index], key, __ATOMIC_RELEASE);
	return true;
}

/*
 * Moves all keys into the wide one, in a millisecond, or in some where nothing has touched its
 * memory yet. What the narrow one held stays as it was, for lookups and walks that have begun in
 * it. False: one found no place, and all stays.
 */
static bool widen(struct em_table *table)
{
	for (uint32_t i = 0; i < EM_NARROW_BUCKETS; i++) {
		const struct em_bucket *bucket = &table->narrow.buckets[i];

		for (uint32_t j = 0; j < EM_BUCKET_ENTRIES; j++) {
			const uint64_t key = bucket->key[j];

			if (!em_is_key(key) ||
			    key_place(&table->wide, em_hash(table, key), key, bucket->value[j],
				      __atomic_load_n(&bucket->stamp[j], __ATOMIC_RELAXED)))
				continue;
			memset(table->wide.buckets, 0,
			       table->wide.offset_mask + sizeof(table->wide.buckets[0]));
			return false;
		}
	}
	__atomic_store_n(&table->width, &table->wide, __ATOMIC_RELEASE);
	table->dead_count = table->waiting_count = 0;
	table->stamps_wait = true;
	table->wide_token = rte_rcu_qsbr_start(table->qsbr);
	return true;
}

/* Readers that had not seen the wide one yet have stamped the narrow one. */
static void stamps_take(struct em_table *table, uint16_t now)
{
	for (uint32_t i = 0; i < EM_NARROW_BUCKETS; i++) {
		const struct em_bucket *bucket = &table->narrow.buckets[i];

		for (uint32_t j = 0; j < EM_BUCKET_ENTRIES; j++) {
			struct em_slot slot = {NULL, 0};

			if (em_is_key(bucket->key[j]))
				slot = em_find(table, bucket->key[j]);
			if (slot.bucket && (uint16_t)(now - bucket->stamp[j]) <
						   (uint16_t)(now - slot.bucket->stamp[slot.index]))
				em_stamp(slot, bucket->stamp[j]);
		}
	}
	table->stamps_wait = false;
}

int em_put(struct em_table *table, uint64_t key, uint32_t value, uint16_t stamp)
{
	const struct em_slot slot = em_find(table, key);
	const uint64_t hash = em_hash(table, key);

	if (slot.bucket) {
		__atomic_store_n(&slot.bucket->value[slot.index], value, __ATOMIC_RELEASE);
		return 0;
	}
	if (table->count >= table->capacity)
		return -ENOSPC;
	if (table->width == &table->narrow && table->count >= EM_NARROW_BUCKETS)
		widen(table);
	if (!key_place(table->width, hash, key, value, stamp)) {
		if (dead_revive(table, key, value, stamp))
			return 0;
		if (table->width != &table->narrow || !widen(table) ||
		    !key_place(table->width, hash, key, value, stamp))
			return -ENOSPC;
	}
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
	struct em_bucket *first = em_first_choice(table->width, hash);
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
		.slot = (uint32_t)(slot.bucket - table->width->buckets) * EM_BUCKET_ENTRIES +
			slot.index,
	};
	table->count--;
	return 0;
}

void em_reclaim(struct em_table *table, uint16_t now)
{
	uint32_t slice;

	if (unlikely(table->stamps_wait) &&
	    rte_rcu_qsbr_check(table->qsbr, table->wide_token, false) == 1)
		stamps_take(table, now);
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
		struct em_bucket *bucket = &table->width->buckets[dead / EM_BUCKET_ENTRIES];

		__atomic_store_n(&bucket->key[dead % EM_BUCKET_ENTRIES], EM_KEY_NONE,
				 __ATOMIC_RELEASE);
		table->dead[position] = table->dead[--table->dead_count];
	}
}

/* A cursor over the wide one; others are over the narrow one. */
#define WALKS_WIDE UINT32_C(0x80000000)

/* The key that a walk comes upon, where it is now; its bucket is NULL: there is none. */
static struct em_slot slot_walked(const struct em_table *table, const struct em_width *width,
				  struct em_bucket *bucket, uint32_t index)
{
	const uint64_t key = bucket->key[index];

	if (!em_is_key(key))
		return (struct em_slot){NULL, 0};
	/* The keys moved after the walk began. */
	if (unlikely(width != table->width))
		return em_find(table, key);
	return (struct em_slot){bucket, index};
}

bool em_walk(struct em_table *table, uint32_t *cursor, uint32_t buckets, em_visit visit,
	     void *context)
{
	const struct em_width *width;
	uint32_t end;

	if (*cursor == 0 && table->width == &table->wide)
		*cursor = WALKS_WIDE;
	width = *cursor & WALKS_WIDE ? &table->wide : &table->narrow;
	end = em_buckets(width) | (*cursor & WALKS_WIDE);
	for (; buckets > 0 && *cursor < end; buckets--, (*cursor)++) {
		struct em_bucket *bucket = &width->buckets[*cursor & ~WALKS_WIDE];

		for (uint32_t i = 0; i < EM_BUCKET_ENTRIES; i++) {
			const struct em_slot slot = slot_walked(table, width, bucket, i);

			if (slot.bucket)
				visit(context, slot);
		}
	}
	if (*cursor < end)
		return false;
	*cursor = 0;
	return true;
}
