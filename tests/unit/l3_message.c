/* SPDX-License-Identifier: BSD-3-Clause */
/* The bodies of a layer-3 negotiation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "l3/message.h"

/* What one of the original kind sends, and what it answers. */
static void originals_are_understood(void **state)
{
	static const char request[] = "{\"cidrs\":[\"10.0.0.0/30\",\"10.0.0.4/30\"],"
				      "\"destinationNetwork\":\"192.168.0.0/24\"}";
	static const char reply[] = "{\"net\":\"10.0.0.4/30\",\"freeIp\":\"10.0.0.6\","
				    "\"assignedIp\":\"10.0.0.5\","
				    "\"destinationNetwork\":\"192.168.1.0/24\"}\n";
	struct l3_failure failure;
	struct l3_offer offer;
	struct l3_answer answer;
	char text[BGW_PREFIX_TEXT_SIZE];

	(void)state;
	assert_int_equal(l3_offer_parse(request, strlen(request), &offer, &failure), 0);
	assert_int_equal(offer.count, 2);
	assert_string_equal(bgw_prefix_format(&offer.subnets[1], text), "10.0.0.4/30");
	assert_string_equal(bgw_prefix_format(&offer.destination, text), "192.168.0.0/24");
	assert_true(bgw_uuid_is_nil(&offer.id));
	assert_int_equal(offer.release_port, 0);
	assert_int_equal(offer.options.segmentation_id, L3_SEGMENTATION_NONE);
	l3_offer_clear(&offer);
	assert_int_equal(l3_answer_parse(reply, strlen(reply), &answer, &failure), 0);
	assert_string_equal(bgw_address_format(&answer.free_ip, text), "10.0.0.6");
	assert_string_equal(bgw_prefix_format(&answer.destination, text), "192.168.1.0/24");
	assert_int_equal(answer.options.lease_s, 0);
}

static void same_options(const struct l3_options *a, const struct l3_options *b)
{
	assert_int_equal(a->asn, b->asn);
	assert_int_equal(a->bfd, b->bfd);
	assert_int_equal(a->mtu, b->mtu);
	assert_int_equal(a->segmentation_id, b->segmentation_id);
	assert_int_equal(a->lease_s, b->lease_s);
}

static void what_is_said_is_read(void **state)
{
	struct bgw_prefix subnets[2], host;
	struct l3_options options = {
		.asn = 64512, .bfd = true, .mtu = 9000, .segmentation_id = 0, .lease_s = 3600};
	struct l3_offer offer = {.subnets = subnets,
				 .count = 2,
				 .options = options,
				 .release_port = 8000,
				 .release_tls = true},
			read;
	struct l3_answer answer = {.options = options}, answer_read;
	struct l3_failure failure;
	size_t length;
	char *body, *again, text[BGW_PREFIX_TEXT_SIZE];

	(void)state;
	bgw_prefix_parse("10.0.0.0/30", &subnets[0]);
	bgw_prefix_parse("fd00::2/127", &subnets[1]);
	bgw_prefix_parse("192.168.0.7/24", &host);
	offer.destination = host;
	bgw_uuid_parse("01234567-89ab-4def-8123-456789abcdef", &offer.id);
	body = l3_offer_body(&offer, &length);
	assert_int_equal(l3_offer_parse(body, length, &read, &failure), 0);
	free(body);
	assert_int_equal(read.count, 2);
	assert_string_equal(bgw_prefix_format(&read.subnets[1], text), "fd00::2/127");
	/* Host bits are nobody's network. */
	assert_string_equal(bgw_prefix_format(&read.destination, text), "192.168.0.0/24");
	assert_true(bgw_uuid_equal(&read.id, &offer.id));
	assert_int_equal(read.release_port, 8000);
	assert_true(read.release_tls);
	same_options(&read.options, &options);
	l3_offer_clear(&read);

	answer.net = subnets[0];
	bgw_address_parse("10.0.0.1", &answer.assigned_ip);
	bgw_address_parse("10.0.0.2", &answer.free_ip);
	answer.id = offer.id;
	body = l3_answer_body(&answer, &length);
	assert_int_equal(l3_answer_parse(body, length, &answer_read, &failure), 0);
	again = l3_answer_body(&answer_read, &length);
	assert_string_equal(strndupa(again, length), strndupa(body, length));
	free(again);
	free(body);
	same_options(&answer_read.options, &options);
}

static void little_is_said_little(void **state)
{
	struct bgw_prefix subnet;
	struct l3_offer offer = {.subnets = &subnet, .count = 1, .options = l3_options_none()};
	size_t length;
	char *body;

	(void)state;
	bgw_prefix_parse("10.0.0.0/30", &subnet);
	body = l3_offer_body(&offer, &length);
	assert_int_equal(length, strlen("{\"cidrs\":[\"10.0.0.0/30\"]}"));
	assert_memory_equal(body, "{\"cidrs\":[\"10.0.0.0/30\"]}", length);
	free(body);
}

static void refuse(const struct l3_failure *failure, const char *text, const char *why)
{
	if (failure->status != 400 || strstr(failure->description, why) == NULL)
		fail_msg("%s: %u \"%s\" does not say \"%s\"", text, failure->status,
			 failure->description, why);
}

static void offers_that_are_wrong(void **state)
{
	static const char *const cases[][2] = {
		{"", "Bad Request: the request body couldn't be parsed"},
		{"nonsense", "Bad Request: the request body couldn't be parsed"},
		{"[]", "Bad Request: the request body couldn't be parsed"},
		{"{}", "cidrs must be a list"},
		{"{\"cidrs\":\"10.0.0.0/30\"}", "cidrs must be a list"},
		{"{\"cidrs\":[7]}", "cidrs[0] must be a network"},
		{"{\"cidrs\":[\"10.0.0.0/30\",\"10.0.0.0\"]}", "cidrs[1] must be a network"},
		{"{\"cidrs\":[\"10.0.0.0/33\"]}", "cidrs[0] must be a network"},
		{"{\"cidrs\":[\"<nil>\"]}", "cidrs[0] must be a network"},
		{"{\"cidrs\":[],\"cidrs\":[]}", "cidrs is given twice"},
		{"{\"cidrs\":[],\"destinationNetwork\":\"x\"}", "destinationNetwork must be"},
		{"{\"cidrs\":[],\"destinationNetwork\":7}", "destinationNetwork must be"},
		{"{\"cidrs\":[],\"asn\":0}", "asn must be an integer between 1 and"},
		{"{\"cidrs\":[],\"asn\":\"1\"}", "asn must be an integer"},
		{"{\"cidrs\":[],\"mtu\":67}", "mtu must be an integer between 68 and 65535"},
		{"{\"cidrs\":[],\"mtu\":1500.5}", "mtu must be an integer"},
		{"{\"cidrs\":[],\"bfd\":1}", "bfd must be true or false"},
		{"{\"cidrs\":[],\"segmentation_id\":16777216}", "segmentation_id must be"},
		{"{\"cidrs\":[],\"segmentation_id\":-1}", "segmentation_id must be"},
		{"{\"cidrs\":[],\"lease\":9}", "lease must be an integer between 10 and"},
		{"{\"cidrs\":[],\"lease\":1e99}", "lease must be an integer between 10 and"},
		{"{\"cidrs\":[],\"negotiation_id\":\"x\"}", "negotiation_id must be a UUID"},
		{"{\"cidrs\":[],\"release_port\":65536}", "release_port must be an integer"},
		{"{\"cidrs\":[],\"release_tls\":\"yes\"}", "release_tls must be true or false"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct l3_failure failure = {0};
		struct l3_offer offer;

		if (l3_offer_parse(cases[i][0], strlen(cases[i][0]), &offer, &failure) == 0)
			fail_msg("%s is taken", cases[i][0]);
		refuse(&failure, cases[i][0], cases[i][1]);
		l3_offer_clear(&offer);
	}
}

static void answers_that_are_wrong(void **state)
{
	static const char *const cases[][2] = {
		{"", "couldn't be parsed"},
		{"{}", "net must be a network"},
		{"{\"net\":\"10.0.0.0/30\"}", "freeIp must be an address"},
		{"{\"net\":\"10.0.0.0/30\",\"freeIp\":\"10.0.0.2/30\"}", "freeIp must be"},
		{"{\"net\":\"10.0.0.0/30\",\"freeIp\":\"10.0.0.2\"}", "assignedIp must be"},
		{"{\"net\":\"10.0.0.0/30\",\"freeIp\":\"10.0.0.2\",\"assignedIp\":\"10.0.0.1\","
		 "\"destinationNetwork\":\"<nil>\"}",
		 "destinationNetwork must be"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct l3_failure failure = {0};
		struct l3_answer answer;

		if (l3_answer_parse(cases[i][0], strlen(cases[i][0]), &answer, &failure) == 0)
			fail_msg("%s is taken", cases[i][0]);
		refuse(&failure, cases[i][0], cases[i][1]);
	}
}

static void starts(void **state)
{
	static const char good[] = "{\"remoteAgent\":\"http://192.0.2.1:8000/x\","
				   "\"remoteNetwork\":\"10.0.0.0/8\",\"lease\":60}";
	static const char *const wrong[][2] = {
		{"not", "couldn't be parsed"},
		{"{}", "remoteAgent must be a URL"},
		{"{\"remoteAgent\":\"\"}", "remoteAgent must be a URL"},
		{"{\"remoteAgent\":[]}", "remoteAgent must be a URL"},
		{"{\"remoteAgent\":\"a\",\"remoteNetwork\":\"b\"}", "remoteNetwork must be"},
		{"{\"remoteAgent\":\"a\",\"lese\":60}", "there is no member \"lese\""},
		{"{\"remoteAgent\":\"a\",\"bfd\":null,\"mtu\":1}", "mtu must be"},
	};
	struct l3_failure failure;
	struct l3_start start;

	(void)state;
	assert_int_equal(l3_start_parse(good, strlen(good), &start, &failure), 0);
	assert_string_equal(start.remote_agent, "http://192.0.2.1:8000/x");
	assert_int_equal(start.remote_network.length, 8);
	assert_int_equal(start.options.lease_s, 60);
	l3_start_clear(&start);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		failure = (struct l3_failure){0};
		if (l3_start_parse(wrong[i][0], strlen(wrong[i][0]), &start, &failure) == 0)
			fail_msg("%s is taken", wrong[i][0]);
		refuse(&failure, wrong[i][0], wrong[i][1]);
		l3_start_clear(&start);
	}
}

static void failures(void **state)
{
	struct l3_failure failure;
	char text[32], *body;
	size_t length;

	(void)state;
	assert_true(l3_fail(&failure, 406, "No \"%s\" left", "x\xff") < 0);
	body = l3_failure_body(&failure, &length);
	assert_string_equal(body, "{\"statusCode\":406,\"description\":\"No \\\"x?\\\" left\"}");
	l3_failure_description(body, length, text, sizeof(text));
	assert_string_equal(text, "No \"x?\" left");
	free(body);
	l3_failure_description("<html>", 6, text, sizeof(text));
	assert_string_equal(text, "");
	l3_failure_description("{\"description\":\"0123456789\"}", 28, text, 5);
	assert_string_equal(text, "0123");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(originals_are_understood),
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(little_is_said_little),
		cmocka_unit_test(offers_that_are_wrong),
		cmocka_unit_test(answers_that_are_wrong),
		cmocka_unit_test(starts),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
