/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors that quote a tunnel packet of ours lower its path's MTU, and no others do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>

#include "guarded.h"
#include "underlay_world.h"

#define QUOTE_AT   8
#define UDP_AT	   28
#define FULL_BYTES 36

static void seal(uint8_t *icmp, size_t bytes)
{
	store_u16(icmp + 2, 0);
	store_u16(icmp + 2, slow_checksum(icmp, bytes, 0));
}

/* Fragmentation Needed for a VXLAN packet of 1,500 bytes from 10.1.0.1 to 192.0.2.9. */
static void make(uint8_t icmp[FULL_BYTES], uint16_t mtu_bytes)
{
	static const uint8_t addresses[] = {10, 1, 0, 1, 192, 0, 2, 9};

	memset(icmp, 0, FULL_BYTES);
	icmp[0] = 3;
	icmp[1] = 4;
	store_u16(icmp + 6, mtu_bytes);
	icmp[QUOTE_AT] = 0x45;
	store_u16(icmp + QUOTE_AT + 2, 1500);
	icmp[QUOTE_AT + 6] = 0x40;
	icmp[QUOTE_AT + 8] = 60;
	icmp[QUOTE_AT + 9] = 17;
	memcpy(icmp + QUOTE_AT + 12, addresses, sizeof(addresses));
	store_u16(icmp + UDP_AT, 50000);
	store_u16(icmp + UDP_AT + 2, 4789);
	store_u16(icmp + UDP_AT + 4, 1480);
	seal(icmp, FULL_BYTES);
}

static int give(struct world *world, const uint8_t *icmp, size_t bytes)
{
	return underlay_too_big(world->underlay, 4, guarded_copy(icmp, bytes), bytes);
}

static void test_lowers_for_ten_minutes(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	make(icmp, 1400);
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	assert_int_equal(world->last.mtu_bytes, 1400);
	assert_int_equal(world->last.state, UNDERLAY_UP);
	world_pass(world, 595000);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1400);
	world_pass(world, 20000);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1500);
	underlay_path_remove(path);
}

static void test_said_again_lasts_again(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	make(icmp, 1400);
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	world_pass(world, 500000);
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	world_pass(world, 500000);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1400);
	/* A higher one does not raise it. */
	make(icmp, 1450);
	assert_int_equal(give(world, icmp, sizeof(icmp)), -ENOENT);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1400);
	underlay_path_remove(path);
}

static void test_floor(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	make(icmp, 68);
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	assert_int_equal(world->last.mtu_bytes, 576);
	underlay_path_remove(path);
}

static void test_gre_is_quoted_too(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	make(icmp, 1400);
	icmp[QUOTE_AT + 9] = 47;
	store_u16(icmp + UDP_AT, 0x2000);
	store_u16(icmp + UDP_AT + 2, 0x6558);
	seal(icmp, sizeof(icmp));
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	assert_int_equal(world->last.mtu_bytes, 1400);
	underlay_path_remove(path);
}

static void test_every_path_to_it_is_lowered(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world), *same = world_path(world, WORLD_REMOTE);
	struct underlay_path *other = world_path(world, "192.0.2.10");
	uint8_t icmp[FULL_BYTES];

	make(icmp, 1400);
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1400);
	assert_int_equal(underlay_path_state(same)->mtu_bytes, 1400);
	assert_int_equal(underlay_path_state(other)->mtu_bytes, 1500);
	underlay_path_remove(path);
	underlay_path_remove(same);
	underlay_path_remove(other);
}

/* Each would lower the MTU but for one thing that does not match what we send. */
static void test_what_is_not_ours_changes_nothing(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int rc;
	} cases[] = {
		{0, 11, -EBADMSG},	      /* time exceeded */
		{1, 1, -EBADMSG},	      /* host unreachable */
		{QUOTE_AT, 0x65, -EBADMSG},   /* no IPv4 */
		{QUOTE_AT, 0x44, -EBADMSG},   /* header too short */
		{QUOTE_AT, 0x4f, -EBADMSG},   /* header longer than the quote */
		{QUOTE_AT + 3, 0, 0},	      /* 1,280 bytes long: see below */
		{QUOTE_AT + 7, 1, -ENOENT},   /* a later fragment */
		{QUOTE_AT + 9, 6, -ENOENT},   /* TCP */
		{QUOTE_AT + 15, 2, -ENOENT},  /* another source */
		{QUOTE_AT + 19, 10, -ENOENT}, /* another destination */
		{UDP_AT, 0x10, -ENOENT},      /* a source port that we never use */
		{UDP_AT + 3, 0x35, -ENOENT},  /* another destination port */
		{7, 0xdc, -ENOENT},	      /* 1,500: it fitted */
	};
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(icmp, 0x0578);
		icmp[cases[i].at] = cases[i].value;
		if (cases[i].rc == 0) {
			/* A packet that was smaller than the MTU that it is said to exceed. */
			store_u16(icmp + QUOTE_AT + 2, 1280);
			seal(icmp, sizeof(icmp));
			assert_int_equal(give(world, icmp, sizeof(icmp)), -ENOENT);
			continue;
		}
		seal(icmp, sizeof(icmp));
		assert_int_equal(give(world, icmp, sizeof(icmp)), cases[i].rc);
	}
	make(icmp, 0);
	assert_int_equal(give(world, icmp, sizeof(icmp)), -ENOENT);
	make(icmp, 1400);
	icmp[2] ^= 1;
	assert_int_equal(give(world, icmp, sizeof(icmp)), -EBADMSG);
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1500);
	underlay_path_remove(path);
}

static void test_cut_quotes(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	for (size_t bytes = 0; bytes < FULL_BYTES; bytes++) {
		make(icmp, 1400);
		if (bytes >= 4)
			seal(icmp, bytes);
		assert_int_equal(give(world, icmp, bytes), -EBADMSG);
	}
	assert_int_equal(underlay_path_state(path)->mtu_bytes, 1500);
	underlay_path_remove(path);
}

static void test_other_udp_port(void **state)
{
	struct world *world = *state;
	struct underlay_path *path = world_path_up(world);
	uint8_t icmp[FULL_BYTES];

	underlay_udp_port_set(world->underlay, 8472);
	make(icmp, 1400);
	assert_int_equal(give(world, icmp, sizeof(icmp)), -ENOENT);
	store_u16(icmp + UDP_AT + 2, 8472);
	seal(icmp, sizeof(icmp));
	assert_int_equal(give(world, icmp, sizeof(icmp)), 0);
	underlay_path_remove(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lowers_for_ten_minutes),
		TEST(test_said_again_lasts_again),
		TEST(test_floor),
		TEST(test_gre_is_quoted_too),
		TEST(test_every_path_to_it_is_lowered),
		TEST(test_what_is_not_ours_changes_nothing),
		TEST(test_cut_quotes),
		TEST(test_other_udp_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
