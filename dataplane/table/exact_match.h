/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TABLE_EXACT_MATCH_H
#define TABLE_EXACT_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_prefetch.h>
#include <rte_rcu_qsbr.h>
#if defined(__AVX2__) || defined(BGW_CPU_AES)
#include <immintrin.h>
#endif
#if defined(BGW_CPU_AES) && !defined(__AES__)
#error "compiled for another CPU than the packet path: cpu_args must come last"
#endif

/*
 * Exact match of 8-byte keys to 4-byte values, for one writer and any number of lock-free readers.
 *
 * Fixed memory: buckets of four entries, one cache line each, as many buckets as entries asked for
 * and a third more at most (a quarter of the slots used at most). A key lives in one of two
 * buckets. In a full table about one key in a million finds no place. A key in its second choice is
 * said so by `spilled` of its first, so that a lookup reads one line but for a few keys in a
 * hundred.
 *
 * A table that has room for many keys begins narrow: while it has few, they lie in
 * EM_NARROWEST_BUCKETS buckets, on few pages and in few lines, because where keys are spread over
 * all of a large table each lookup pays for the translation of another page's address. The key too
 * many, or one that finds no place, moves all of them into a wider one: four times as wide, then
 * the widest. Else no key ever moves.
 *
 * Readers: em_find() and em_find_at() on any thread that reports quiescence to the table's RCU
 * variable. The writer changes a value by one store, makes a slot visible by its key last, and
 * gives a freed slot to another key only after a grace period. 0 and ~0 are no keys.
 *
 * Each entry has a stamp of 16 bits that readers may write (em_stamp()): the time, of a clock that
 * wraps around. No stamp is older than the clock is long.
 */

#define EM_BUCKET_ENTRIES    4
#define EM_NARROWEST_BUCKETS 8192 /* half a megabyte, and the most keys in it */
#define EM_WIDER	     4	  /* times as wide, at least, is the next one */
#define EM_WIDTHS	     3
#define EM_KEY_NONE	     UINT64_C(0)
#define EM_KEY_DEAD	     UINT64_MAX /* freed, until the grace period has passed */

struct em_bucket {
	uint64_t key[EM_BUCKET_ENTRIES];
	uint32_t value[EM_BUCKET_ENTRIES];
	uint16_t stamp[EM_BUCKET_ENTRIES];
	uint16_t spilled; /* keys whose first choice this is and that live in their second */
	uint16_t reserved[3];
} __rte_cache_aligned;

/* A freed slot, and the key that was in it. */
struct em_dead {
	uint64_t key;
	uint32_t slot;
};

struct em_width {
	struct em_bucket *buckets; /* as many keys at most: then they move on */
	uint64_t offset_mask;	   /* of a hash: the bucket's offset in bytes */
};

/* Must not move in memory. */
struct em_table {
	/* Random, so that nobody can choose keys that collide. */
	uint64_t secret[6] __rte_aligned(16);
	const struct em_width *width; /* of `widths`, that which is used */
	const struct em_width *widest;
	struct em_width widths[EM_WIDTHS];

	/* the writer's, on lines that readers do not read */
	/* Readers may stamp entries of this and the next, up to `width`, until `stamped_token`;
	 * NULL: of `width` alone. */
	const struct em_width *stamped __rte_cache_aligned;
	uint64_t stamped_token;
	uint64_t ready_bytes; /* of the next width: written, so that its pages are there */
	uint32_t count;
	uint32_t capacity;
	struct rte_rcu_qsbr *qsbr;
	/* The first `waiting_count` wait for `token`, the rest came later. */
	struct em_dead *dead;
	uint32_t dead_count;
	uint32_t dead_room;
	uint32_t waiting_count;
	uint64_t token;
};

/* One slot, as em_find() answers it. */
struct em_slot {
	/* Not for the writer any more once it has put another key. */
	struct em_bucket *bucket; /* NULL: not found */
	uint32_t index;
};

/* Up to `capacity` entries. -ENOMEM, or what getentropy() says; em_destroy() ends it then too. */
int em_create(struct em_table *table, const char *name, uint32_t capacity,
	      struct rte_rcu_qsbr *qsbr);
void em_destroy(struct em_table *table);
/* Adds the key or changes its value; its stamp becomes `stamp` if it was added. -ENOSPC. */
int em_put(struct em_table *table, uint64_t key, uint32_t value, uint16_t stamp);
/* -ENOENT, -ENOMEM */
int em_remove(struct em_table *table, uint64_t key);
/* Makes freed slots usable again whose grace period has passed: bounded work, but for once after
 * the table has become wider. `now`: of the clock of stamps. */
void em_reclaim(struct em_table *table, uint16_t now);

/*
 * Walks the table in slices: looks at `buckets` buckets from *cursor on, calls `visit` for each
 * key, advances *cursor (start with 0) and returns true when the end was reached (and *cursor is 0
 * again). `visit` may remove the key, or put any. Keys that are added meanwhile may be missed, and
 * one that goes and comes again may be seen twice.
 */
typedef void (*em_visit)(void *context, struct em_slot slot);
bool em_walk(struct em_table *table, uint32_t *cursor, uint32_t buckets, em_visit visit,
	     void *context);

static inline bool em_is_key(uint64_t key)
{
	return key != EM_KEY_NONE && key != EM_KEY_DEAD;
}

/*
 * Three rounds of AES with secret round keys: every bit of the result depends on every bit of the
 * key, and keys that count up, a vendor's addresses, leave no pattern. After two rounds it would
 * still be a linear function of eight S-boxes, with twenty times as many full buckets.
 */
static inline uint64_t em_hash(const struct em_table *table, uint64_t key)
{
#ifdef BGW_CPU_AES
	const __m128i *secret = (const __m128i *)(const void *)table->secret;
	__m128i state = _mm_xor_si128(_mm_cvtsi64_si128((long long)key), secret[0]);

	state = _mm_aesenc_si128(state, secret[1]);
	state = _mm_aesenc_si128(state, secret[2]);
	state = _mm_aesenc_si128(state, secret[0]);
	return (uint64_t)_mm_cvtsi128_si64(state);
#else
	/* One multiplication would leave them on a lattice, with some buckets far too full. */
	for (int round = 0; round < 2; round++) {
		const unsigned __int128 product =
			(unsigned __int128)(key ^ table->secret[2 * round]) *
			(table->secret[2 * round + 1] | 1);

		key = (uint64_t)product ^ (uint64_t)(product >> 64);
	}
	return key;
#endif
}

static inline const struct em_width *em_width(const struct em_table *table)
{
	return __atomic_load_n(&table->width, __ATOMIC_ACQUIRE);
}

static inline struct em_bucket *em_bucket_at(const struct em_width *width, uint64_t hash)
{
	return (struct em_bucket *)((uintptr_t)width->buckets + (hash & width->offset_mask));
}

static inline struct em_bucket *em_first_choice(const struct em_width *width, uint64_t hash)
{
	return em_bucket_at(width, hash);
}

static inline struct em_bucket *em_second_choice(const struct em_width *width, uint64_t hash)
{
	const uint64_t other = hash >> 32;

	/* Never the first again. */
	if (unlikely(((hash ^ other) & width->offset_mask) == 0))
		return em_bucket_at(width, hash ^ sizeof(struct em_bucket));
	return em_bucket_at(width, other);
}

static inline uint32_t em_buckets(const struct em_width *width)
{
	return (uint32_t)(width->offset_mask / sizeof(struct em_bucket)) + 1;
}

/* The one that the bucket is of, which need not be used any more. */
static inline const struct em_width *em_width_of(const struct em_table *table,
						 const struct em_bucket *bucket)
{
	const struct em_width *width = table->widths;

	while (width < table->widest &&
	       (uintptr_t)bucket - (uintptr_t)width->buckets > width->offset_mask)
		width++;
	return width;
}

/* A lookup under way. */
struct em_lookup {
	uint64_t key;
	struct em_bucket *first;
};

/*
 * Begins a lookup: fetches its bucket. em_find_at() ends it later, so that the lookups of a burst
 * do not wait for memory one after the other. The width is the table's, of this burst.
 */
static inline struct em_lookup em_begin_in(const struct em_table *table,
					   const struct em_width *width, uint64_t key)
{
	const struct em_lookup lookup = {key, em_first_choice(width, em_hash(table, key))};

	/* Into the second cache: a burst begins more lookups than a core can await in the first. */
	rte_prefetch1(lookup.first);
	return lookup;
}

static inline struct em_lookup em_begin(const struct em_table *table, uint64_t key)
{
	return em_begin_in(table, em_width(table), key);
}

static inline bool em_find_in(struct em_bucket *bucket, uint64_t key, struct em_slot *slot)
{
#ifdef __AVX2__
	/* Each 8-byte lane of an aligned load is read in one piece, which is all that is needed. */
	const __m256i keys = _mm256_load_si256((const __m256i *)(const void *)bucket->key);
	const __m256i equal = _mm256_cmpeq_epi64(keys, _mm256_set1_epi64x((long long)key));
	const unsigned int hits = (unsigned int)_mm256_movemask_pd(_mm256_castsi256_pd(equal));

	if (hits == 0)
		return false;
	slot->index = (uint32_t)__builtin_ctz(hits);
	slot->bucket = bucket;
	return true;
#else
	for (uint32_t i = 0; i < EM_BUCKET_ENTRIES; i++) {
		if (__atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE) == key) {
			slot->bucket = bucket;
			slot->index = i;
			return true;
		}
	}
	return false;
#endif
}

static inline struct em_slot em_find_at(const struct em_table *table, struct em_lookup lookup)
{
	struct em_slot slot = {NULL, 0};

	if (likely(em_find_in(lookup.first, lookup.key, &slot)))
		return slot;
	if (unlikely(__atomic_load_n(&lookup.first->spilled, __ATOMIC_RELAXED) != 0))
		em_find_in(em_second_choice(em_width_of(table, lookup.first),
					    em_hash(table, lookup.key)),
			   lookup.key, &slot);
	return slot;
}

static inline struct em_slot em_find(const struct em_table *table, uint64_t key)
{
	return em_find_at(table, (struct em_lookup){key, em_first_choice(em_width(table),
									 em_hash(table, key))});
}

static inline uint32_t em_value(struct em_slot slot)
{
	return __atomic_load_n(&slot.bucket->value[slot.index], __ATOMIC_RELAXED);
}

/* Writes the stamp if it is another one, so that an unchanged line stays shared. Any reader. */
static inline void em_stamp(struct em_slot slot, uint16_t stamp)
{
	uint16_t *place = &slot.bucket->stamp[slot.index];

	if (__atomic_load_n(place, __ATOMIC_RELAXED) != stamp)
		__atomic_store_n(place, stamp, __ATOMIC_RELAXED);
}

#endif
