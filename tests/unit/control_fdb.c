/* SPDX-License-Identifier: BSD-3-Clause */
/* What the keeper of the forwarding database learns, and what it does not. */
#include "eal.h"
#include "fdb_keeper.h"

static void a_source_is_learned_and_counted(void **state)
{
	(void)state;
	seen(1, 1, left);
	assert_int_equal(where(1, 1), left);
	assert_int_equal(where(1, 2), BGW_REF_NONE);
	assert_int_equal(fdb_domain_count(fdb, 1), 1);
	assert_int_equal(fdb_attachment_count(fdb, 1), 1);
	seen(1, 1, left);
	assert_int_equal(fdb_domain_count(fdb, 1), 1);
	seen(1, 2, tunnel);
	assert_int_equal(fdb_connection_count(fdb, 1), 1);
}

static void what_nobody_set_is_not_learned(void **state)
{
	(void)state;
	seen(1, 3, left);
	seen(2, 1, BGW_REF_ATTACHMENT | 9);
	seen(3, 1, BGW_REF_CONNECTION | 9);
	seen(4, UINT16_MAX, left);
	seen(5, 1, BGW_REF_ATTACHMENT | BGW_REF_INDEX);
	assert_int_equal(bgw_fdb_count(dp), 0);
}

static void a_silent_source_is_forgotten(void **state)
{
	(void)state;
	fdb_domain_set(fdb, 2, 10, 0);
	seen(1, 1, left);
	seen(1, 2, left);
	time_pass(10);
	whole_pass();
	assert_int_equal(bgw_fdb_count(dp), 2);
	time_pass(1);
	whole_pass();
	assert_int_equal(where(1, 2), BGW_REF_NONE);
	assert_int_equal(where(1, 1), left);
	time_pass(290);
	whole_pass();
	assert_int_equal(bgw_fdb_count(dp), 0);
	assert_int_equal(fdb_domain_count(fdb, 1), 0);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
	assert_int_equal(fdb_counters_get(fdb)->aged, 2);
}

static void ages_go_round_after_18_hours(void **state)
{
	(void)state;
	time_pass(64000);
	seen(1, 1, left);
	time_pass(299);
	whole_pass();
	assert_int_equal(where(1, 1), left);
	time_pass(500);
	whole_pass();
	assert_int_equal(where(1, 1), BGW_REF_NONE);
}

static void passes_come_by_themselves(void **state)
{
	(void)state;
	seen(1, 1, left);
	time_pass(301);
	fdb_tick(fdb);
	fdb_tick(fdb);
	assert_int_equal(bgw_fdb_count(dp), 0);
}

static void a_source_that_moves_is_followed(void **state)
{
	(void)state;
	seen(1, 1, left);
	seen(1, 1, tunnel);
	assert_int_equal(where(1, 1), tunnel);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
	assert_int_equal(fdb_connection_count(fdb, 1), 1);
	assert_int_equal(fdb_domain_count(fdb, 1), 1);
	assert_int_equal(fdb_counters_get(fdb)->moved, 1);
}

/* Who is told of a MAC is told once, and again when it moves; not when nothing changed. */
static void what_was_learned_is_told(void **state)
{
	(void)state;
	seen(1, 1, left);
	assert_int_equal(learned_count, 1);
	assert_int_equal(last_learned, left);
	seen(1, 1, left);
	assert_int_equal(learned_count + moved_count, 1);
	seen(1, 1, tunnel);
	assert_int_equal(learned_count, 1);
	assert_int_equal(moved_count, 1);
	assert_int_equal(last_learned, tunnel);
}

static void the_fifth_move_freezes_and_300_seconds_thaw(void **state)
{
	(void)state;
	seen(1, 1, left);
	for (unsigned int i = 0; i < 4; i++) {
		time_pass(40);
		seen(1, 1, i % 2 == 0 ? right : left);
	}
	assert_int_equal(event_count, 0);
	time_pass(40);
	seen(1, 1, right);
	assert_int_equal(where(1, 1), right | BGW_REF_FROZEN);
	assert_int_equal(event_count, 1);
	assert_int_equal(last_event.kind, FDB_MAC_FROZEN);
	assert_int_equal(last_event.place, right);
	time_pass(200);
	seen(1, 1, left);
	assert_int_equal(where(1, 1), right | BGW_REF_FROZEN);
	time_pass(99);
	fdb_tick(fdb);
	assert_int_equal(where(1, 1), right | BGW_REF_FROZEN);
	time_pass(1);
	fdb_tick(fdb);
	assert_int_equal(last_event.kind, FDB_MAC_THAWED);
	assert_int_equal(where(1, 1), right);
	seen(1, 1, left);
	assert_int_equal(where(1, 1), left);
}

static void moves_far_apart_do_not_freeze(void **state)
{
	(void)state;
	seen(1, 1, left);
	for (unsigned int i = 0; i < 20; i++) {
		time_pass(46);
		seen(1, 1, i % 2 == 0 ? right : left);
	}
	assert_int_equal(event_count, 0);
}

static void many_movers_are_told_apart(void **state)
{
	(void)state;
	for (unsigned int mac = 0; mac < 1000; mac++)
		seen(mac, 1, left);
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int mac = 0; mac < 1000; mac++)
			seen(mac, 1, i % 2 == 0 ? right : left);
	assert_int_equal(event_count, 0);
	seen(7, 1, right);
	assert_int_equal(event_count, 1);
	assert_int_equal(where(7, 1), right | BGW_REF_FROZEN);
	assert_int_equal(where(8, 1), left);
}

static void a_full_attachment_refuses_until_it_has_room(void **state)
{
	(void)state;
	fdb_attachment_set(fdb, 1, PORT, 2);
	seen(1, 1, left);
	assert_false(refused[1]);
	seen(2, 1, left);
	assert_true(refused[1]);
	assert_int_equal(last_event.kind, FDB_ATTACHMENT_FULL);
	assert_true(fdb_attachment_refuses(fdb, 1));
	seen(3, 1, left);
	assert_int_equal(where(3, 1), BGW_REF_NONE);
	seen(4, 1, right);
	seen(4, 1, left);
	assert_int_equal(where(4, 1), right);
	assert_int_equal(fdb_counters_get(fdb)->over_attachment_limit, 2);
	seen(2, 1, right);
	assert_false(refused[1]);
	seen(3, 1, left);
	assert_int_equal(where(3, 1), left);
}

static void a_refusal_that_must_wait_is_published_later(void **state)
{
	(void)state;
	refuse_works = false;
	fdb_attachment_set(fdb, 1, PORT, 1);
	seen(1, 1, left);
	assert_false(refused[1]);
	refuse_works = true;
	fdb_tick(fdb);
	assert_true(refused[1]);
}

static void a_full_domain_learns_no_more(void **state)
{
	(void)state;
	fdb_domain_set(fdb, 1, 300, 2);
	for (unsigned int mac = 0; mac < 10; mac++)
		seen(mac, 1, left);
	assert_int_equal(fdb_domain_count(fdb, 1), 2);
	assert_false(refused[1]);
	assert_int_equal(fdb_counters_get(fdb)->over_domain_limit, 8);
	assert_int_equal(event_count, 1);
	assert_int_equal(last_event.kind, FDB_DOMAIN_FULL);
	seen(9, 2, left);
	assert_int_equal(where(9, 2), left);
}

static void a_static_entry_is_never_overridden(void **state)
{
	const struct rte_ether_addr mac = mac_of(1);

	(void)state;
	seen(1, 1, left);
	fdb_static_set(fdb, 1, &mac, tunnel);
	assert_int_equal(where(1, 1), tunnel | BGW_REF_STATIC);
	assert_int_equal(fdb_domain_count(fdb, 1), 0);
	assert_int_equal(fdb_attachment_count(fdb, 1), 0);
	seen(1, 1, left);
	time_pass(4000);
	whole_pass();
	assert_int_equal(where(1, 1), tunnel | BGW_REF_STATIC);
	assert_int_equal(fdb_remove_learned(fdb, 1, &mac), -EPERM);
	fdb_static_remove(fdb, 1, &mac);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	seen(1, 1, left);
	assert_int_equal(where(1, 1), left);
}

static void a_static_entry_finds_room_in_a_full_table(void **state)
{
	(void)state;
	for (unsigned int mac = 0; mac < 5000; mac++)
		seen(mac, 1, left);
	assert_int_equal(bgw_fdb_count(dp), 4096);
	assert_int_equal(fdb_domain_count(fdb, 1), 4096);
	assert_int_equal(fdb_counters_get(fdb)->table_full, 5000 - 4096);
	for (unsigned int mac = 6000; mac < 6100; mac++) {
		const struct rte_ether_addr address = mac_of(mac);

		fdb_static_set(fdb, 1, &address, tunnel);
		assert_int_equal(where(mac, 1), tunnel | BGW_REF_STATIC);
	}
	assert_int_equal(bgw_fdb_count(dp), 4096);
	assert_int_equal(fdb_domain_count(fdb, 1), 4096 - 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_source_is_learned_and_counted),
		CASE(what_nobody_set_is_not_learned),
		CASE(a_silent_source_is_forgotten),
		CASE(ages_go_round_after_18_hours),
		CASE(passes_come_by_themselves),
		CASE(a_source_that_moves_is_followed),
		CASE(what_was_learned_is_told),
		CASE(the_fifth_move_freezes_and_300_seconds_thaw),
		CASE(moves_far_apart_do_not_freeze),
		CASE(many_movers_are_told_apart),
		CASE(a_full_attachment_refuses_until_it_has_room),
		CASE(a_refusal_that_must_wait_is_published_later),
		CASE(a_full_domain_learns_no_more),
		CASE(a_static_entry_is_never_overridden),
		CASE(a_static_entry_finds_room_in_a_full_table),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
