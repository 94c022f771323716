/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of MACs for peers: which changed here, and which they told of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "negotiation/journal.h"
#include "negotiation/synced.h"

#define CAPACITY 1000
#define MACS	 1400

static struct rte_ether_addr mac_of(uint32_t number)
{
	struct rte_ether_addr mac = {.addr_bytes = {2, 0, 0, (uint8_t)(number >> 16),
						    (uint8_t)(number >> 8), (uint8_t)number}};

	return mac;
}

static bool nowhere(void *arg, uint32_t link, uint16_t *domain, uint32_t *place)
{
	(void)arg;
	(void)link;
	(void)domain;
	(void)place;
	return false;
}

static int add(struct synced *synced, uint32_t link, uint32_t number)
{
	const struct rte_ether_addr mac = mac_of(number);

	return synced_add(synced, NULL, nowhere, NULL, link, &mac);
}

static void drop(struct synced *synced, uint32_t link, uint32_t number)
{
	const struct rte_ether_addr mac = mac_of(number);

	synced_remove(synced, NULL, link, &mac);
}

/* Slices that go over everything. */
static void pass(struct synced *synced)
{
	for (int i = 0; i < 4; i++)
		synced_tick(synced, NULL, nowhere, NULL);
}

static void a_set_is_a_set_whatever_comes_and_goes(void **state)
{
	struct synced *synced = synced_create(CAPACITY);
	bool is_there[2][MACS] = {{false}};
	uint32_t count = 0;

	(void)state;
	assert_non_null(synced);
	srandom(4711);
	for (int i = 0; i < 200000; i++) {
		uint32_t link = (uint32_t)random() % 2, number = (uint32_t)random() % MACS;
		bool *is_it = &is_there[link][number];

		if (random() % 2 != 0) {
			int rc = add(synced, link, number);

			assert_int_equal(rc, !*is_it && count == CAPACITY ? -ENOSPC : 0);
			count += rc == 0 && !*is_it;
			*is_it = *is_it || rc == 0;
		} else {
			drop(synced, link, number);
			count -= *is_it;
			*is_it = false;
		}
		assert_int_equal(synced_count(synced), count);
	}
	for (uint32_t link = 0; link < 2; link++)
		for (uint32_t number = 0; number < MACS; number++)
			drop(synced, link, number);
	assert_int_equal(synced_count(synced), 0);
	synced_destroy(synced, NULL);
}

static void what_is_not_in_a_whole_table_goes(void **state)
{
	struct synced *synced = synced_create(CAPACITY);

	(void)state;
	for (uint32_t number = 0; number < 100; number++)
		assert_int_equal(add(synced, 0, number), 0);
	synced_begin_table(synced);
	for (uint32_t number = 50; number < 120; number++)
		assert_int_equal(add(synced, 0, number), 0);
	assert_false(synced_tick(synced, NULL, nowhere, NULL));
	pass(synced);
	assert_int_equal(synced_count(synced), 120); /* it may be cut off yet */
	synced_end_table(synced);
	pass(synced);
	assert_int_equal(synced_count(synced), 70);
	drop(synced, 0, 49);
	assert_int_equal(synced_count(synced), 70);
	drop(synced, 0, 50);
	assert_int_equal(synced_count(synced), 69);
	synced_begin_table(synced);
	synced_end_table(synced);
	pass(synced);
	assert_int_equal(synced_count(synced), 0);
	assert_int_equal(add(synced, 0, 1), 0);
	synced_destroy(synced, NULL);
}

/* However large the table may be: a pass that is slow as long as there is nothing to do is not
 * then. */
static void what_is_not_in_it_goes_soon(void **state)
{
	struct synced *synced = synced_create(400000);
	uint32_t ticks = 1;

	(void)state;
	assert_non_null(synced);
	for (uint32_t number = 0; number < 1000; number++)
		assert_int_equal(add(synced, 0, number), 0);
	assert_false(synced_tick(synced, NULL, nowhere, NULL));
	synced_begin_table(synced);
	synced_end_table(synced);
	/* It is not a matter of entries, 8,192 of 1,048,576 at a time, but of time. */
	while (synced_tick(synced, NULL, nowhere, NULL))
		ticks++;
	assert_int_equal(synced_count(synced), 0);
	assert_in_range(ticks, 1, 100);
	synced_destroy(synced, NULL);
}

/* A peer that restarted may have others, and as many as fit. */
static void a_whole_table_finds_room(void **state)
{
	struct synced *synced = synced_create(CAPACITY);

	(void)state;
	for (uint32_t round = 0; round < 3; round++) {
		synced_begin_table(synced);
		for (uint32_t number = 0; number < CAPACITY; number++)
			assert_int_equal(add(synced, 0, round * CAPACITY + number), 0);
		assert_int_equal(add(synced, 0, round * CAPACITY + CAPACITY), -ENOSPC);
		assert_int_equal(add(synced, 0, round * CAPACITY), 0);
		assert_int_equal(synced_count(synced), CAPACITY);
		/* The first one is cut off. */
		if (round > 0)
			synced_end_table(synced);
		pass(synced);
		assert_int_equal(synced_count(synced), CAPACITY);
	}
	drop(synced, 0, 2 * CAPACITY);
	assert_int_equal(synced_count(synced), CAPACITY - 1);
	assert_int_equal(add(synced, 1, 1), 0);
	assert_int_equal(add(synced, 1, 2), -ENOSPC);
	synced_destroy(synced, NULL);
}

static void the_journal_covers_its_last_changes(void **state)
{
	struct journal *journal = journal_create();
	struct rte_ether_addr mac;

	(void)state;
	assert_non_null(journal);
	assert_int_not_equal(journal->epoch, 0);
	assert_true(journal_covers(journal, journal->epoch, 0));
	assert_false(journal_covers(journal, 0, 0));
	assert_false(journal_covers(journal, journal->epoch + 1, 0));
	assert_false(journal_covers(journal, journal->epoch, 1));
	for (uint32_t i = 1; i <= JOURNAL_CHANGES + 10; i++) {
		mac = mac_of(i);
		journal_add(journal, (uint16_t)(i % 7), &mac);
	}
	assert_int_equal(journal->sequence, JOURNAL_CHANGES + 10);
	assert_false(journal_covers(journal, journal->epoch, 9));
	assert_true(journal_covers(journal, journal->epoch, 10));
	assert_true(journal_covers(journal, journal->epoch, journal->sequence));
	assert_false(journal_covers(journal, journal->epoch, journal->sequence + 1));
	for (uint32_t i = 11; i <= JOURNAL_CHANGES + 10; i++) {
		mac = mac_of(i);
		assert_true(rte_is_same_ether_addr(&journal_at(journal, i)->mac, &mac));
		assert_int_equal(journal_at(journal, i)->domain, i % 7);
	}
	journal_add(NULL, 1, &mac);
	journal_destroy(journal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_a_set_whatever_comes_and_goes),
		cmocka_unit_test(what_is_not_in_a_whole_table_goes),
		cmocka_unit_test(what_is_not_in_it_goes_soon),
		cmocka_unit_test(a_whole_table_finds_room),
		cmocka_unit_test(the_journal_covers_its_last_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
