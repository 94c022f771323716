/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops: which states of a neighbour are usable, what is asked of Linux, what is left in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink/request.h"
#include "underlay_world.h"

static void test_next_hop_is_asked_for(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path(world, WORLD_REMOTE);
	struct bgw_address hop = world_ip(WORLD_HOP);

	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
	assert_string_equal(underlay_path_state(path)->reason,
			    "next hop 10.1.0.254 on wan0 is not resolved: Linux gets no answer "
			    "from it");
	assert_int_equal(world->managed, 1);
	assert_non_null(world_neighbour_find(world, &hop));
	assert_true(bgw_address_equal(&world->looked_up_from,
				      &(struct bgw_address){.family = 4, .bytes = {10, 1, 0, 1}}));
	assert_int_equal(world->changes, 0);
	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
	assert_int_equal(world->changes, 1);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	assert_int_equal(world->last.port, 5);
	assert_int_equal(world->last.vlan, 0);
	assert_int_equal(world->last.mtu_bytes, 1500);
	world_assert_mac(&world->last.source_mac, "02:00:00:00:00:01");
	world_assert_mac(&world->last.next_hop_mac, WORLD_MAC_A);
	assert_string_equal(world->last.reason, "192.0.2.9 is reached by wan0, next hop "
						"10.1.0.254 at 02:00:00:00:00:aa, MTU 1500");
	underlay_path_remove(path);
}

static void test_destination_on_link_is_its_own_next_hop(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;

	world->route.gateway.family = 0;
	path = world_path(world, "10.1.0.2");
	world_neighbour(world, "10.1.0.2", NUD_REACHABLE, WORLD_MAC_A);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	assert_true(bgw_address_equal(&world->last.next_hop,
				      &(struct bgw_address){.family = 4, .bytes = {10, 1, 0, 2}}));
	underlay_path_remove(path);
}

static void test_ageing_states_stay_usable(void **state)
{
	static const uint16_t usable[] = {NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_REACHABLE};
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world->changes = 0;
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		world_neighbour(world, WORLD_HOP, usable[i], WORLD_MAC_A);
	world_pass(world, 60000);
	assert_int_equal(world->changes, 0);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	underlay_path_remove(path);
}

static void test_failed_incomplete_and_removed_withdraw(void **state)
{
	static const uint16_t lost[] = {NUD_FAILED, NUD_INCOMPLETE, 0};
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		world_neighbour(world, WORLD_HOP, lost[i], NULL);
		assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
		world_neighbour(world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
		assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	}
	underlay_path_remove(path);
}

static void test_mac_change_is_followed(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_B);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	world_assert_mac(&world->last.next_hop_mac, WORLD_MAC_B);
	underlay_path_remove(path);
}

static void test_group_or_own_mac_is_no_next_hop(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, "ff:ff:ff:ff:ff:ff");
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, "00:00:00:00:00:00");
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
	/* What Linux says of anybody on an interface without ARP. */
	world_neighbour(world, WORLD_HOP, NUD_NOARP, "02:00:00:00:00:01");
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
	underlay_path_remove(path);
}

static void test_failed_is_asked_again_once_a_second(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	unsigned int used;

	world_pass(world, 5000);
	world->used = 0;
	world_neighbour(world, WORLD_HOP, NUD_FAILED, NULL);
	world_pass(world, 0);
	assert_int_equal(world->used, 1);
	for (int i = 0; i < 100; i++) {
		world_neighbour(world, WORLD_HOP, NUD_FAILED, NULL);
		world_pass(world, 100);
	}
	used = world->used;
	assert_in_range(used, 9, 12);
	underlay_path_remove(path);
}

/* Linux flushes even managed neighbours with the carrier. */
static void test_removed_is_asked_for_again(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world_pass(world, 2000);
	assert_int_equal(world->managed, 1);
	world_neighbour(world, WORLD_HOP, 0, NULL);
	world_pass(world, 0);
	assert_int_equal(world->managed, 2);
	underlay_path_remove(path);
}

static void test_old_kernels_are_asked_every_15_s(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;

	world->manages = false;
	path = world_path_up(world);
	world->managed = 0;
	world_pass(world, 150000);
	assert_in_range(world->managed, 9, 11);
	underlay_path_remove(path);
}

/* The kernel would take away what an administrator gave. */
static void test_permanent_neighbour_is_left_alone(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;

	world_neighbour(world, WORLD_HOP, NUD_PERMANENT, WORLD_MAC_A);
	path = world_path(world, WORLD_REMOTE);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	world_pass(world, 60000);
	assert_int_equal(world->managed + world->used, 0);
	underlay_path_remove(path);
	assert_int_equal(world->deleted, 0);
}

static void test_what_became_permanent_is_not_deleted(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world_neighbour(world, WORLD_HOP, NUD_PERMANENT, WORLD_MAC_B);
	world_assert_mac(&world->last.next_hop_mac, WORLD_MAC_B);
	underlay_path_remove(path);
	assert_int_equal(world->deleted, 0);
}

static void test_nothing_of_ours_stays(void **state)
{
	struct world *world = *state;
	struct underlay_path *first = world_path_up(world);
	struct underlay_path *second = world_path(world, "192.0.2.10");

	underlay_path_remove(first);
	assert_int_equal(world->deleted, 0); /* the second goes by the same next hop */
	underlay_path_remove(second);
	assert_int_equal(world->deleted, 1);
}

static void put_orphan(struct world *world, size_t i, const char *ip, uint8_t protocol)
{
	world->neighbours[i] = (struct netlink_neighbour){
		.ifindex = WORLD_E0,
		.ip = world_ip(ip),
		.mac = world_mac(WORLD_MAC_A),
		.state = NUD_REACHABLE,
		.managed = true,
		.protocol = protocol,
	};
}

/* A neighbour of ours that no path comes to want was left by a process that was killed. */
static void test_what_a_killed_process_left_goes(void **state)
{
	struct world *world = *state;
	struct bgw_address unwanted = world_ip("10.1.0.77"), foreign = world_ip("10.1.0.78");
	struct bgw_address wanted = world_ip(WORLD_HOP);
	struct underlay_path *path;

	world_end(world);
	world_make(world);
	put_orphan(world, 0, "10.1.0.77", NETLINK_PROTOCOL_BGW);
	put_orphan(world, 1, "10.1.0.78", RTPROT_ZEBRA);
	put_orphan(world, 2, WORLD_HOP, NETLINK_PROTOCOL_BGW);
	world_start(world);
	path = world_path(world, WORLD_REMOTE);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	world_pass(world, 120000);
	assert_null(world_neighbour_find(world, &unwanted));
	assert_non_null(world_neighbour_find(world, &foreign));
	assert_non_null(world_neighbour_find(world, &wanted));
	underlay_path_remove(path);
	assert_null(world_neighbour_find(world, &wanted));
}

/* One that somebody else manages is used, and left to him. */
static void test_managed_by_another_is_left_to_him(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;

	put_orphan(world, 0, WORLD_HOP, RTPROT_ZEBRA);
	path = world_path(world, WORLD_REMOTE);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	underlay_path_remove(path);
	assert_int_equal(world->managed + world->used + world->deleted, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_next_hop_is_asked_for),
		TEST(test_destination_on_link_is_its_own_next_hop),
		TEST(test_ageing_states_stay_usable),
		TEST(test_failed_incomplete_and_removed_withdraw),
		TEST(test_mac_change_is_followed),
		TEST(test_group_or_own_mac_is_no_next_hop),
		TEST(test_failed_is_asked_again_once_a_second),
		TEST(test_removed_is_asked_for_again),
		TEST(test_old_kernels_are_asked_every_15_s),
		TEST(test_permanent_neighbour_is_left_alone),
		TEST(test_what_became_permanent_is_not_deleted),
		TEST(test_nothing_of_ours_stays),
		TEST(test_what_a_killed_process_left_goes),
		TEST(test_managed_by_another_is_left_to_him),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
