/* SPDX-License-Identifier: BSD-3-Clause */
/* Path objects: shared, published to the real tables, and again on every change of the underlay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>

#include <bgw/dataplane.h>
#include <bgw/tunnel.h>

#include "eal.h"
#include "fdb.h"
#include "index.h"
#include "object/tunnel.h"
#include "path.h"
#include "underlay_world.h"

#define PATHS 16

static const struct bgw_limits limits = {
	.macs = 1024,
	.connections = 16,
	.attachments = 16,
	.domains = 16,
	.paths = PATHS,
	.peers = 16,
	.neighbours = 16,
	.workers = 1,
};

static struct bgw_dataplane *dp;
static struct fdb *fdb;
static struct indexes *indexes;
static struct paths *paths;
static struct world world;
static unsigned int told;

static uint64_t clock_ns(void *arg)
{
	(void)arg;
	return 0;
}

static void path_told(void *context, const struct path *path)
{
	(void)context;
	(void)path;
	told++;
}

static int paths_setup(void **state)
{
	static const struct fdb_operations operations = {.now_ns = clock_ns};
	static const uint32_t counts[INDEX_KIND_COUNT] = {
		[INDEX_ATTACHMENT] = 16, [INDEX_CONNECTION] = 16, [INDEX_DOMAIN] = 16,
		[INDEX_PATH] = PATHS,	 [INDEX_PEER] = 16,	  [INDEX_NEIGHBOUR] = 16,
	};

	(void)state;
	told = 0;
	world_make(&world);
	world_start(&world);
	dp = bgw_dataplane_create(&limits);
	if (dp == NULL)
		return -1;
	fdb = fdb_create(dp, &limits, &operations, NULL);
	indexes = indexes_create(dp, fdb, counts);
	paths = paths_create(dp, world.underlay, indexes, 4789);
	if (paths == NULL)
		return -1;
	paths_watch(paths, path_told, NULL);
	return 0;
}

static int paths_teardown(void **state)
{
	(void)state;
	paths_destroy(paths);
	indexes_destroy(indexes);
	fdb_destroy(fdb);
	bgw_dataplane_destroy(dp);
	world_end(&world);
	return 0;
}

static struct path *acquire(const char *remote, enum bgw_encap encap, bool keyless)
{
	const struct path_key key = {
		.remote = world_ip(remote),
		.local = world_ip("10.1.0.1"),
		.encap = encap,
		.keyless = keyless,
	};

	return path_acquire(paths, &key);
}

/* What workers have at the path's index. */
static const struct path *sent(const struct path *path)
{
	return dp->paths[path_index(path)];
}

static bool mac_is(const struct path *path, const char *text)
{
	const struct outer_header *header = &sent(path)->header;
	const struct bgw_mac mac = world_mac(text);

	/* The header ends where its room ends, and begins with the next hop's address. */
	return memcmp(header->bytes + OUTER_HEADER_ROOM - header->length, &mac, sizeof(mac)) == 0;
}

static void path_is_published_and_follows(void **state)
{
	struct path *path = acquire("192.0.2.9", BGW_ENCAP_VXLAN, false);

	(void)state;
	assert_non_null(path);
	assert_int_equal(sent(path)->drop, BGW_DROP_PATH_UNRESOLVED);
	assert_int_equal(path_inner_mtu_bytes(path), 0);
	world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
	assert_int_equal(sent(path)->drop, PATH_IS_UP);
	assert_int_equal(sent(path)->port, 5);
	assert_true(mac_is(path, WORLD_MAC_A));
	world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_B);
	assert_true(mac_is(path, WORLD_MAC_B));
	world_link(&world, WORLD_E0, "e0", true, false);
	assert_int_equal(sent(path)->drop, BGW_DROP_PATH_LINK_DOWN);
	world.route_rc = -ENETUNREACH;
	world_link(&world, WORLD_E0, "e0", true, true);
	world_pass(&world, 20);
	assert_int_equal(sent(path)->drop, BGW_DROP_PATH_NO_ROUTE);
	assert_int_equal(told, 5); /* up, MAC, link down, up again, no route */
	path_release(path);
}

static void port_out_of_service_is_a_link_that_is_down(void **state)
{
	const struct underlay_port port = {
		.index = 5, .name = "wan0", .netdev = "e0", .admin_up = false};
	struct path *path = acquire("192.0.2.9", BGW_ENCAP_GRE, false);

	(void)state;
	assert_int_equal(underlay_port_set(world.underlay, &port), 0);
	assert_int_equal(sent(path)->drop, BGW_DROP_PATH_LINK_DOWN);
	path_release(path);
}

static void equal_keys_share_a_path(void **state)
{
	struct path *one = acquire("192.0.2.9", BGW_ENCAP_GRE, false);
	struct path *same = acquire("192.0.2.9", BGW_ENCAP_GRE, false);
	struct path *keyless = acquire("192.0.2.9", BGW_ENCAP_GRE, true);
	struct path *other = acquire("192.0.2.9", BGW_ENCAP_VXLAN, false);
	uint32_t index = path_index(one);

	(void)state;
	assert_ptr_equal(one, same);
	assert_ptr_not_equal(one, keyless);
	assert_ptr_not_equal(one, other);
	assert_int_not_equal(path_index(keyless), index);
	path_release(one);
	assert_non_null(dp->paths[index]);
	path_release(same);
	assert_null(dp->paths[index]);
	path_release(keyless);
	path_release(other);
}

/* What the API shows is what hosts are told. */
static void inner_mtu_is_that_of_the_workers(void **state)
{
	static const struct {
		enum bgw_encap encap;
		bool keyless;
		uint16_t mtu_bytes;
	} cases[] = {
		{BGW_ENCAP_VXLAN, false, 1450},
		{BGW_ENCAP_GRE, false, 1458},
		{BGW_ENCAP_GRE, true, 1462},
		{BGW_ENCAP_NVGRE, false, 1458},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct path *path = acquire("192.0.2.9", cases[i].encap, cases[i].keyless);

		world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
		assert_int_equal(path_inner_mtu_bytes(path), cases[i].mtu_bytes);
		assert_int_equal(sent(path)->mtu_bytes, cases[i].mtu_bytes);
		path_release(path);
	}
}

static void every_index_in_use_is_said(void **state)
{
	struct path *all[PATHS];
	size_t count = 0;
	char text[BGW_ADDRESS_TEXT_SIZE];

	(void)state;
	for (; count < PATHS; count++) {
		snprintf(text, sizeof(text), "192.0.2.%zu", count + 1);
		all[count] = acquire(text, BGW_ENCAP_VXLAN, false);
		if (all[count] == NULL)
			break;
	}
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(count, PATHS - 1);
	while (count > 0)
		path_release(all[--count]);
}

/* While the dataplane has no room for what is replaced, a change waits; the last one counts. */
static void change_waits_for_room(void **state)
{
	const struct bgw_path_spec filler = {
		.state = BGW_PATH_NO_ROUTE, .local.family = 4, .remote.family = 4};
	struct path *path = acquire("192.0.2.9", BGW_ENCAP_VXLAN, false);

	(void)state;
	world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
	while (bgw_dataplane_can_publish(dp, 16))
		assert_int_equal(bgw_path_set(dp, PATHS - 1, &filler), 0);
	world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, "02:00:00:00:00:cc");
	world_neighbour(&world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_B);
	paths_tick(paths);
	assert_true(mac_is(path, WORLD_MAC_A));
	while (bgw_dataplane_poll(dp) > 0)
		;
	paths_tick(paths);
	assert_true(mac_is(path, WORLD_MAC_B));
	path_release(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, paths_setup, paths_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(path_is_published_and_follows),
		TEST(port_out_of_service_is_a_link_that_is_down),
		TEST(equal_keys_share_a_path),
		TEST(inner_mtu_is_that_of_the_workers),
		TEST(every_index_in_use_is_said),
		TEST(change_waits_for_room),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
