/* SPDX-License-Identifier: BSD-3-Clause */
/* What the keeper of the forwarding database forgets on request. */
#include "eal.h"
#include "fdb_keeper.h"

static void flush_some(uint16_t domain, bgw_ref place, uint16_t port)
{
	const struct fdb_selection selection = {.domain = domain, .place = place, .port = port};
	const struct rte_ether_addr mac = mac_of(50);

	fdb_domain_set(fdb, 2, 300, 0);
	seen(1, 1, left);
	seen(2, 1, right);
	seen(3, 1, tunnel);
	seen(4, 2, left);
	fdb_static_set(fdb, 1, &mac, left);
	assert_int_equal(fdb_flush(fdb, &selection), 0);
	whole_pass();
	assert_int_equal(where(50, 1), left | BGW_REF_STATIC);
}

static void a_port_is_flushed(void **state)
{
	(void)state;
	flush_some(0, BGW_REF_NONE, PORT);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	assert_int_equal(where(4, 2), BGW_REF_NONE);
	assert_int_equal(where(2, 1), right);
	assert_int_equal(where(3, 1), tunnel);
}

static void a_connection_is_flushed(void **state)
{
	(void)state;
	flush_some(0, tunnel, FDB_PORT_NONE);
	assert_int_equal(where(3, 1), BGW_REF_NONE);
	assert_int_equal(where(1, 1), left);
}

static void a_domain_is_flushed(void **state)
{
	(void)state;
	flush_some(1, BGW_REF_NONE, FDB_PORT_NONE);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	assert_int_equal(where(2, 1), BGW_REF_NONE);
	assert_int_equal(where(3, 1), BGW_REF_NONE);
	assert_int_equal(where(4, 2), left);
	assert_int_equal(fdb_counters_get(fdb)->flushed, 3);
}

static void all_that_is_set_must_hold(void **state)
{
	(void)state;
	flush_some(2, BGW_REF_NONE, PORT);
	assert_int_equal(where(4, 2), BGW_REF_NONE);
	assert_int_equal(where(1, 1), left);
}

static void what_a_flush_will_remove_is_not_shown(void **state)
{
	const struct fdb_selection selection = {.domain = 1, .port = FDB_PORT_NONE};
	const struct rte_ether_addr mac = mac_of(1);
	struct bgw_fdb_entry entry;

	(void)state;
	seen(1, 1, left);
	assert_int_equal(bgw_fdb_get(dp, 1, &mac, &entry), 0);
	assert_false(fdb_is_flushed(fdb, &entry));
	assert_int_equal(fdb_flush(fdb, &selection), 0);
	assert_true(fdb_is_flushed(fdb, &entry));
	whole_pass();
	assert_false(fdb_is_flushed(fdb, &entry));
}

static void flushes_are_bounded(void **state)
{
	const struct fdb_selection selection = {.domain = 1, .port = FDB_PORT_NONE};
	unsigned int taken = 0;

	(void)state;
	seen(1, 1, left);
	while (fdb_flush(fdb, &selection) == 0)
		taken++;
	assert_in_range(taken, 1, 1000);
	whole_pass();
	assert_int_equal(fdb_flush(fdb, &selection), 0);
}

static void one_learned_entry_is_removed(void **state)
{
	const struct rte_ether_addr mac = mac_of(1);

	(void)state;
	seen(1, 1, left);
	assert_int_equal(fdb_remove_learned(fdb, 1, &mac), 0);
	assert_int_equal(fdb_remove_learned(fdb, 1, &mac), -ENOENT);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
}

static void what_is_retired_is_drained_and_learns_nothing(void **state)
{
	const struct rte_ether_addr mac = mac_of(5);

	(void)state;
	seen(1, 1, left);
	seen(2, 1, right);
	fdb_static_set(fdb, 1, &mac, left);
	fdb_attachment_retire(fdb, 1);
	seen(3, 1, left);
	assert_int_equal(where(3, 1), BGW_REF_NONE);
	whole_pass();
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	assert_int_equal(where(5, 1), BGW_REF_NONE);
	assert_int_equal(where(2, 1), right);
	assert_int_equal(fdb_domain_count(fdb, 1), 1);
	fdb_attachment_forget(fdb, 1);
	fdb_attachment_set(fdb, 1, PORT, 0);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
	seen(3, 1, left);
	assert_int_equal(where(3, 1), left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_port_is_flushed),
		CASE(a_connection_is_flushed),
		CASE(a_domain_is_flushed),
		CASE(all_that_is_set_must_hold),
		CASE(what_a_flush_will_remove_is_not_shown),
		CASE(flushes_are_bounded),
		CASE(one_learned_entry_is_removed),
		CASE(what_is_retired_is_drained_and_learns_nothing),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
