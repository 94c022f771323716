/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom the gateway asks in a layer-3 negotiation, and who may ask it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "l3/peers.h"

static struct bgw_address address(const char *text)
{
	struct bgw_address read;

	if (bgw_address_parse(text, &read) < 0)
		fail_msg("%s is no address", text);
	return read;
}

static bool has(const char *list, const char *who, uint16_t port)
{
	struct l3_peer peer;
	struct bgw_address is = address(who);

	if (l3_peer_parse(list, &peer) < 0)
		fail_msg("%s is not taken", list);
	return l3_peers_have(&peer, 1, &is, port);
}

static void peers(void **state)
{
	static const char *const wrong[] = {
		"",
		"peer",
		"192.0.2",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"fd00::1:",
		"[fd00::1]",
		"[192.0.2.1]:80",
		"192.0.2.1/33",
		"0.0.0.0",
		"0.0.0.0:80",
		"::",
		"224.0.0.1",
		"255.255.255.255:80",
		"192.0.2.1:80:80",
		" 192.0.2.1",
	};
	struct l3_peer peer;

	(void)state;
	assert_true(has("192.0.2.1", "192.0.2.1", 8000));
	assert_true(has("192.0.2.1", "192.0.2.1", 0));
	assert_true(has("192.0.2.1", "::ffff:192.0.2.1", 0));
	assert_false(has("192.0.2.1", "192.0.2.2", 8000));
	assert_true(has("192.0.2.1:8000", "192.0.2.1", 8000));
	assert_false(has("192.0.2.1:8000", "192.0.2.1", 8001));
	assert_true(has("192.0.2.1:8000", "192.0.2.1", 0));
	assert_true(has("192.0.2.0/24", "192.0.2.77", 8000));
	assert_false(has("192.0.2.0/24", "192.0.3.77", 8000));
	assert_true(has("[fd00::1]:8000", "fd00::1", 8000));
	assert_false(has("fd00::1", "fd00::2", 8000));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (l3_peer_parse(wrong[i], &peer) == 0)
			fail_msg("%s is taken", wrong[i]);
}

static void loopback_only_with_its_port(void **state)
{
	(void)state;
	assert_true(has("127.0.0.1:8000", "127.0.0.1", 8000));
	assert_true(has("127.0.0.1:8000", "127.0.0.1", 0));
	assert_false(has("127.0.0.1:8000", "127.0.0.1", 9696));
	assert_false(has("127.0.0.1:8000", "127.0.0.2", 8000));
	assert_false(has("127.0.0.1", "127.0.0.1", 8000));
	assert_false(has("127.0.0.0/8", "127.0.0.1", 8000));
	assert_false(has("0.0.0.0/0", "127.0.0.1", 8000));
	assert_false(has("0.0.0.0/0", "::ffff:127.0.0.1", 8000));
	assert_false(has("::/0", "::1", 8000));
	assert_false(has("::/0", "::", 8000));
	assert_false(has("0.0.0.0/0", "0.0.0.0", 8000));
	assert_false(has("0.0.0.0/0", "0.1.2.3", 8000));
	assert_false(has("0.0.0.0/0", "255.255.255.255", 8000));
	assert_true(has("[::1]:8000", "::1", 8000));
}

static void urls(void **state)
{
	static const struct {
		const char *url, *host;
		unsigned int port;
		bool tls;
	} cases[] = {
		{"http://192.0.2.1:8000/api/v1/handle_negotiation", "192.0.2.1", 8000, false},
		{"http://192.0.2.1/api/v1/handle_negotiation", "192.0.2.1", 80, false},
		{"https://peer.example/api/v1/handle_negotiation", "peer.example", 443, true},
		{"https://[fd00::1]:8443/api/v1/handle_negotiation", "fd00::1", 8443, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct l3_failure failure = {0};
		struct l3_remote remote;

		if (l3_remote_parse(cases[i].url, &remote, &failure) < 0)
			fail_msg("%s: %s", cases[i].url, failure.description);
		assert_string_equal(remote.host, cases[i].host);
		assert_int_equal(remote.port, cases[i].port);
		assert_int_equal(remote.tls, cases[i].tls);
	}
}

static void urls_that_are_refused(void **state)
{
	static const char *const cases[] = {
		"ftp://192.0.2.1/api/v1/handle_negotiation",
		"file:///api/v1/handle_negotiation",
		"gopher://192.0.2.1/api/v1/handle_negotiation",
		"HTTP://192.0.2.1/api/v1/handle_negotiation",
		"192.0.2.1/api/v1/handle_negotiation",
		"//192.0.2.1/api/v1/handle_negotiation",
		"http://192.0.2.1",
		"http://192.0.2.1/",
		"http://192.0.2.1/api/v1/start_negotiation",
		"http://192.0.2.1/api/v1/handle_negotiation/",
		"http://192.0.2.1/api/v1/handle_negotiation?x=/api/v1/handle_negotiation",
		"http://192.0.2.1/api/v1/handle_negotiation#x",
		"http://192.0.2.1/x?/api/v1/handle_negotiation",
		"http://192.0.2.1/x#/api/v1/handle_negotiation",
		"http://192.0.2.1/x/../api/v1/handle_negotiation",
		"http://192.0.2.1//api/v1/handle_negotiation",
		"http://192.0.2.1?/api/v1/handle_negotiation",
		"http://192.0.2.1#/api/v1/handle_negotiation",
		"http://192.0.2.1\\@127.0.0.1/api/v1/handle_negotiation",
		"http://u@192.0.2.1/api/v1/handle_negotiation",
		"http://u:p@192.0.2.1/api/v1/handle_negotiation",
		"http://192.0.2.1:0/api/v1/handle_negotiation",
		"http://192.0.2.1:65536/api/v1/handle_negotiation",
		"http://192.0.2.1:x/api/v1/handle_negotiation",
		"http:///api/v1/handle_negotiation",
		"http://[fe80::1%25eth0]/api/v1/handle_negotiation",
		"http://192.0.2.1/api/v1/handle_negotiation\r\nHost: x",
		"http://192.0.2.1 x/api/v1/handle_negotiation",
		"http://192.0.2.1\r\n/api/v1/handle_negotiation",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct l3_failure failure = {0};
		struct l3_remote remote;

		if (l3_remote_parse(cases[i], &remote, &failure) == 0)
			fail_msg("%s is taken, host %s", cases[i], remote.host);
		assert_int_equal(failure.status, 403);
		assert_non_null(strstr(failure.description, "remoteAgent must be http://"));
	}
}

static void own_urls_are_read(void **state)
{
	static const char *const addresses[] = {"192.0.2.1", "fd00::1"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bgw_address is = address(addresses[i]);
		char url[L3_REMOTE_URL_SIZE];
		struct l3_failure failure;
		struct l3_remote remote;

		l3_remote_url(&is, 8000, i == 1, url);
		assert_int_equal(l3_remote_parse(url, &remote, &failure), 0);
		assert_string_equal(remote.host, addresses[i]);
		assert_int_equal(remote.tls, i == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers),
		cmocka_unit_test(loopback_only_with_its_port),
		cmocka_unit_test(urls),
		cmocka_unit_test(urls_that_are_refused),
		cmocka_unit_test(own_urls_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
