/* SPDX-License-Identifier: BSD-3-Clause */
/* Subnets of links: how pools are cut, and what overlaps what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "l3/pool.h"
#include "l3/prefix.h"

static struct bgw_prefix prefix(const char *text)
{
	struct bgw_prefix read;

	if (bgw_prefix_parse(text, &read) < 0)
		fail_msg("%s is no prefix", text);
	return l3_prefix_masked(&read);
}

static struct bgw_address address(const char *text)
{
	struct bgw_address read;

	assert_int_equal(bgw_address_parse(text, &read), 0);
	return read;
}

static void assert_prefix(const struct bgw_prefix *is, const char *wanted)
{
	char text[BGW_PREFIX_TEXT_SIZE];

	assert_string_equal(bgw_prefix_format(is, text), wanted);
}

/* What a pool of one network is cut into, the first `max` of it. */
static void cut(const char *network, size_t max, const char *const *wanted)
{
	struct bgw_prefix networks[] = {prefix(network)}, subnet;
	struct l3_pool pool = {.networks = networks, .count = 1};
	struct l3_cursor cursor = {0};
	size_t n = 0;

	for (; n < max && l3_pool_next(&pool, &cursor, &subnet); n++) {
		assert_non_null(wanted[n]);
		assert_prefix(&subnet, wanted[n]);
		assert_true(l3_pool_has(&pool, &subnet));
	}
	if (n < max)
		assert_null(wanted[n]);
}

static void cuts(void **state)
{
	(void)state;
	cut("10.0.0.0/29", 9, (const char *const[]){"10.0.0.0/30", "10.0.0.4/30", NULL});
	cut("10.0.0.7/29", 9, (const char *const[]){"10.0.0.0/30", "10.0.0.4/30", NULL});
	cut("10.0.0.4/30", 9, (const char *const[]){"10.0.0.4/30", NULL});
	cut("10.0.0.4/31", 9, (const char *const[]){"10.0.0.4/31", NULL});
	cut("10.0.0.4/32", 9, (const char *const[]){NULL});
	cut("255.255.255.248/29", 9,
	    (const char *const[]){"255.255.255.248/30", "255.255.255.252/30", NULL});
	cut("fd00::/125", 9, (const char *const[]){"fd00::/126", "fd00::4/126", NULL});
	cut("fd00::2/127", 9, (const char *const[]){"fd00::2/127", NULL});
	cut("fd00::2/128", 9, (const char *const[]){NULL});
	/* Nobody waits for the end of these. */
	cut("fd00::/8", 2, (const char *const[]){"fd00::/126", "fd00::4/126"});
	cut("10.0.0.0/8", 2, (const char *const[]){"10.0.0.0/30", "10.0.0.4/30"});
}

static void carries_across_bytes(void **state)
{
	struct bgw_prefix at = prefix("10.0.255.252/30"), last = prefix("255.255.255.252/30");
	struct bgw_prefix all = prefix("0.0.0.0/0");

	(void)state;
	assert_true(l3_prefix_next(&at));
	assert_prefix(&at, "10.1.0.0/30");
	assert_false(l3_prefix_next(&last));
	assert_false(l3_prefix_next(&all));
}

static void networks_follow_each_other(void **state)
{
	struct bgw_prefix networks[] = {prefix("10.0.1.0/30"), prefix("10.0.0.8/31"),
					prefix("10.0.0.0/29")};
	struct l3_pool pool = {.networks = networks, .count = 3};
	static const char *const wanted[] = {"10.0.1.0/30", "10.0.0.8/31", "10.0.0.0/30",
					     "10.0.0.4/30"};
	struct l3_cursor cursor = {0};
	struct bgw_prefix subnet;
	size_t n = 0;

	(void)state;
	for (; l3_pool_next(&pool, &cursor, &subnet); n++)
		assert_prefix(&subnet, wanted[n]);
	assert_int_equal(n, 4);
}

/* A /31 is never cut from a larger network, nor a /30 taken for a smaller one. */
static void only_as_it_is_cut(void **state)
{
	struct bgw_prefix networks[] = {prefix("10.0.0.0/8"), prefix("11.0.0.2/31")};
	struct l3_pool pool = {.networks = networks, .count = 2};
	const struct bgw_prefix in[] = {prefix("10.255.255.252/30"), prefix("11.0.0.2/31")};
	const struct bgw_prefix out[] = {prefix("10.0.0.0/31"), prefix("10.0.0.0/29"),
					 prefix("10.0.0.0/8"),	prefix("11.0.0.0/30"),
					 prefix("12.0.0.0/30"), prefix("a00::/30")};

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		assert_true(l3_pool_has(&pool, &in[i]));
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		assert_false(l3_pool_has(&pool, &out[i]));
}

static void ends(void **state)
{
	static const struct {
		const char *subnet, *assigned, *free, *network;
	} links[] = {
		{"10.0.0.4/30", "10.0.0.5", "10.0.0.6", "10.0.0.4"},
		{"10.0.0.4/31", "10.0.0.4", "10.0.0.5", "10.0.0.6"},
		{"fd00::4/126", "fd00::5", "fd00::6", "fd00::4"},
		{"fd00::4/127", "fd00::4", "fd00::5", "fd00::6"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct bgw_prefix subnet = prefix(links[i].subnet);
		struct bgw_address assigned = l3_link_assigned(&subnet);
		struct bgw_address free_ip = l3_link_free(&subnet);
		struct bgw_address wanted_assigned = address(links[i].assigned);
		struct bgw_address wanted_free = address(links[i].free);
		struct bgw_address network = address(links[i].network);

		assert_true(bgw_address_equal(&assigned, &wanted_assigned));
		assert_true(bgw_address_equal(&free_ip, &wanted_free));
		assert_true(l3_link_is_usable(&subnet, &assigned));
		assert_true(l3_link_is_usable(&subnet, &free_ip));
		assert_false(l3_link_is_usable(&subnet, &network));
	}
}

static void taken(void **state)
{
	struct bgw_prefix subnets[] = {prefix("10.0.0.4/30"), prefix("10.0.0.8/31"),
				       prefix("10.0.1.0/24"), prefix("fd00::/126")};
	const struct l3_taken all = {.subnets = subnets, .count = 4}, none = {0};
	const struct bgw_prefix in[] = {prefix("10.0.0.4/30"),	 prefix("10.0.0.8/30"),
					prefix("10.0.0.0/28"),	 prefix("10.0.1.128/30"),
					prefix("10.0.1.252/30"), prefix("fd00::2/127")};
	const struct bgw_prefix out[] = {prefix("10.0.0.0/30"),	 prefix("10.0.0.10/31"),
					 prefix("10.0.0.12/30"), prefix("10.0.2.0/30"),
					 prefix("9.0.0.0/30"),	 prefix("fd00::4/126"),
					 prefix("fe00::/126")};

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		assert_true(l3_taken_has(&all, &in[i]));
		assert_false(l3_taken_has(&none, &in[i]));
	}
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		assert_false(l3_taken_has(&all, &out[i]));
}

/* The search against looking at each, for random sets. */
static void taken_at_random(void **state)
{
	struct bgw_prefix subnets[64];
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct l3_taken set = {.subnets = subnets};
		struct bgw_prefix candidate = prefix("10.0.0.0/24");

		for (int i = 0; i < 40; i++) {
			struct bgw_prefix one = prefix("10.0.0.0/24");
			bool clear = true;

			one.ip.bytes[3] = (uint8_t)rand_r(&seed);
			one.length = (uint8_t)(28 + rand_r(&seed) % 4);
			one = l3_prefix_masked(&one);
			for (size_t j = 0; j < set.count; j++)
				clear = clear && !l3_prefix_overlaps(&subnets[j], &one);
			if (clear)
				subnets[set.count++] = one;
		}
		qsort(subnets, set.count, sizeof(subnets[0]), l3_prefix_compare);
		candidate.ip.bytes[3] = (uint8_t)rand_r(&seed);
		candidate.length = (uint8_t)(26 + rand_r(&seed) % 6);
		candidate = l3_prefix_masked(&candidate);
		bool wanted = false;

		for (size_t j = 0; j < set.count; j++)
			wanted = wanted || l3_prefix_overlaps(&subnets[j], &candidate);
		assert_int_equal(l3_taken_has(&set, &candidate), wanted);
	}
}

static void contains(void **state)
{
	const struct bgw_prefix wide = prefix("192.168.0.0/16"), inner = prefix("192.168.7.0/24");
	const struct bgw_prefix other = prefix("192.169.0.0/24"), six = prefix("c0a8::/16");
	const struct bgw_prefix none = {0};

	(void)state;
	assert_true(l3_prefix_contains(&wide, &inner));
	assert_false(l3_prefix_contains(&inner, &wide));
	assert_true(l3_prefix_contains(&inner, &inner));
	assert_true(l3_prefix_overlaps(&inner, &wide));
	assert_true(l3_prefix_overlaps(&wide, &inner));
	assert_false(l3_prefix_overlaps(&wide, &other));
	assert_false(l3_prefix_overlaps(&wide, &six));
	assert_false(l3_prefix_overlaps(&wide, &none));
	assert_false(l3_prefix_overlaps(&none, &wide));
}

static void unicast(void **state)
{
	static const char *const good[] = {"10.0.0.0/8", "192.0.2.0/24",  "126.0.0.0/8",
					   "fd00::/8",	 "2001:db8::/32", "192.168.1.1/32"};
	static const char *const bad[] = {"0.0.0.0/0",	 "0.0.0.0/1",		"127.0.0.1/32",
					  "126.0.0.0/7", "169.254.169.254/32",	"224.0.0.0/4",
					  "240.0.0.0/4", "128.0.0.0/1",		"::/0",
					  "::1/128",	 "::ffff:10.0.0.0/104", "fe80::/64",
					  "ff02::/16"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct bgw_prefix network = prefix(good[i]);

		if (!l3_prefix_is_unicast(&network))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bgw_prefix network = prefix(bad[i]);

		if (l3_prefix_is_unicast(&network))
			fail_msg("%s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(carries_across_bytes),
		cmocka_unit_test(networks_follow_each_other),
		cmocka_unit_test(only_as_it_is_cut),
		cmocka_unit_test(ends),
		cmocka_unit_test(taken),
		cmocka_unit_test(taken_at_random),
		cmocka_unit_test(contains),
		cmocka_unit_test(unicast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
