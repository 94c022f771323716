/* SPDX-License-Identifier: BSD-3-Clause */
/* Own addresses, the source address rule, and what the configuration knows without Linux. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "underlay_world.h"

/* The own addresses, as "a b c". */
static const char *own(const struct world *world)
{
	static char text[512];
	struct bgw_address list[8];
	size_t count = underlay_own_addresses(world->underlay, list, 8);

	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		char one[BGW_ADDRESS_TEXT_SIZE];

		if (i > 0)
			strcat(text, " ");
		strcat(text, bgw_address_format(&list[i], one));
	}
	return text;
}

static void add_static(struct world *world, const char *prefix)
{
	struct bgw_prefix address;

	assert_int_equal(bgw_prefix_parse(prefix, &address), 0);
	assert_int_equal(underlay_static_address_add(world->underlay, &address), 0);
}

static void test_own_addresses_follow_underlay_netdevs(void **state)
{
	struct world *world = *state;

	assert_string_equal(own(world), "10.1.0.1");
	world_link(world, 1, "lo", true, true);
	world_link(world, 9, "mgmt0", true, true);
	world->own_changes = 0;
	world_address(world, 1, "127.0.0.1/8", true);
	world_address(world, 9, "10.9.0.1/24", true);
	world_address(world, WORLD_E0, "169.254.7.7/16", true);
	world_address(world, WORLD_E0, "fe80::1/64", true);
	assert_int_equal(world->own_changes, 0);
	world_address(world, WORLD_E0, "10.2.0.1/24", true);
	world_address(world, WORLD_E0, "2001:db8::1/64", true);
	assert_int_equal(world->own_changes, 2);
	assert_string_equal(own(world), "10.1.0.1 10.2.0.1 2001:db8::1");
	/* The same again is no change; nor is the same address in another prefix. */
	world_address(world, WORLD_E0, "10.2.0.1/24", true);
	world_address(world, WORLD_E0, "10.2.0.1/25", true);
	world_address(world, WORLD_E0, "10.2.0.1/25", false);
	assert_int_equal(world->own_changes, 2);
	world_address(world, WORLD_E0, "10.1.0.1/24", false);
	assert_string_equal(own(world), "10.2.0.1 2001:db8::1");
	assert_int_equal(world->own_changes, 3);
	world_link_remove(world, WORLD_E0);
	assert_string_equal(own(world), "");
}

static void test_tentative_address_is_not_ours_yet(void **state)
{
	struct world *world = *state;
	struct netlink_message message;

	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_ADDRESS;
	message.address.ifindex = WORLD_E0;
	assert_int_equal(bgw_prefix_parse("2001:db8::9/64", &message.address.prefix), 0);
	underlay_message(world->underlay, &message);
	assert_string_equal(own(world), "10.1.0.1");
	message.address.usable = true;
	underlay_message(world->underlay, &message);
	assert_string_equal(own(world), "10.1.0.1 2001:db8::9");
}

static void ignore(void *context, const struct underlay_path_state *path_state)
{
	(void)context;
	(void)path_state;
}

/* A loopback address is ours as long as a tunnel ends there. */
static void test_loopback_address_of_a_path(void **state)
{
	struct world *world = *state;
	struct bgw_address remote = world_ip("192.0.2.9"), local = world_ip("203.0.113.1");
	struct underlay_path *path;

	world_link(world, 1, "lo", true, true);
	world_address(world, 1, "203.0.113.1/32", true);
	assert_string_equal(own(world), "10.1.0.1");
	path = underlay_path_add(world->underlay, &remote, &local, ignore, NULL);
	assert_non_null(path);
	assert_string_equal(own(world), "10.1.0.1 203.0.113.1");
	underlay_path_remove(path);
	assert_string_equal(own(world), "10.1.0.1");
}

static int source(const struct world *world, const char *remote, const char *local_ip, char *is,
		  char *why, size_t why_size)
{
	struct bgw_address to = world_ip(remote), from = {0}, local = {0};
	int rc;

	if (local_ip != NULL)
		local = world_ip(local_ip);
	why[0] = '\0';
	rc = underlay_source(world->underlay, &to, &local, &from, why, why_size);
	if (rc == 0)
		bgw_address_format(&from, is);
	return rc;
}

static void test_source_is_the_only_address(void **state)
{
	struct world *world = *state;
	char is[BGW_ADDRESS_TEXT_SIZE], why[256];

	assert_int_equal(source(world, "192.0.2.9", NULL, is, why, sizeof(why)), 0);
	assert_string_equal(is, "10.1.0.1");
	/* An address of the other version does not count. */
	world_address(world, WORLD_E0, "2001:db8::1/64", true);
	assert_int_equal(source(world, "192.0.2.9", NULL, is, why, sizeof(why)), 0);
	assert_int_equal(source(world, "2001:db8::9", NULL, is, why, sizeof(why)), 0);
	assert_string_equal(is, "2001:db8::1");
}

static void test_source_that_is_ambiguous_or_absent_is_refused(void **state)
{
	struct world *world = *state;
	char is[BGW_ADDRESS_TEXT_SIZE], why[256];

	assert_int_equal(source(world, "2001:db8::9", NULL, is, why, sizeof(why)), -EADDRNOTAVAIL);
	assert_string_equal(why, "no underlay port has an IPv6 address; give local_ip, or add an "
				 "address to an underlay netdev");
	world_address(world, WORLD_E0, "10.2.0.1/24", true);
	assert_int_equal(source(world, "192.0.2.9", NULL, is, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "the underlay has several IPv4 addresses (10.1.0.1, 10.2.0.1); "
				 "give local_ip, or set underlay.vtep");
	world_address(world, WORLD_E0, "10.3.0.1/24", true);
	assert_int_equal(source(world, "192.0.2.9", NULL, is, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "the underlay has several IPv4 addresses (10.1.0.1, 10.2.0.1, "
				 "...); give local_ip, or set underlay.vtep");
	assert_int_equal(source(world, "192.0.2.9", "10.2.0.1", is, why, sizeof(why)), 0);
	assert_string_equal(is, "10.2.0.1");
}

static void test_source_of_another_version_is_refused(void **state)
{
	struct world *world = *state;
	char is[BGW_ADDRESS_TEXT_SIZE], why[256];

	assert_int_equal(source(world, "192.0.2.9", "2001:db8::1", is, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "local_ip 2001:db8::1 and the remote gateway's address are not of "
				 "the same IP version; give a local_ip of IPv4");
}

static void test_source_is_the_vtep(void **state)
{
	struct world *world = *state;
	struct underlay_environment environment = {0};
	struct bgw_address vtep = world_ip("203.0.113.1"), remote = world_ip("192.0.2.9"), from;
	struct underlay *underlay;
	char why[256];

	/* Nothing of the environment is needed to tell it. */
	(void)world;
	underlay = underlay_create(&environment, &vtep);
	assert_non_null(underlay);
	assert_int_equal(underlay_source(underlay, &remote, NULL, &from, why, sizeof(why)), 0);
	assert_true(bgw_address_equal(&from, &vtep));
	underlay_destroy(underlay);
}

static struct underlay_path_state *static_state(struct world *world, const char *remote,
						struct underlay_path **path)
{
	static struct underlay_path_state copy;
	struct bgw_address to = world_ip(remote), from = world_ip("198.51.100.1");

	*path = underlay_path_add(world->underlay, &to, &from, ignore, NULL);
	assert_non_null(*path);
	copy = *underlay_path_state(*path);
	return &copy;
}

static void put_vdev(struct world *world, bool link_up)
{
	struct underlay_port port = {
		.index = 6,
		.name = "gen0",
		.admin_up = true,
		.link_up = link_up,
		.mac = world_mac("02:00:00:00:00:06"),
		.mtu_bytes = 9000,
		.vlan = 42,
	};

	assert_int_equal(underlay_port_set(world->underlay, &port), 0);
}

static void test_static_addresses_and_neighbours(void **state)
{
	struct world *world = *state;
	struct bgw_address ip = world_ip("198.51.100.2");
	struct bgw_mac mac = world_mac("02:00:00:00:00:02");
	struct underlay_path *path;
	struct underlay_path_state *is;

	put_vdev(world, true);
	add_static(world, "198.51.100.1/24");
	assert_string_equal(own(world), "10.1.0.1 198.51.100.1");
	assert_int_equal(underlay_static_neighbour_add(world->underlay, &ip, &mac, 6), 0);
	is = static_state(world, "198.51.100.2", &path);
	assert_int_equal(is->state, UNDERLAY_UP);
	assert_int_equal(is->port, 6);
	assert_int_equal(is->vlan, 42);
	assert_int_equal(is->mtu_bytes, 9000);
	assert_memory_equal(&is->next_hop_mac, &mac, sizeof(mac));
	assert_int_equal(is->source_mac.bytes[5], 6);
	put_vdev(world, false);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_LINK_DOWN);
	put_vdev(world, true);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	underlay_path_remove(path);
	assert_int_equal(world->lookups + world->managed, 0); /* Linux was not asked */
}

static void test_static_without_its_neighbour(void **state)
{
	struct world *world = *state;
	struct underlay_path *path;
	struct underlay_path_state *is;

	put_vdev(world, true);
	add_static(world, "198.51.100.1/25");
	is = static_state(world, "198.51.100.2", &path);
	assert_int_equal(is->state, UNDERLAY_UNRESOLVED);
	assert_string_equal(is->reason, "198.51.100.2 has no MAC: add it to underlay.neighbours of "
					"the configuration");
	underlay_path_remove(path);
	is = static_state(world, "198.51.100.200", &path);
	assert_int_equal(is->state, UNDERLAY_NO_ROUTE);
	underlay_path_remove(path);
}

static void count_hops(void *context, const struct underlay_next_hop *next_hop)
{
	unsigned int *count = context;

	*count += strcmp(next_hop->port, "gen0") == 0 && strcmp(next_hop->state, "static") == 0;
	*count += strcmp(next_hop->port, "wan0") == 0 &&
				  strcmp(next_hop->state, "incomplete") == 0 &&
				  next_hop->since_ms == 1500
			  ? 10
			  : 0;
}

static void test_next_hops_are_listed(void **state)
{
	struct world *world = *state;
	struct bgw_address ip = world_ip("198.51.100.2");
	struct bgw_mac mac = world_mac("02:00:00:00:00:02");
	struct underlay_path *path = world_path(world, "192.0.2.9");
	unsigned int count = 0;

	put_vdev(world, true);
	assert_int_equal(underlay_static_neighbour_add(world->underlay, &ip, &mac, 6), 0);
	world_pass(world, 1500);
	underlay_next_hops(world->underlay, count_hops, &count);
	assert_int_equal(count, 11);
	underlay_path_remove(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_addresses_follow_underlay_netdevs),
		TEST(test_tentative_address_is_not_ours_yet),
		TEST(test_loopback_address_of_a_path),
		TEST(test_source_is_the_only_address),
		TEST(test_source_that_is_ambiguous_or_absent_is_refused),
		TEST(test_source_of_another_version_is_refused),
		TEST(test_source_is_the_vtep),
		TEST(test_static_addresses_and_neighbours),
		TEST(test_static_without_its_neighbour),
		TEST(test_next_hops_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
