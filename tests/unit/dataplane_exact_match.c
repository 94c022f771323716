/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/exact_match.h"

#include "eal.h"

static struct em_slot find(const struct em_table *table, uint64_t key)
{
	return em_find(table, key);
}

static bool has(const struct em_table *table, uint64_t key)
{
	return find(table, key).bucket != NULL;
}

static void table_open(struct em_table *table, uint32_t capacity)
{
	assert_int_equal(em_create(table, "unit", capacity, qsbr), 0);
}

static uint32_t bucket_index(const struct em_table *table, const struct em_bucket *bucket)
{
	return (uint32_t)(bucket - table->width->buckets);
}

/* The n-th key, from 1 on, whose choices are these two buckets by its hash. */
static uint64_t key_of_buckets(const struct em_table *table, uint32_t first, uint32_t second,
			       uint32_t n)
{
	uint64_t key = 0;

	while (n > 0) {
		const uint64_t hash = em_hash(table, ++key);

		n -= bucket_index(table, em_bucket_at(table->width, hash)) == first &&
		     bucket_index(table, em_bucket_at(table->width, hash >> 32)) == second;
	}
	return key;
}

static void a_key_is_found_after_put_and_not_before(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	assert_false(has(&table, 42));
	assert_int_equal(em_put(&table, 42, 7, 3), 0);
	assert_true(has(&table, 42));
	assert_int_equal(em_value(find(&table, 42)), 7);
	assert_int_equal(find(&table, 42).bucket->stamp[find(&table, 42).index], 3);
	assert_false(has(&table, 43));
	assert_int_equal(table.count, 1);
	em_destroy(&table);
}

static void put_of_a_known_key_changes_its_value_and_keeps_its_stamp(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	assert_int_equal(em_put(&table, 42, 7, 3), 0);
	assert_int_equal(em_put(&table, 42, 8, 9), 0);
	assert_int_equal(em_value(find(&table, 42)), 8);
	assert_int_equal(find(&table, 42).bucket->stamp[find(&table, 42).index], 3);
	assert_int_equal(table.count, 1);
	em_destroy(&table);
}

static void a_reader_writes_the_stamp(void **state)
{
	struct em_table table;
	struct em_slot slot;

	(void)state;
	table_open(&table, 64);
	assert_int_equal(em_put(&table, 42, 7, 3), 0);
	slot = find(&table, 42);
	em_stamp(slot, 65535);
	assert_int_equal(slot.bucket->stamp[slot.index], 65535);
	em_destroy(&table);
}

static void remove_takes_the_key_alone(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	for (uint64_t key = 1; key <= 64; key++)
		assert_int_equal(em_put(&table, key, (uint32_t)key, 0), 0);
	assert_int_equal(em_remove(&table, 33), 0);
	assert_int_equal(em_remove(&table, 33), -ENOENT);
	assert_int_equal(em_remove(&table, 1000), -ENOENT);
	for (uint64_t key = 1; key <= 64; key++)
		assert_int_equal(has(&table, key), key != 33);
	assert_int_equal(table.count, 63);
	em_destroy(&table);
}

static void a_table_takes_its_capacity_and_no_more(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 1000);
	for (uint64_t key = 1; key <= 1000; key++)
		assert_int_equal(em_put(&table, key, (uint32_t)key, 0), 0);
	assert_int_equal(em_put(&table, 1001, 1, 0), -ENOSPC);
	/* A known key still changes. */
	assert_int_equal(em_put(&table, 1000, 5, 0), 0);
	assert_int_equal(em_value(find(&table, 1000)), 5);
	assert_int_equal(em_remove(&table, 1), 0);
	em_reclaim(&table, 0);
	assert_int_equal(em_put(&table, 1001, 1, 0), 0);
	em_destroy(&table);
}

static void keys_of_one_bucket_spill_into_their_second_choices(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	/* Three go to the first choice, three to bucket 9, and then the emptier one is taken. */
	for (uint32_t n = 1; n <= 7; n++)
		assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, n), n, 0), 0);
	for (uint32_t n = 1; n <= 7; n++)
		assert_int_equal(em_value(find(&table, key_of_buckets(&table, 5, 9, n))), n);
	assert_int_equal(table.width->buckets[5].spilled, 3);
	/* The eighth fills the last slot of the two, the ninth has no place. */
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 8), 8, 0), 0);
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 9), 9, 0), -ENOSPC);
	assert_int_equal(table.count, 8);
	for (uint32_t n = 1; n <= 8; n++)
		assert_int_equal(em_remove(&table, key_of_buckets(&table, 5, 9, n)), 0);
	assert_int_equal(table.width->buckets[5].spilled, 0);
	assert_int_equal(table.count, 0);
	em_destroy(&table);
}

static void a_key_whose_choices_are_one_bucket_has_another(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	for (uint32_t n = 1; n <= 8; n++)
		assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 5, n), n, 0), 0);
	for (uint32_t n = 1; n <= 8; n++)
		assert_int_equal(em_value(find(&table, key_of_buckets(&table, 5, 5, n))), n);
	em_destroy(&table);
}

static void keys_of_equal_buckets_are_not_equal_keys(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 1), 10, 0), 0);
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 2), 20, 0), 0);
	assert_int_equal(em_value(find(&table, key_of_buckets(&table, 5, 9, 1))), 10);
	assert_int_equal(em_value(find(&table, key_of_buckets(&table, 5, 9, 2))), 20);
	assert_false(has(&table, key_of_buckets(&table, 5, 9, 3)));
	em_destroy(&table);
}

/* A vendor's addresses in one network: no bucket may get many more than its share. */
static void keys_that_count_up_spread_over_the_buckets(void **state)
{
	static uint32_t load[4096];
	struct em_table table;
	uint32_t most = 0;

	(void)state;
	table_open(&table, RTE_DIM(load));
	for (uint64_t number = 0; number < 4 * RTE_DIM(load); number++) {
		const uint64_t key = __builtin_bswap64(UINT64_C(0x0000020000000000) + number) | 1;

		load[bucket_index(&table, em_first_choice(table.width, em_hash(&table, key)))]++;
	}
	for (uint32_t i = 0; i < RTE_DIM(load); i++)
		most = RTE_MAX(most, load[i]);
	/* Four on average: of a Poisson distribution one bucket in ten billion has over 24. */
	assert_in_range(most, 8, 24);
	em_destroy(&table);
}

static void a_freed_slot_waits_for_the_grace_period(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	for (uint32_t n = 1; n <= 8; n++)
		assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, n), n, 0), 0);
	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	assert_int_equal(em_remove(&table, key_of_buckets(&table, 5, 9, 3)), 0);
	em_reclaim(&table, 0);
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 9), 9, 0), -ENOSPC);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	em_reclaim(&table, 0);
	assert_int_equal(em_put(&table, key_of_buckets(&table, 5, 9, 9), 9, 0), 0);
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	rte_rcu_qsbr_thread_unregister(qsbr, 0);
	em_destroy(&table);
}

static void a_key_that_comes_and_goes_is_never_without_a_place(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 64);
	/* A reader that never passes a quiescent state. */
	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(em_put(&table, 42, i, 0), 0);
		assert_int_equal(em_value(find(&table, 42)), i);
		assert_int_equal(em_remove(&table, 42), 0);
		assert_false(has(&table, 42));
		if (i == 50)
			em_reclaim(&table, 0);
	}
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	rte_rcu_qsbr_thread_unregister(qsbr, 0);
	/* What waited, and then what came later. */
	em_reclaim(&table, 0);
	em_reclaim(&table, 0);
	assert_int_equal(table.dead_count, 0);
	assert_int_equal(table.count, 0);
	for (uint32_t i = 0; i < em_buckets(table.width); i++)
		assert_int_equal(table.width->buckets[i].spilled, 0);
	em_destroy(&table);
}

static void slots_freed_while_others_wait_are_reclaimed_later(void **state)
{
	struct em_table table;

	(void)state;
	table_open(&table, 4096);
	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	for (uint64_t key = 1; key <= 3000; key++)
		assert_int_equal(em_put(&table, key, 1, 0), 0);
	for (uint64_t key = 1; key <= 1000; key++)
		assert_int_equal(em_remove(&table, key), 0);
	em_reclaim(&table, 0);
	for (uint64_t key = 1001; key <= 1500; key++)
		assert_int_equal(em_remove(&table, key), 0);
	assert_int_equal(table.dead_count, 1500);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	em_reclaim(&table, 0);
	assert_int_equal(table.dead_count, 500);
	/* Those that came later need a grace period of their own. */
	em_reclaim(&table, 0);
	assert_int_equal(table.dead_count, 500);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	em_reclaim(&table, 0);
	assert_int_equal(table.dead_count, 0);
	for (uint64_t key = 1; key <= 3000; key++)
		assert_int_equal(has(&table, key), key > 1500);
	for (uint32_t bucket = 0; bucket < em_buckets(table.width); bucket++)
		for (uint32_t i = 0; i < EM_BUCKET_ENTRIES; i++)
			assert_true(table.width->buckets[bucket].key[i] != EM_KEY_DEAD);
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	rte_rcu_qsbr_thread_unregister(qsbr, 0);
	em_destroy(&table);
}

/* Addresses that count up, as an exchange's test equipment has them. */
static void a_full_table_finds_a_place_for_nearly_every_key(void **state)
{
	const uint32_t capacity = 131072;
	uint32_t refused = 0;

	(void)state;
	for (uint32_t round = 0; round < 8; round++) {
		struct em_table table;

		table_open(&table, capacity);
		for (uint32_t n = 0; n < capacity; n++) {
			/* As the forwarding table's keys: the last byte of the address on top. */
			const uint64_t key = UINT64_C(0x0000000a02) << 16 | (round + 1) |
					     (uint64_t)__builtin_bswap32(n) << 32;

			refused += em_put(&table, key, n, 0) != 0;
		}
		em_destroy(&table);
	}
	/* One in a million is promised; a million are tried, and ten would be far off. */
	assert_in_range(refused, 0, 10);
}

/*
 * A reader looks for keys that stay and for keys that come and go: it finds the former always with
 * their own values, and the latter never with another's.
 */
struct reader {
	struct em_table *table;
	atomic_bool stop;
	atomic_uint rounds;
	uint64_t lost;
	uint64_t wrong;
};

#define STEADY_KEYS 256 /* of which one finds no place in 1 of 15,000 tables */
#define MOVING_KEYS 512

static void *reader_main(void *argument)
{
	struct reader *reader = argument;

	eal_unpin();
	rte_rcu_qsbr_thread_register(qsbr, 1);
	rte_rcu_qsbr_thread_online(qsbr, 1);
	while (!atomic_load(&reader->stop)) {
		for (uint64_t key = 1; key <= STEADY_KEYS + MOVING_KEYS; key++) {
			const struct em_slot slot = find(reader->table, key);

			if (slot.bucket == NULL)
				reader->lost += key <= STEADY_KEYS;
			else
				reader->wrong += em_value(slot) >> 8 != key;
		}
		rte_rcu_qsbr_quiescent(qsbr, 1);
		atomic_fetch_add(&reader->rounds, 1);
	}
	rte_rcu_qsbr_thread_offline(qsbr, 1);
	rte_rcu_qsbr_thread_unregister(qsbr, 1);
	return NULL;
}

static void a_reader_beside_the_writer_sees_whole_entries(void **state)
{
	struct em_table table;
	struct reader reader = {.table = &table};
	pthread_t thread;

	(void)state;
	table_open(&table, 1024);
	/* A table as crowded as may be: 256 buckets for its keys. */
	table.widths[0].offset_mask = 255 * sizeof(struct em_bucket);
	for (uint64_t key = 1; key <= STEADY_KEYS; key++)
		assert_int_equal(em_put(&table, key, (uint32_t)key << 8, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, reader_main, &reader), 0);
	for (uint32_t round = 0; atomic_load(&reader.rounds) < 2000; round++) {
		for (uint64_t n = 0; n < 32; n++) {
			const uint64_t key = STEADY_KEYS + 1 + (round * 32 + n) % MOVING_KEYS;

			if (em_remove(&table, key) == -ENOENT)
				em_put(&table, key, (uint32_t)key << 8 | (round & 0xff), 0);
		}
		em_put(&table, 1 + round % STEADY_KEYS,
		       (1 + round % STEADY_KEYS) << 8 | (round & 0xff), 0);
		em_reclaim(&table, 0);
	}
	atomic_store(&reader.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.lost, 0);
	assert_int_equal(reader.wrong, 0);
	em_destroy(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_found_after_put_and_not_before),
		cmocka_unit_test(put_of_a_known_key_changes_its_value_and_keeps_its_stamp),
		cmocka_unit_test(a_reader_writes_the_stamp),
		cmocka_unit_test(remove_takes_the_key_alone),
		cmocka_unit_test(a_table_takes_its_capacity_and_no_more),
		cmocka_unit_test(keys_of_one_bucket_spill_into_their_second_choices),
		cmocka_unit_test(a_key_whose_choices_are_one_bucket_has_another),
		cmocka_unit_test(keys_of_equal_buckets_are_not_equal_keys),
		cmocka_unit_test(keys_that_count_up_spread_over_the_buckets),
		cmocka_unit_test(a_freed_slot_waits_for_the_grace_period),
		cmocka_unit_test(a_key_that_comes_and_goes_is_never_without_a_place),
		cmocka_unit_test(slots_freed_while_others_wait_are_reclaimed_later),
		cmocka_unit_test(a_full_table_finds_a_place_for_nearly_every_key),
		cmocka_unit_test(a_reader_beside_the_writer_sees_whole_entries),
	};

	return cmocka_run_group_tests_name("exact_match", tests, eal_setup, eal_teardown);
}
