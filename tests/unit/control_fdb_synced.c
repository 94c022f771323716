/* SPDX-License-Identifier: BSD-3-Clause */
/* What peers tell of MACs, in the forwarding database: static before synced before learned. */
#include "eal.h"
#include "fdb_keeper.h"

#define SYNCED (BGW_REF_STATIC | BGW_REF_SYNCED)

static const bgw_ref other_tunnel = BGW_REF_CONNECTION | 2;

static void told(unsigned int number, bgw_ref place, bool is_news, int expected)
{
	const struct rte_ether_addr mac = mac_of(number);

	assert_int_equal(fdb_synced_set(fdb, 1, &mac, place, is_news), expected);
}

static void told_gone(unsigned int number, bgw_ref place)
{
	const struct rte_ether_addr mac = mac_of(number);

	fdb_synced_remove(fdb, 1, &mac, place);
}

static void a_synced_entry_stays_until_it_is_taken_back(void **state)
{
	(void)state;
	told(1, tunnel, true, 0);
	assert_int_equal(where(1, 1), tunnel | SYNCED);
	seen(1, 1, left);
	time_pass(4000);
	whole_pass();
	assert_int_equal(where(1, 1), tunnel | SYNCED);
	assert_int_equal(fdb_domain_count(fdb, 1), 0);
	told_gone(1, tunnel);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	seen(1, 1, left);
	assert_int_equal(where(1, 1), left);
	told_gone(1, tunnel);
	assert_int_equal(where(1, 1), left);
}

static void a_learned_entry_gives_way(void **state)
{
	(void)state;
	seen(1, 1, left);
	assert_int_equal(local_changes, 1);
	told(1, tunnel, true, 0);
	assert_int_equal(where(1, 1), tunnel | SYNCED);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
	/* The peer, whose MAC it was thought to be, hears that it is not here. */
	assert_int_equal(local_changes, 2);
	seen(2, 1, tunnel);
	told(2, tunnel, false, 0);
	assert_int_equal(where(2, 1), tunnel | SYNCED);
	assert_int_equal(fdb_connection_count(fdb, 1), 0);
	assert_int_equal(local_changes, 2);
}

static void a_static_entry_hides_it(void **state)
{
	const struct rte_ether_addr mac = mac_of(1);

	(void)state;
	told(1, tunnel, true, 0);
	fdb_static_set(fdb, 1, &mac, other_tunnel);
	assert_int_equal(where(1, 1), other_tunnel | BGW_REF_STATIC);
	told(1, tunnel, true, -EEXIST);
	told_gone(1, tunnel);
	told_gone(1, other_tunnel);
	assert_int_equal(where(1, 1), other_tunnel | BGW_REF_STATIC);
	fdb_static_remove(fdb, 1, &mac);
	told(1, tunnel, false, 0);
	assert_int_equal(where(1, 1), tunnel | SYNCED);
}

static void the_last_of_two_peers_counts(void **state)
{
	(void)state;
	fdb_connection_set(fdb, 2);
	told(1, tunnel, true, 0);
	told(1, other_tunnel, false, -EEXIST);
	assert_int_equal(where(1, 1), tunnel | SYNCED);
	told(1, other_tunnel, true, 0);
	told(1, tunnel, false, -EEXIST);
	told_gone(1, tunnel);
	assert_int_equal(where(1, 1), other_tunnel | SYNCED);
	told_gone(1, other_tunnel);
	told(1, tunnel, false, 0);
	assert_int_equal(where(1, 1), tunnel | SYNCED);
}

static void what_comes_to_attachments_and_goes_is_told(void **state)
{
	const struct rte_ether_addr mac = mac_of(1);

	(void)state;
	seen(1, 1, left);
	assert_int_equal(local_changes, 1);
	seen(1, 1, right);
	assert_int_equal(local_changes, 1);
	seen(1, 1, tunnel);
	assert_int_equal(local_changes, 2);
	seen(1, 1, left);
	assert_int_equal(local_changes, 3);
	assert_int_equal(fdb_remove_learned(fdb, 1, &mac), 0);
	assert_int_equal(local_changes, 4);
	seen(1, 1, right);
	time_pass(301);
	whole_pass();
	assert_int_equal(local_changes, 6);
	seen(1, 1, right);
	fdb_static_set(fdb, 1, &mac, tunnel);
	assert_int_equal(local_changes, 8);
	seen(2, 1, tunnel);
	time_pass(301);
	whole_pass();
	assert_int_equal(local_changes, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_synced_entry_stays_until_it_is_taken_back),
		CASE(a_learned_entry_gives_way),
		CASE(a_static_entry_hides_it),
		CASE(the_last_of_two_peers_counts),
		CASE(what_comes_to_attachments_and_goes_is_told),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
