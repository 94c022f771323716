/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bgw/fdb.h>

#include "dataplane.h"
#include "eal.h"
#include "fixed_secret.h"

/* Walks over a forwarding table of any width, and while it becomes wider. */

#define NARROW EM_NARROWEST_BUCKETS
#define MIDDLE (NARROW * EM_WIDER)
#define MACS   70000 /* few enough that each finds a place */

static const struct bgw_limits limits = {
	.macs = MACS,
	.connections = 16,
	.attachments = 16,
	.domains = 4,
	.paths = 4,
	.peers = 4,
	.neighbours = 4,
	.workers = 1,
};

static struct bgw_dataplane *dp;
static uint8_t seen[MACS + 1];
static bgw_ref last_ref[MACS + 1];

static int dataplane_setup(void **state)
{
	(void)state;
	dp = bgw_dataplane_create(&limits);
	if (dp == NULL)
		return -1;
	secret_fix(&dp->fdb);
	memset(seen, 0, sizeof(seen));
	memset(last_ref, 0, sizeof(last_ref));
	return 0;
}

static int dataplane_teardown(void **state)
{
	(void)state;
	bgw_dataplane_destroy(dp);
	return 0;
}

static struct rte_ether_addr mac_of(uint32_t number)
{
	struct rte_ether_addr mac = {{2}};

	memcpy(&mac.addr_bytes[2], &number, sizeof(number));
	return mac;
}

static void put(uint32_t from, uint32_t to, bgw_ref ref)
{
	for (uint32_t i = from; i <= to; i++) {
		const struct rte_ether_addr mac = mac_of(i);

		assert_int_equal(bgw_fdb_put(dp, 1, &mac, ref), 0);
	}
}

static void visit(void *context, const struct bgw_fdb_entry *entry)
{
	uint32_t number;

	(void)context;
	memcpy(&number, &entry->mac.addr_bytes[2], sizeof(number));
	assert_in_range(number, 1, MACS);
	seen[number]++;
	last_ref[number] = entry->ref;
}

static void walk_on(uint32_t *cursor)
{
	while (!bgw_fdb_walk(dp, cursor, 100, visit, NULL))
		;
	assert_int_equal(*cursor, 0);
}

static void a_walk_sees_each_entry_once(void **state)
{
	static const uint32_t counts[] = {1, NARROW, NARROW + 1, MIDDLE, MIDDLE + 1, MACS};
	uint32_t cursor = 0;

	(void)state;
	for (uint32_t i = 0; i < RTE_DIM(counts); i++) {
		put(1, counts[i], bgw_ref_attachment(1));
		memset(seen, 0, sizeof(seen));
		walk_on(&cursor);
		for (uint32_t number = 1; number <= MACS; number++)
			assert_int_equal(seen[number], number <= counts[i]);
	}
}

/* A walk over `before` entries amid which they become `after`. */
static void walk_while_widening(uint32_t before, uint32_t after)
{
	const struct rte_ether_addr removed = mac_of(77);
	uint32_t cursor = 0, changed = 0;
	const struct em_width *width;

	put(1, before, bgw_ref_attachment(1));
	width = dp->fdb.width;
	assert_false(bgw_fdb_walk(dp, &cursor, before / 2, visit, NULL));
	put(before + 1, after, bgw_ref_attachment(1));
	assert_true(dp->fdb.width > width);
	for (uint32_t i = 1; i <= before; i++)
		if (!seen[i] && i != 77)
			put(i, i, bgw_ref_attachment(2));
	if (!seen[77]) {
		assert_int_equal(bgw_fdb_remove(dp, 1, &removed), 0);
		seen[77] = 1;
	}
	walk_on(&cursor);
	for (uint32_t i = 1; i <= before; i++)
		assert_int_equal(seen[i], 1);
	/* What it came upon afterwards is as it was then. */
	for (uint32_t i = 1; i <= before; i++)
		changed += last_ref[i] == bgw_ref_attachment(2);
	assert_in_range(changed, before / 4, before * 3 / 4);
	/* And the next walk is over all. */
	memset(seen, 0, sizeof(seen));
	walk_on(&cursor);
	assert_int_equal(seen[after], 1);
}

static void a_walk_goes_on_while_the_table_widens(void **state)
{
	(void)state;
	walk_while_widening(NARROW, NARROW + 1);
}

static void a_walk_goes_on_while_it_widens_twice(void **state)
{
	(void)state;
	walk_while_widening(NARROW, MIDDLE + 1);
	assert_ptr_equal(dp->fdb.width, dp->fdb.widest);
}

static void a_walk_goes_on_while_it_becomes_as_wide_as_can_be(void **state)
{
	(void)state;
	walk_while_widening(MIDDLE, MIDDLE + 1);
	assert_ptr_equal(dp->fdb.width, dp->fdb.widest);
}

static void entries_that_are_gone_are_not_seen(void **state)
{
	uint32_t cursor = 0;

	(void)state;
	put(1, NARROW, bgw_ref_attachment(1));
	assert_false(bgw_fdb_walk(dp, &cursor, 1, visit, NULL));
	put(NARROW + 1, NARROW + 1, bgw_ref_attachment(1));
	for (uint32_t i = 1; i <= NARROW + 1; i++) {
		const struct rte_ether_addr mac = mac_of(i);

		assert_int_equal(bgw_fdb_remove(dp, 1, &mac), 0);
	}
	memset(seen, 0, sizeof(seen));
	walk_on(&cursor);
	for (uint32_t i = 1; i <= MACS; i++)
		assert_int_equal(seen[i], 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, dataplane_setup, dataplane_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_walk_sees_each_entry_once),
		CASE(a_walk_goes_on_while_the_table_widens),
		CASE(a_walk_goes_on_while_it_widens_twice),
		CASE(a_walk_goes_on_while_it_becomes_as_wide_as_can_be),
		CASE(entries_that_are_gone_are_not_seen),
	};

	return cmocka_run_group_tests_name("fdb_walk", tests, eal_setup, eal_teardown);
}
