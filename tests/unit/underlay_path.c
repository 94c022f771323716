/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths as Linux changes its mind: routes, links, addresses, path MTU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "underlay_world.h"

static void test_route_changes_are_debounced(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world->lookups = 0;
	for (int i = 0; i < 10; i++) {
		world_route_event(world);
		world_pass(world, 10);
	}
	assert_int_equal(world->lookups, 0);
	world_pass(world, 20);
	assert_int_equal(world->lookups, 1);
	/* A storm does not put it off for ever. */
	world->lookups = 0;
	for (int i = 0; i < 100; i++) {
		world_route_event(world);
		world_pass(world, 10);
	}
	assert_in_range(world->lookups, 4, 6);
	underlay_path_remove(path);
}

static void test_route_that_goes_and_comes(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world->route_rc = -ENETUNREACH;
	world_route_event(world);
	world_pass(world, 20);
	assert_int_equal(world->last.state, UNDERLAY_NO_ROUTE);
	assert_string_equal(world->last.reason, "Linux has no route to 192.0.2.9 from 10.1.0.1 "
						"(Network is unreachable)");
	assert_int_equal(world->deleted, 1); /* nobody wants the next hop any more */
	world->route_rc = 0;
	world->route.gateway = world_ip("10.1.0.253");
	world_route_event(world);
	world_pass(world, 20);
	world_neighbour(world, "10.1.0.253", NUD_REACHABLE, WORLD_MAC_B);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	world_assert_mac(&world->last.next_hop_mac, WORLD_MAC_B);
	underlay_path_remove(path);
}

static void test_routes_that_are_no_way(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;

	world->route.type = RTN_LOCAL;
	path = world_path(world, WORLD_REMOTE);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_NO_ROUTE);
	assert_string_equal(underlay_path_state(path)->reason,
			    "192.0.2.9 is an address of this machine");
	underlay_path_remove(path);
	world->route.type = RTN_UNICAST;
	world->route.encapsulated = true;
	path = world_path(world, WORLD_REMOTE);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_NO_ROUTE);
	underlay_path_remove(path);
	world->route.encapsulated = false;
	world->route.ifindex = 9;
	world_link(world, 9, "mgmt0", true, true);
	path = world_path(world, WORLD_REMOTE);
	assert_string_equal(underlay_path_state(path)->reason,
			    "the route to 192.0.2.9 leaves by mgmt0, which is no underlay port "
			    "(nor its VLAN)");
	assert_int_equal(world->managed, 0); /* nothing is asked for on a foreign interface */
	underlay_path_remove(path);
}

static void test_link_states(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	struct underlay_port port = {.index = 5, .name = "wan0", .netdev = "e0", .admin_up = false};

	world_link(world, WORLD_E0, "e0", true, false);
	assert_int_equal(world->last.state, UNDERLAY_LINK_DOWN);
	assert_string_equal(world->last.reason, "netdev e0 of underlay port wan0 has no carrier");
	world_link(world, WORLD_E0, "e0", false, false);
	assert_string_equal(world->last.reason, "netdev e0 of underlay port wan0 is down in Linux");
	world_link(world, WORLD_E0, "e0", true, true);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	assert_int_equal(underlay_port_set(world->underlay, &port), 0);
	assert_int_equal(world->last.state, UNDERLAY_ADMIN_DOWN);
	assert_string_equal(world->last.reason, "underlay port wan0 is administratively down");
	port.admin_up = true;
	assert_int_equal(underlay_port_set(world->underlay, &port), 0);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	world_link_remove(world, WORLD_E0);
	assert_int_equal(world->last.state, UNDERLAY_NO_ROUTE);
	underlay_path_remove(path);
}

/* Linux does not announce the IPv4 routes that go with a link or an address. */
static void test_link_and_address_changes_look_up(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	world->lookups = 0;
	world_link(world, WORLD_E0, "e0", true, false);
	world_pass(world, 20);
	assert_int_equal(world->lookups, 1);
	world_address(world, WORLD_E0, "10.1.0.1/24", false);
	world_pass(world, 20);
	assert_int_equal(world->lookups, 1); /* no address, no question */
	assert_int_equal(world->last.state, UNDERLAY_NO_ROUTE);
	assert_string_equal(world->last.reason,
			    "10.1.0.1 is no address of this machine: add it in Linux");
	underlay_path_remove(path);
}

static void test_vlan_of_the_underlay(void **state)
{
	struct world *world = *state;
	struct underlay_port port = {
		.index = 5, .name = "wan0", .netdev = "e0", .admin_up = true, .vlan = 100};
	struct underlay_path *path = world_path_up(world);
	struct bgw_address own[4];

	assert_int_equal(underlay_port_set(world->underlay, &port), 0);
	/* The route still leaves by the untagged netdev, which is not the port's VLAN. */
	assert_int_equal(world->last.state, UNDERLAY_NO_ROUTE);
	assert_int_equal(underlay_own_addresses(world->underlay, own, 4), 1); /* the path's */
	world_vlan(world, 7, "e0.100", WORLD_E0, 100);
	world_address(world, 7, "10.3.0.1/24", true);
	assert_int_equal(underlay_own_addresses(world->underlay, own, 4), 2);
	world->route.ifindex = 7;
	world_route_event(world);
	world_pass(world, 20);
	assert_int_equal(world->last.state, UNDERLAY_UNRESOLVED);
	world_vlan(world, 8, "e0.200", WORLD_E0, 200);
	world->route.ifindex = 8;
	world_route_event(world);
	world_pass(world, 20);
	assert_int_equal(world->last.state, UNDERLAY_NO_ROUTE);
	underlay_path_remove(path);
}

/* A dump says everything that there still is; what it does not say is gone. */
static void test_dump_finds_what_was_missed(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	struct bgw_address hop = world_ip(WORLD_HOP);

	world_neighbour_find(world, &hop)->ifindex = 0;
	underlay_dump_begin(world->underlay, NETLINK_KIND_NEIGHBOUR);
	underlay_dump_end(world->underlay, NETLINK_KIND_NEIGHBOUR);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UNRESOLVED);
	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
	underlay_dump_begin(world->underlay, NETLINK_KIND_ADDRESS);
	underlay_dump_end(world->underlay, NETLINK_KIND_ADDRESS);
	world_pass(world, 20);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_NO_ROUTE);
	underlay_dump_begin(world->underlay, NETLINK_KIND_LINK);
	underlay_dump_end(world->underlay, NETLINK_KIND_LINK);
	underlay_path_remove(path);
}

static void test_mtu_of_route_is_followed(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	/* A learned exception, which Linux does not announce. */
	world->route.mtu_bytes = 1400;
	world_pass(world, 11000);
	assert_int_equal(world->last.mtu_bytes, 1400);
	world->route.mtu_bytes = 9000;
	world_pass(world, 11000);
	assert_int_equal(world->last.mtu_bytes, 1500); /* never more than the link's */
	underlay_path_remove(path);
}

/* The last path gone, nothing is due any more. */
static void test_idle_without_paths(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);

	underlay_path_remove(path);
	world_pass(world, 30000);
	assert_int_equal(world->timer_ms, UNDERLAY_NEVER);
}

/* Between two slices of many paths others have their turn: a timer of libuv that is due at once
 * goes before all that waits. */
static void test_many_paths_leave_time_to_others(void **state)
{
	struct world *world = *state;
	struct underlay_path *paths[300];
	int slices = 0;

	for (int i = 0; i < 300; i++)
		paths[i] = world_path(world, WORLD_REMOTE);
	world_pass(world, 9000);
	world->lookups = 0;
	while (world->lookups < 300 && ++slices < 100) {
		const unsigned int before = world->lookups;

		assert_true(world->timer_ms > world->now_ms);
		world->now_ms = world->timer_ms;
		world->timer_ms = UNDERLAY_NEVER;
		underlay_timer(world->underlay);
		assert_true(world->lookups - before <= 64);
	}
	assert_int_equal(world->lookups, 300);
	for (int i = 0; i < 300; i++)
		underlay_path_remove(paths[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_route_changes_are_debounced),
		TEST(test_route_that_goes_and_comes),
		TEST(test_routes_that_are_no_way),
		TEST(test_link_states),
		TEST(test_link_and_address_changes_look_up),
		TEST(test_vlan_of_the_underlay),
		TEST(test_dump_finds_what_was_missed),
		TEST(test_mtu_of_route_is_followed),
		TEST(test_idle_without_paths),
		TEST(test_many_paths_leave_time_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
