/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "table/exact_match.h"

/* Slots made usable again in one call of em_reclaim(). */
#define RECLAIM_SLICE 4096
#define PAGE_BYTES    4096

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
	const uint32_t widest = rte_align32pow2(RTE_MAX(capacity, 16u));
	uint32_t buckets = EM_NARROWEST_BUCKETS;
	struct em_width *width;
	int status = 0;

	*table = (struct em_table){.capacity = capacity, .qsbr = qsbr};
	if (getentropy(table->secret, sizeof(table->secret)) != 0)
		return -errno;
	for (width = table->widths;
	     status == 0 && width < &table->widths[EM_WIDTHS - 1] && buckets * EM_WIDER <= widest;
	     width++, buckets *= EM_WIDER)
		status = width_create(width, name, buckets);
	if (status == 0)
		status = width_create(width, name, widest);
	table->width = table->widths;
	table->widest = width;
	return status;
}

void em_destroy(struct em_table *table)
{
	free(table->dead);
	for (uint32_t i = 0; i < EM_WIDTHS; i++)
		rte_free(table->widths[i].buckets);
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

/* Copies the keys of one width into a wider one, which is empty, and empty again if one of them
 * finds no place: then false. */
static bool keys_copy(const struct em_table *table, const struct em_width *from,
		      const struct em_width *to)
{
	for (uint32_t i = 0; i < em_buckets(from); i++) {
		const struct em_bucket *bucket = &from->buckets[i];

		for (uint32_t j = 0; j < EM_BUCKET_ENTRIES; j++) {
			const uint64_t key = bucket->key[j];

			if (!em_is_key(key) ||
			    key_place(to, em_hash(table, key), key, bucket->value[j],
				      __atomic_load_n(&bucket->stamp[j], __ATOMIC_RELAXED)))
				continue;
			memset(to->buckets, 0, to->offset_mask + sizeof(to->buckets[0]));
			return false;
		}
	}
	return true;
}

/*
 * Moves all keys into a wider one, in two milliseconds at most. What the narrower one held stays as
 * it was, for lookups and walks that have begun in it. False: none has a place for each, and all
 * stays.
 */
static bool widen(struct em_table *table)
{
	const struct em_width *from = table->width;
	const struct em_width *to = from;

	do {
		if (to == table->widest)
			return false;
		to++;
	} while (!keys_copy(table, from, to));
	__atomic_store_n(&table->width, to, __ATOMIC_RELEASE);
	table->dead_count = table->waiting_count = 0;
	table->ready_bytes = 0;
	if (!table->stamped)
		table->stamped = from;
	table->stamped_token = rte_rcu_qsbr_start(table->qsbr);
	return true;
}

/* Readers that had not seen the wider one yet have stamped the narrower one. */
static void stamps_take(struct em_table *table, uint16_t now)
{
	for (const struct em_width *width = table->stamped; width < table->width; width++) {
		for (uint32_t i = 0; i < em_buckets(width) * EM_BUCKET_ENTRIES; i++) {
			const struct em_bucket *bucket = &width->buckets[i / EM_BUCKET_ENTRIES];
			const uint64_t key = bucket->key[i % EM_BUCKET_ENTRIES];
			const uint16_t stamp = bucket->stamp[i % EM_BUCKET_ENTRIES];
			struct em_slot slot = {NULL, 0};

			if (em_is_key(key))
				slot = em_find(table, key);
			if (slot.bucket && (uint16_t)(now - stamp) <
						   (uint16_t)(now - slot.bucket->stamp[slot.index]))
				em_stamp(slot, stamp);
		}
	}
	table->stamped = NULL;
}

/*
 * Memory that nothing has written has no pages yet, but for huge ones, and a move into it would
 * wait for all of them. So the second half of the keys that a width takes writes the next one.
 */
static void next_prepare(struct em_table *table)
{
	const struct em_width *next = table->width + 1;
	const uint64_t size_bytes = next->offset_mask + sizeof(next->buckets[0]);
	const uint32_t half = em_buckets(table->width) / 2;
	uint64_t due_bytes;

	if (table->count <= half)
		return;
	due_bytes = size_bytes / half * (table->count - half);
	for (; table->ready_bytes < due_bytes; table->ready_bytes += PAGE_BYTES)
		__atomic_store_n(
			&next->buckets[table->ready_bytes / sizeof(next->buckets[0])].spilled, 0,
			__ATOMIC_RELAXED);
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
	if (table->width != table->widest && table->count >= em_buckets(table->width))
		widen(table);
	while (!key_place(table->width, hash, key, value, stamp)) {
		if (dead_revive(table, key, value, stamp))
			return 0;
		if (!widen(table))
			return -ENOSPC;
	}
	table->count++;
	if (table->width != table->widest)
		next_prepare(table);
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

	if (unlikely(table->stamped != NULL) &&
	    rte_rcu_qsbr_check(table->qsbr, table->stamped_token, false) == 1)
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

/* A cursor: the index of the width that is walked, above that of the bucket. */
#define CURSOR_WIDTH_SHIFT 30
#define CURSOR_BUCKET_MASK ((UINT32_C(1) << CURSOR_WIDTH_SHIFT) - 1)
_Static_assert(EM_WIDTHS <= 1 << (32 - CURSOR_WIDTH_SHIFT), "a cursor has no room for a width");

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

	if (*cursor == 0)
		*cursor = (uint32_t)(table->width - table->widths) << CURSOR_WIDTH_SHIFT;
	width = &table->widths[*cursor >> CURSOR_WIDTH_SHIFT];
	end = (*cursor & ~CURSOR_BUCKET_MASK) + em_buckets(width);
	for (; buckets > 0 && *cursor < end; buckets--, (*cursor)++) {
		struct em_bucket *bucket = &width->buckets[*cursor & CURSOR_BUCKET_MASK];

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
