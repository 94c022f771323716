/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/negotiating.h"
#include "lib/traffic.h"

/* What comes and goes before there is a session, and beside one. */

static void session(void)
{
	struct bgw_datagram_exchange exchange;

	site_lan();
	negotiating_peer(0);
	negotiating_start(1000 * MS_NS, 3);
	while (expect_waiting(UNDERLAY_1) > 0)
		expect_exchange(&exchange);
}

static void hellos_go_up_to_control(void)
{
	struct bgw_negotiation_report report;

	session();
	inject(UNDERLAY_1, FAR_HELLO(77));
	report = expect_report(BGW_NEGOTIATION_HELLO);
	assert_int_equal(report.datagram.counter, 77);
	assert_int_equal(report.hello.session, FAR_SESSION);
	assert_true(report.hello.nonce == FAR_NONCE);
	inject(UNDERLAY_1, FAR_HELLO(78, .spoil = 0x80));
	expect_drop(NEGOTIATION_FORGED);
	inject(UNDERLAY_1, FAR_HELLO(78, .key = FAR_KEY));
	expect_drop(NEGOTIATION_FORGED);
	expect_no_report();
}

static void a_change_of_any_byte_of_a_hello_is_seen(void)
{
	session();
	for (uint8_t at = 0; at < 64; at++) {
		inject(UNDERLAY_1, FAR_HELLO(77, .changed_byte = (uint8_t)(at + 1)));
		if (at < 4 || (at >= 36 && at < 40))
			expect_drop(NEGOTIATION_MALFORMED); /* version, kind, what is 0 */
		else
			expect_drop(NEGOTIATION_FORGED);
	}
	expect_no_report();
	inject(UNDERLAY_1, FAR_HELLO(77));
	expect_report(BGW_NEGOTIATION_HELLO);
}

static void a_change_of_any_byte_of_an_exchange_is_seen(void)
{
	struct bgw_negotiation_status status;
	struct bgw_datagram_exchange said;

	session();
	for (uint8_t at = 0; at < 56; at++) {
		inject(UNDERLAY_1, FAR_EXCHANGE(1, .changed_byte = (uint8_t)(at + 1)));
		if (at < 2 || at == 30 || at == 31)
			expect_drop(NEGOTIATION_MALFORMED); /* version, kind, what is 0 */
		else if (at >= 4 && at < 16)
			expect_drop(NEGOTIATION_UNKNOWN_SESSION);
		else if (at == 39)
			expect_drop(NEGOTIATION_REPLAYED); /* counter 0 */
		else
			expect_drop(NEGOTIATION_FORGED);
	}
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	assert_int_equal(bgw_negotiation_status_get(site_dp, 1, &status), 0);
	assert_int_equal(status.rx_datagrams, 1);
	while (expect_waiting(UNDERLAY_1) > 0)
		expect_exchange(&said);
	expect_report(BGW_NEGOTIATION_UP);
}

static void hellos_are_policed(void)
{
	session();
	for (uint32_t i = 0; i < 40; i++)
		inject(UNDERLAY_1, FAR_HELLO(i));
	for (uint32_t i = 0; i < 20; i++)
		expect_report(BGW_NEGOTIATION_HELLO);
	expect_no_report();
	expect_drops(NEGOTIATION_POLICED, 20);
	/* And in one burst they have a share of their own. */
	for (uint32_t i = 0; i < 20; i++)
		give(UNDERLAY_1, FAR_HELLO(i, .spoil = 1));
	site_run();
	expect_drops(NEGOTIATION_FORGED, 8);
	expect_drops(NEGOTIATION_SHARE, 12);
}

static void control_says_hello_through_the_worker(void)
{
	const struct bgw_datagram datagram = {BGW_DATAGRAM_HELLO, 0, 0, 42};
	const struct bgw_datagram_hello hello = {OUR_SESSION, OUR_EPOCH, OUR_NONCE, 250};
	struct bgw_datagram_hello said_hello;
	struct bgw_datagram said;

	site_lan();
	negotiating_peer(0);
	site_result(bgw_negotiation_hello_send(site_dp, 1, &datagram, &hello), 0, "hello", HERE);
	site_run();
	expect_hello(&said, &said_hello);
	assert_int_equal(said.counter, 42);
	assert_int_equal(said_hello.session, hello.session);
	assert_int_equal(said_hello.epoch, hello.epoch);
	assert_true(said_hello.nonce == hello.nonce);
	assert_int_equal(said_hello.interval_ms, hello.interval_ms);
	site_result(bgw_negotiation_hello_send(site_dp, 2, &datagram, &hello), -ENOENT, "hello",
		    HERE);
}

PACKET_PROGRAM(CASE(hellos_go_up_to_control), CASE(a_change_of_any_byte_of_a_hello_is_seen),
	       CASE(a_change_of_any_byte_of_an_exchange_is_seen), CASE(hellos_are_policed),
	       CASE(control_says_hello_through_the_worker))
