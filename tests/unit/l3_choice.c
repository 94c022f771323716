/* SPDX-License-Identifier: BSD-3-Clause */
/* Who gets which subnet and which remapping network, and what an initiator believes. The first
 * cases are the conformance vectors of the protocol. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "l3/choice.h"
#include "l3/prefix.h"

#define MAX 16

/* A side of a negotiation, as texts. */
struct side {
	const char *cidrs[MAX];
	const char *internal;
	const char *remapping[MAX];
	const char *taken[MAX];
	const char *destinations[MAX];
	const char *remapped[MAX];
	const char *local[MAX];
};

struct world {
	struct bgw_prefix cidrs[MAX], remapping[MAX], taken[MAX], destinations[MAX], remapped[MAX];
	struct l3_local local[MAX];
	struct l3_site site;
	struct l3_held held;
};

static struct bgw_prefix prefix(const char *text)
{
	struct bgw_prefix read = {0};

	if (text != NULL && bgw_prefix_parse(text, &read) < 0)
		fail_msg("%s is no prefix", text);
	return l3_prefix_masked(&read);
}

static uint32_t prefixes(const char *const *texts, struct bgw_prefix *at)
{
	uint32_t count = 0;

	for (; texts[count] != NULL; count++)
		at[count] = prefix(texts[count]);
	return count;
}

static void world_make(struct world *world, const struct side *side)
{
	memset(world, 0, sizeof(*world));
	world->site.pool.networks = world->cidrs;
	world->site.pool.count = prefixes(side->cidrs, world->cidrs);
	world->site.internal = prefix(side->internal);
	world->site.remapping = world->remapping;
	world->site.remapping_count = prefixes(side->remapping, world->remapping);
	world->held.taken.subnets = world->taken;
	world->held.taken.count = prefixes(side->taken, world->taken);
	qsort(world->taken, world->held.taken.count, sizeof(world->taken[0]), l3_prefix_compare);
	world->held.destinations = world->destinations;
	world->held.destination_count = prefixes(side->destinations, world->destinations);
	world->held.remapping = world->remapped;
	world->held.remapping_count = prefixes(side->remapped, world->remapped);
	world->held.local = world->local;
	for (; side->local[world->held.local_count] != NULL; world->held.local_count++) {
		struct l3_local *local = &world->local[world->held.local_count];

		local->prefix = prefix(side->local[world->held.local_count]);
		strcpy(local->what, "here");
	}
}

/* What B answers when A starts. */
static int negotiate(const struct side *a, const struct side *b, struct l3_choice *choice,
		     struct l3_answer *answer, struct l3_failure *failure)
{
	struct bgw_prefix subnets[64];
	struct world initiator, responder;
	struct l3_offer offer = {.subnets = subnets};
	uint32_t cursor = 0;
	int rc;

	*failure = (struct l3_failure){0};
	world_make(&initiator, a);
	world_make(&responder, b);
	l3_offer_fill(&initiator.site, &initiator.held, 64, 0, &offer);
	offer.destination = initiator.site.internal;
	do {
		rc = l3_choose(&responder.site, &responder.held, &offer, &cursor, choice, failure);
	} while (rc == -EAGAIN);
	if (rc < 0)
		return rc;
	*answer = l3_choice_answer(&responder.site, choice);
	return l3_answer_check(&initiator.site, &initiator.held, &offer, answer, failure);
}

static void agree(const struct side *a, const struct side *b, const char *net, const char *free_ip,
		  const char *assigned_ip, const char *destination, bool routes)
{
	struct l3_choice choice;
	struct l3_answer answer;
	struct l3_failure failure;
	char text[BGW_PREFIX_TEXT_SIZE];
	int rc = negotiate(a, b, &choice, &answer, &failure);

	if (rc < 0)
		fail_msg("%u %s", failure.status, failure.description);
	assert_string_equal(bgw_prefix_format(&answer.net, text), net);
	assert_string_equal(bgw_address_format(&answer.free_ip, text), free_ip);
	assert_string_equal(bgw_address_format(&answer.assigned_ip, text), assigned_ip);
	if (destination == NULL)
		assert_int_equal(answer.destination.ip.family, 0);
	else
		assert_string_equal(bgw_prefix_format(&answer.destination, text), destination);
	assert_int_equal(choice.routes, routes);
}

static void disagree(const struct side *a, const struct side *b, unsigned int status,
		     const char *description)
{
	struct l3_choice choice;
	struct l3_answer answer;
	struct l3_failure failure;

	assert_true(negotiate(a, b, &choice, &answer, &failure) < 0);
	if (failure.status != status || strstr(failure.description, description) == NULL)
		fail_msg("%u \"%s\" is not %u \"%s\"", failure.status, failure.description, status,
			 description);
}

static void common_subnet(void **state)
{
	const struct side a = {.cidrs = {"10.0.0.0/29"}, .internal = "192.168.1.0/24"};
	const struct side b = {.cidrs = {"10.0.0.4/30"}, .internal = "192.168.2.0/24"};

	(void)state;
	agree(&a, &b, "10.0.0.4/30", "10.0.0.6", "10.0.0.5", "192.168.2.0/24", true);
}

static void no_common_subnet(void **state)
{
	const struct side a = {.cidrs = {"10.0.0.0/29"}};
	const struct side b = {.cidrs = {"10.0.1.0/29"}};
	const struct side cut = {.cidrs = {"10.0.0.0/31"}};
	const struct side nothing = {.cidrs = {"10.0.0.0/30"}, .taken = {"10.0.0.0/30"}};

	(void)state;
	disagree(&a, &b, 406, "No common network found for the P2P network");
	disagree(&a, &cut, 406, "No common network found for the P2P network");
	disagree(&cut, &a, 406, "No common network found for the P2P network");
	disagree(&nothing, &a, 406, "No common network found for the P2P network");
}

static void same_internal_network(void **state)
{
	const struct side a = {.cidrs = {"10.0.0.0/30"}, .internal = "192.168.0.0/24"};
	const struct side b = {.cidrs = {"10.0.0.0/30"},
			       .internal = "192.168.0.0/24",
			       .remapping = {"172.16.0.0/24"}};
	const struct side none = {.cidrs = {"10.0.0.0/30"}, .internal = "192.168.0.0/24"};

	(void)state;
	agree(&a, &b, "10.0.0.0/30", "10.0.0.2", "10.0.0.1", "172.16.0.0/24", false);
	disagree(&a, &none, 406, "No remapping network left");
}

static void initiators_order(void **state)
{
	const struct side a = {.cidrs = {"10.0.0.8/30", "10.0.0.0/30", "10.0.0.4/30"}};
	const struct side b = {.cidrs = {"10.0.0.0/29"}};
	const struct side all = {.cidrs = {"10.0.0.0/28"}};

	(void)state;
	agree(&a, &b, "10.0.0.0/30", "10.0.0.2", "10.0.0.1", NULL, false);
	agree(&a, &all, "10.0.0.8/30", "10.0.0.10", "10.0.0.9", NULL, false);
}

static void taken_on_either_side(void **state)
{
	const struct side whole = {.cidrs = {"10.0.0.0/28"}};
	const struct side first = {.cidrs = {"10.0.0.0/28"}, .taken = {"10.0.0.0/30"}};
	const struct side second = {.cidrs = {"10.0.0.0/28"}, .taken = {"10.0.0.4/30"}};

	(void)state;
	agree(&first, &whole, "10.0.0.4/30", "10.0.0.6", "10.0.0.5", NULL, false);
	agree(&whole, &first, "10.0.0.4/30", "10.0.0.6", "10.0.0.5", NULL, false);
	agree(&first, &second, "10.0.0.8/30", "10.0.0.10", "10.0.0.9", NULL, false);
}

static void whole_subnets_and_ipv6(void **state)
{
	const struct side v4 = {.cidrs = {"10.0.0.6/31"}, .internal = "192.168.1.0/24"};
	const struct side v6 = {.cidrs = {"fd00::/64"}, .internal = "fd01::/64"};
	const struct side p2p = {.cidrs = {"fd00::10/127"}, .internal = "fd02::/64"};
	const struct side both = {.cidrs = {"10.0.0.6/31", "fd00::10/127", "fd00::/125"},
				  .internal = "fd03::/64"};

	(void)state;
	agree(&v4, &(struct side){.cidrs = {"10.0.0.6/31"}}, "10.0.0.6/31", "10.0.0.7", "10.0.0.6",
	      NULL, true);
	agree(&v6, &both, "fd00::/126", "fd00::2", "fd00::1", "fd03::/64", true);
	agree(&p2p, &both, "fd00::10/127", "fd00::11", "fd00::10", "fd03::/64", true);
	/* No next hop of the other version. */
	disagree(&v4, &both, 406, "No common network");
	disagree(&v6, &v4, 406, "No common network");
}

static void one_contains_the_other(void **state)
{
	const struct side wide = {.cidrs = {"10.0.0.0/30"},
				  .internal = "192.168.0.0/16",
				  .remapping = {"172.16.0.0/16"}};
	const struct side narrow = {.cidrs = {"10.0.0.0/30"},
				    .internal = "192.168.7.0/24",
				    .remapping = {"192.168.8.0/24", "172.20.0.0/24"}};

	(void)state;
	/* What the peer has besides is routed to it; a remapping network of its own is of no use.
	 */
	agree(&wide, &narrow, "10.0.0.0/30", "10.0.0.2", "10.0.0.1", "172.20.0.0/24", true);
	agree(&narrow, &wide, "10.0.0.0/30", "10.0.0.2", "10.0.0.1", "172.16.0.0/16", false);
}

static void each_remapping_network_once(void **state)
{
	const struct side a = {.cidrs = {"10.0.0.0/30"}, .internal = "192.168.0.0/24"};
	const struct side b = {.cidrs = {"10.0.0.0/30"},
			       .internal = "192.168.0.0/24",
			       .remapping = {"172.16.0.0/24", "172.16.1.0/24"},
			       .remapped = {"172.16.0.0/24"}};
	const struct side none = {.cidrs = {"10.0.0.0/30"},
				  .internal = "192.168.0.0/24",
				  .remapping = {"172.16.0.0/24", "172.16.1.0/24"},
				  .remapped = {"172.16.0.0/24"},
				  .destinations = {"172.16.0.0/20"}};

	(void)state;
	agree(&a, &b, "10.0.0.0/30", "10.0.0.2", "10.0.0.1", "172.16.1.0/24", false);
	disagree(&a, &none, 406, "No remapping network left");
}

static void routes_take_nothing_away(void **state)
{
	const struct side b = {.cidrs = {"10.0.0.0/29"},
			       .internal = "192.168.0.0/24",
			       .destinations = {"10.5.0.0/16"},
			       .remapped = {"172.16.0.0/24"},
			       .taken = {"10.0.0.4/30"},
			       .local = {"203.0.113.1/32", "198.51.100.0/24"}};
	static const struct {
		const char *internal;
		unsigned int status;
		const char *why;
	} cases[] = {
		{"10.5.7.0/24", 409, "routed to a peer"},
		{"10.0.0.0/8", 409, "routed to a peer"},
		{"172.16.0.128/25", 409, "remapping network in use"},
		{"10.0.0.4/31", 409, "subnet of a link"},
		{"203.0.113.0/24", 409, "here"},
		{"203.0.113.1/32", 409, "here"},
		{"198.51.100.128/25", 409, "here"},
		{"198.51.100.0/24", 409, "here"},
		{"127.0.0.0/8", 400, "network of hosts"},
		{"0.0.0.0/0", 400, "network of hosts"},
		{"224.0.0.0/4", 400, "network of hosts"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct side a = {.cidrs = {"10.0.0.0/29"}, .internal = cases[i].internal};

		disagree(&a, &b, cases[i].status, cases[i].why);
	}
	/* A larger network leaves a smaller one that is here where it is. */
	agree(&(struct side){.cidrs = {"10.0.0.0/29"}, .internal = "198.51.0.0/16"}, &b,
	      "10.0.0.0/30", "10.0.0.2", "10.0.0.1", "192.168.0.0/24", true);
}

/* An answer that A did not deserve. */
static void unbelieved(const char *net, const char *free_ip, const char *assigned_ip,
		       const char *destination, unsigned int status, const char *why)
{
	const struct side a = {.cidrs = {"10.0.0.0/29", "fd00::/126"},
			       .internal = "192.168.1.0/24",
			       .taken = {"10.0.0.4/30"},
			       .destinations = {"10.5.0.0/16"},
			       .local = {"203.0.113.1/32"}};
	struct bgw_prefix offered[] = {prefix("10.0.0.0/30"), prefix("10.0.0.4/30"),
				       prefix("fd00::/126")};
	const struct l3_offer offer = {.subnets = offered, .count = 3};
	struct l3_answer answer = {.net = prefix(net), .destination = prefix(destination)};
	struct l3_failure failure = {0};
	struct world world;
	int rc;

	world_make(&world, &a);
	assert_int_equal(bgw_address_parse(free_ip, &answer.free_ip), 0);
	assert_int_equal(bgw_address_parse(assigned_ip, &answer.assigned_ip), 0);
	rc = l3_answer_check(&world.site, &world.held, &offer, &answer, &failure);
	if (why == NULL) {
		if (rc < 0)
			fail_msg("%s", failure.description);
		return;
	}
	assert_true(rc < 0);
	if (failure.status != status || strstr(failure.description, why) == NULL)
		fail_msg("%u \"%s\" is not %u \"%s\"", failure.status, failure.description, status,
			 why);
}

static void what_is_believed(void **state)
{
	(void)state;
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "192.168.2.0/24", 0, NULL);
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", NULL, 0, NULL);
	unbelieved("10.9.0.0/30", "10.9.0.2", "10.9.0.1", NULL, 502, "net 10.9.0.0/30");
	unbelieved("10.0.0.0/29", "10.0.0.2", "10.0.0.1", NULL, 502, "net 10.0.0.0/29");
	unbelieved("10.0.0.4/30", "10.0.0.6", "10.0.0.5", NULL, 409, "taken meanwhile");
	unbelieved("10.0.0.0/30", "10.0.0.3", "10.0.0.1", NULL, 502, "freeIp 10.0.0.3");
	unbelieved("10.0.0.0/30", "10.0.0.9", "10.0.0.1", NULL, 502, "freeIp 10.0.0.9");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.2", NULL, 502, "assignedIp 10.0.0.2");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.5", NULL, 502, "assignedIp 10.0.0.5");
	unbelieved("10.0.0.0/30", "10.0.0.2", "fd00::1", NULL, 502, "assignedIp fd00::1");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "192.168.1.0/25", 409, "our internal");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "192.168.0.0/16", 409, "our internal");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "10.0.0.0/24", 409, "the link itself");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "10.5.0.0/24", 409, "routed to a peer");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "203.0.113.0/24", 409, "here");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "fd05::/64", 502, "IP versions");
	unbelieved("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "0.0.0.0/0", 409, "the link itself");
	unbelieved("fd00::/126", "fd00::2", "fd00::1", "ff00::/8", 502, "network of hosts");
}

static void offers(void **state)
{
	const struct side side = {.cidrs = {"10.0.0.0/28", "fd00::/126"},
				  .internal = "192.168.1.0/24",
				  .taken = {"10.0.0.4/30"}};
	struct bgw_prefix subnets[8];
	struct l3_offer offer = {.subnets = subnets};
	struct world world;
	const struct bgw_prefix first = prefix("10.0.0.0/30"), second = prefix("10.0.0.8/30"),
				third = prefix("10.0.0.12/30");

	(void)state;
	world_make(&world, &side);
	l3_offer_fill(&world.site, &world.held, 8, 0, &offer);
	assert_int_equal(offer.count, 3);
	assert_true(l3_prefix_equal(&subnets[0], &first));
	l3_offer_fill(&world.site, &world.held, 8, 1, &offer);
	assert_int_equal(offer.count, 3);
	assert_true(l3_prefix_equal(&subnets[0], &second));
	assert_true(l3_prefix_equal(&subnets[1], &third));
	assert_true(l3_prefix_equal(&subnets[2], &first));
	l3_offer_fill(&world.site, &world.held, 8, 3, &offer);
	assert_true(l3_prefix_equal(&subnets[0], &first));
	l3_offer_fill(&world.site, &world.held, 2, 0, &offer);
	assert_int_equal(offer.count, 2);
}

/* A long list is looked through in parts. */
static void long_lists(void **state)
{
	const struct side b = {.cidrs = {"10.0.0.4/30"}};
	struct bgw_prefix *subnets = calloc(20001, sizeof(*subnets));
	const struct l3_offer offer = {.subnets = subnets, .count = 20001};
	struct l3_choice choice;
	struct l3_failure failure;
	struct world world;
	uint32_t cursor = 0;
	int rc, calls = 0;

	(void)state;
	for (uint32_t i = 0; i < 20000; i++)
		subnets[i] = prefix("10.0.0.0/30");
	subnets[20000] = prefix("10.0.0.4/30");
	world_make(&world, &b);
	do {
		rc = l3_choose(&world.site, &world.held, &offer, &cursor, &choice, &failure);
		calls++;
	} while (rc == -EAGAIN);
	assert_int_equal(rc, 0);
	assert_in_range(calls, 3, 10);
	assert_true(l3_prefix_equal(&choice.net, &subnets[20000]));
	free(subnets);
}

static void sites(void **state)
{
	static const struct {
		struct side side;
		const char *why; /* NULL: it is right */
	} cases[] = {
		{{.cidrs = {"10.0.0.0/8", "fd00::/64"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"172.16.0.0/24", "172.16.1.0/24"}},
		 NULL},
		{{.cidrs = {"10.0.0.0/8"}}, NULL},
		{{.cidrs = {"10.0.0.0/32"}}, "cidrs[0] must have room"},
		{{.cidrs = {"10.0.0.0/30", "127.0.0.0/30"}}, "cidrs[1] must be a network of hosts"},
		{{.cidrs = {"10.0.0.0/8", "10.1.0.0/24"}}, "cidrs[1] must not overlap another"},
		{{.cidrs = {"192.168.0.0/30"}, .internal = "192.168.0.0/24"},
		 "cidrs[0] must not overlap internal_network"},
		{{.cidrs = {"10.0.0.0/8"}, .internal = "224.0.0.0/24"}, "internal_network must be"},
		{{.cidrs = {"10.0.0.0/8"}, .remapping = {"172.16.0.0/24"}},
		 "remapping_cidrs needs internal_network"},
		{{.cidrs = {"10.0.0.0/8"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"172.16.0.0/25"}},
		 "remapping_cidrs[0] must be as large as"},
		{{.cidrs = {"10.0.0.0/8"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"fd00::/24"}},
		 "remapping_cidrs[0] must be as large as"},
		{{.cidrs = {"10.0.0.0/8"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"192.168.0.0/24"}},
		 "must not overlap internal_network"},
		{{.cidrs = {"10.0.0.0/8"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"10.1.0.0/24"}},
		 "remapping_cidrs[0] must not overlap cidrs"},
		{{.cidrs = {"10.0.0.0/8"},
		  .internal = "192.168.0.0/24",
		  .remapping = {"172.16.0.0/24", "172.16.0.0/24"}},
		 "remapping_cidrs[1] must not overlap another"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		char why[200] = "";
		int rc;

		world_make(&world, &cases[i].side);
		rc = l3_site_check(&world.site, why, sizeof(why));
		if ((rc < 0) != (cases[i].why != NULL) ||
		    (rc < 0 && strstr(why, cases[i].why) == NULL))
			fail_msg("case %zu: %d \"%s\"", i, rc, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_subnet),
		cmocka_unit_test(no_common_subnet),
		cmocka_unit_test(same_internal_network),
		cmocka_unit_test(initiators_order),
		cmocka_unit_test(taken_on_either_side),
		cmocka_unit_test(whole_subnets_and_ipv6),
		cmocka_unit_test(one_contains_the_other),
		cmocka_unit_test(each_remapping_network_once),
		cmocka_unit_test(routes_take_nothing_away),
		cmocka_unit_test(what_is_believed),
		cmocka_unit_test(offers),
		cmocka_unit_test(long_lists),
		cmocka_unit_test(sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
