/* SPDX-License-Identifier: BSD-3-Clause */
/* The keeper of the forwarding database, over the real tables, with its own clock. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bgw/dataplane.h>
#include <rte_ring_elem.h>

#include "fdb.h"
#include "index.h"
#include "worker/worker.h"

#include "eal.h"

#define SECOND_NS UINT64_C(1000000000)
#define PORT	  3

static const struct bgw_limits limits = {
	.macs = 4096,
	.connections = 16,
	.attachments = 16,
	.domains = 16,
	.paths = 16,
	.peers = 16,
	.neighbours = 16,
	.workers = 2,
};

static struct bgw_dataplane *dp;
static struct fdb *fdb;
static uint64_t now_ns;
static struct fdb_event last_event;
static unsigned int event_count;
static int refused[16]; /* by attachment */
static bool refuse_works;

static uint64_t clock_ns(void *arg)
{
	(void)arg;
	return now_ns;
}

static bool refuse(void *arg, uint32_t attachment, bool value)
{
	(void)arg;
	if (refuse_works)
		refused[attachment] = value;
	return refuse_works;
}

static void event(void *arg, const struct fdb_event *what)
{
	(void)arg;
	last_event = *what;
	event_count++;
}

static const struct fdb_operations operations = {
	.now_ns = clock_ns, .refuse = refuse, .event = event};

static const bgw_ref left = BGW_REF_ATTACHMENT | 1, right = BGW_REF_ATTACHMENT | 2,
		     tunnel = BGW_REF_CONNECTION | 1;

static void time_pass(unsigned int seconds)
{
	now_ns += seconds * SECOND_NS;
	dataplane_clock_set(dp, (uint16_t)(now_ns / SECOND_NS));
}

static int keeper_setup(void **state)
{
	(void)state;
	now_ns = 1000 * SECOND_NS;
	event_count = 0;
	memset(refused, 0, sizeof(refused));
	refuse_works = true;
	dp = bgw_dataplane_create(&limits);
	if (dp == NULL)
		return -1;
	time_pass(0);
	fdb = fdb_create(dp, &limits, &operations, NULL);
	fdb_domain_set(fdb, 1, 300, 0);
	fdb_domain_set(fdb, 2, 300, 0);
	fdb_attachment_set(fdb, 1, PORT, 0);
	fdb_attachment_set(fdb, 2, PORT + 1, 0);
	fdb_connection_set(fdb, 1);
	return fdb != NULL ? 0 : -1;
}

static int keeper_teardown(void **state)
{
	(void)state;
	fdb_destroy(fdb);
	bgw_dataplane_destroy(dp);
	return 0;
}

static struct rte_ether_addr mac_of(unsigned int number)
{
	return (struct rte_ether_addr){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void seen(unsigned int number, uint16_t domain, bgw_ref ref)
{
	struct bgw_event what = {
		.type = BGW_EVENT_MAC_SEEN, .domain = domain, .ref = ref, .mac = mac_of(number)};

	assert_int_equal(
		rte_ring_enqueue_elem(dp->workers[number % 2]->events, &what, sizeof(what)), 0);
	fdb_tick(fdb);
}

/* BGW_REF_NONE: not there. */
static bgw_ref where(unsigned int number, uint16_t domain)
{
	const struct rte_ether_addr mac = mac_of(number);
	struct bgw_fdb_entry entry;

	return bgw_fdb_get(dp, domain, &mac, &entry) == 0 ? entry.ref : BGW_REF_NONE;
}

static void whole_pass(void)
{
	const uint64_t pass = fdb_pass_request(fdb);

	for (unsigned int i = 0; i < 100 && !fdb_pass_done(fdb, pass); i++)
		fdb_tick(fdb);
	assert_true(fdb_pass_done(fdb, pass));
}

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

static const uint32_t index_limits[INDEX_KIND_COUNT] = {
	[INDEX_ATTACHMENT] = 4, [INDEX_CONNECTION] = 4, [INDEX_DOMAIN] = 4,
	[INDEX_PATH] = 4,	[INDEX_PEER] = 4,	[INDEX_NEIGHBOUR] = 4,
};

static void indexes_are_given_out_once(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	assert_int_equal(index_free_count(indexes, INDEX_PEER), 3);
	assert_int_equal(index_take(indexes, INDEX_PEER), 1);
	assert_int_equal(index_take(indexes, INDEX_PEER), 2);
	assert_int_equal(index_take(indexes, INDEX_PEER), 3);
	assert_int_equal(index_take(indexes, INDEX_PEER), 0);
	assert_int_equal(index_take(indexes, INDEX_PATH), 1);
	indexes_destroy(indexes);
}

static void both_tick(struct indexes *indexes, bool flood_lists_current)
{
	for (unsigned int i = 0; i < 10; i++) {
		fdb_tick(fdb);
		indexes_tick(indexes, flood_lists_current);
	}
}

static void an_index_rests_until_nothing_names_it(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	rte_rcu_qsbr_thread_register(dp->qsbr, 0);
	rte_rcu_qsbr_thread_online(dp->qsbr, 0);
	for (unsigned int i = 0; i < 3; i++)
		index_take(indexes, INDEX_ATTACHMENT);
	seen(1, 1, left);
	fdb_attachment_retire(fdb, 1);
	index_give_back(indexes, INDEX_ATTACHMENT, 1);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 0);
	/* A flood list mentions it, and then a worker may hold it. */
	both_tick(indexes, false);
	rte_rcu_qsbr_quiescent(dp->qsbr, 0);
	both_tick(indexes, true);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 0);
	rte_rcu_qsbr_quiescent(dp->qsbr, 0);
	both_tick(indexes, true);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 1);
	rte_rcu_qsbr_thread_offline(dp->qsbr, 0);
	rte_rcu_qsbr_thread_unregister(dp->qsbr, 0);
	indexes_destroy(indexes);
}

static void what_is_given_back_meanwhile_rests_for_the_next_round(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		index_take(indexes, INDEX_PEER);
	index_give_back(indexes, INDEX_PEER, 2);
	indexes_tick(indexes, true);
	index_give_back(indexes, INDEX_PEER, 3);
	both_tick(indexes, true);
	assert_int_equal(index_free_count(indexes, INDEX_PEER), 2);
	indexes_destroy(indexes);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, keeper_setup, keeper_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_source_is_learned_and_counted),
		CASE(what_nobody_set_is_not_learned),
		CASE(a_silent_source_is_forgotten),
		CASE(ages_go_round_after_18_hours),
		CASE(passes_come_by_themselves),
		CASE(a_source_that_moves_is_followed),
		CASE(the_fifth_move_freezes_and_300_seconds_thaw),
		CASE(moves_far_apart_do_not_freeze),
		CASE(many_movers_are_told_apart),
		CASE(a_full_attachment_refuses_until_it_has_room),
		CASE(a_refusal_that_must_wait_is_published_later),
		CASE(a_full_domain_learns_no_more),
		CASE(a_static_entry_is_never_overridden),
		CASE(a_static_entry_finds_room_in_a_full_table),
		CASE(a_port_is_flushed),
		CASE(a_connection_is_flushed),
		CASE(a_domain_is_flushed),
		CASE(all_that_is_set_must_hold),
		CASE(what_a_flush_will_remove_is_not_shown),
		CASE(flushes_are_bounded),
		CASE(one_learned_entry_is_removed),
		CASE(what_is_retired_is_drained_and_learns_nothing),
		CASE(indexes_are_given_out_once),
		CASE(an_index_rests_until_nothing_names_it),
		CASE(what_is_given_back_meanwhile_rests_for_the_next_round),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
