/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/negotiating.h"
#include "lib/traffic.h"

/* Sessions on the workers, and what comes for them. */

#define SECOND_NS (1000 * MS_NS)

static void start(uint64_t interval_ns, uint32_t multiplier)
{
	site_lan();
	negotiating_peer(0);
	negotiating_start(interval_ns, multiplier);
}

/* Takes datagrams until the one that has come last. */
static struct bgw_datagram_exchange last_said(void)
{
	struct bgw_datagram_exchange exchange = {0};

	assert_true(expect_waiting(UNDERLAY_1) > 0);
	while (expect_waiting(UNDERLAY_1) > 0)
		expect_exchange(&exchange);
	return exchange;
}

static struct bgw_negotiation_status status(void)
{
	struct bgw_negotiation_status got;

	site_result(bgw_negotiation_status_get(site_dp, 1, &got), 0, "status", HERE);
	return got;
}

static void a_session_begins_with_the_first_byte(void)
{
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	expect_exchange(&said);
	assert_int_equal(said.round, 1);
	assert_int_equal(said.step, 0);
	assert_int_equal(said.count, 1);
	assert_int_equal(said.bytes[0], BGW_NEGOTIATION_HEARTBEAT);
	assert_int_equal(said.ack_round, 1);
	assert_int_equal(said.ack_step, 0);
	assert_int_equal(negotiating_counter(), 1);
	expect_no_report();
	assert_false(status().is_up);
}

static void a_heartbeat_goes_to_and_fro(void)
{
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	expect_exchange(&said);
	/* It initiates 0; we accept, and beat. */
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 3,
							.bytes = {255, 254, 0x40}}));
	assert_int_equal(expect_report(BGW_NEGOTIATION_UP).session, OUR_SESSION);
	expect_exchange(&said);
	assert_int_equal(said.count, 2);
	assert_int_equal(said.step, 1);
	assert_int_equal(said.bytes[0], 0x40);
	assert_int_equal(said.bytes[1], 0x41);
	assert_int_equal(said.ack_step, 3);
	negotiating_wait(3 * MS_NS);
	inject(UNDERLAY_1, FAR_EXCHANGE(2, .exchange = {.round = 1,
							.step = 3,
							.ack_round = 2,
							.count = 1,
							.bytes = {0x41}}));
	expect_exchange(&said); /* the next round */
	assert_int_equal(said.round, 2);
	assert_int_equal(said.bytes[0], 255);
	assert_int_equal(said.ack_round, 2);
	assert_int_equal(status().heartbeats, 1);
	assert_int_equal(status().round_trip_ns, 3 * MS_NS);
	assert_true(status().is_up);
	assert_int_equal(status().rx_datagrams, 2);
}

static void bytes_that_are_not_taken_go_again(void)
{
	struct bgw_datagram_exchange first, again;

	start(SECOND_NS, 3);
	expect_exchange(&first);
	negotiating_wait(60 * MS_NS);
	expect_exchange(&again);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_int_equal(negotiating_counter(), 2);
	/* Later and later. */
	negotiating_wait(60 * MS_NS);
	expect_nothing();
	negotiating_wait(60 * MS_NS);
	expect_exchange(&again);
	assert_int_equal(status().resent_datagrams, 2);
}

static void an_interval_is_never_silent(void)
{
	start(SECOND_NS, 30);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 1,
							.bytes = {255}}));
	last_said();
	for (int i = 0; i < 10; i++) {
		negotiating_wait(SECOND_NS);
		last_said();
	}
	expect_report(BGW_NEGOTIATION_UP);
	expect_no_report();
}

static void silence_ends_the_session(void)
{
	struct bgw_datagram_exchange said;
	struct bgw_negotiation_status none;
	struct bgw_negotiation_report ended;

	start(100 * MS_NS, 3);
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_report(BGW_NEGOTIATION_UP);
	negotiating_wait(290 * MS_NS);
	expect_no_report();
	negotiating_wait(15 * MS_NS);
	ended = expect_report(BGW_NEGOTIATION_ENDED);
	assert_int_equal(ended.end, BGW_EXCHANGE_END_SILENT);
	assert_int_equal(ended.session, OUR_SESSION);
	said = last_said();
	assert_int_equal(said.flags, BGW_EXCHANGE_CLOSES);
	site_result(bgw_negotiation_status_get(site_dp, 1, &none), -ENOENT, "status", HERE);
	inject(UNDERLAY_1, FAR_EXCHANGE(2));
	expect_drop(NEGOTIATION_UNKNOWN_SESSION);
}

/* In the order of their cost; the first that does not hold names the drop. */
static void each_check_has_its_reason(void)
{
	start(SECOND_NS, 3);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .remote = REMOTE_2));
	expect_drop(NEGOTIATION_UNKNOWN_PEER);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .length = 55));
	expect_drop(NEGOTIATION_MALFORMED);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .length = 64));
	expect_drop(NEGOTIATION_MALFORMED);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .length = 1));
	expect_drop(NEGOTIATION_MALFORMED);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .datagram = {2, OUR_SESSION + 1, OUR_NONCE, 1}));
	expect_drop(NEGOTIATION_UNKNOWN_SESSION);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .datagram = {2, OUR_SESSION, OUR_NONCE ^ 1, 1}));
	expect_drop(NEGOTIATION_UNKNOWN_SESSION);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .spoil = 1));
	expect_drop(NEGOTIATION_FORGED);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .key = OUR_KEY));
	expect_drop(NEGOTIATION_FORGED);
	/* What was forged took nothing from the window. */
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_drop(NEGOTIATION_REPLAYED);
	inject(UNDERLAY_1, FAR_EXCHANGE(0));
	expect_drop(NEGOTIATION_REPLAYED);
	assert_int_equal(status().forged_datagrams, 2);
	assert_int_equal(status().replayed_datagrams, 2);
	assert_int_equal(status().rx_datagrams, 1);
	last_said();
}

static void one_counter_twice_in_a_burst_counts_once(void)
{
	start(SECOND_NS, 3);
	give(UNDERLAY_1, FAR_EXCHANGE(1));
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_drop(NEGOTIATION_REPLAYED);
	assert_int_equal(status().rx_datagrams, 1);
	last_said();
}

static void a_flood_of_forgeries_disturbs_nothing(void)
{
	start(SECOND_NS, 3);
	last_said();
	for (uint32_t i = 0; i < 3200; i++) {
		/* Off the path: no nonce. On it: all but the tag. */
		give(UNDERLAY_1, i % 2 ? FAR_EXCHANGE(1000000 + i, .spoil = 1)
				       : FAR_EXCHANGE(1 + i, .datagram = {2, i, i, i}));
		if (i % 64 == 63)
			site_run();
	}
	expect_drops(NEGOTIATION_FORGED, 1600);
	expect_drops(NEGOTIATION_UNKNOWN_SESSION, 1600);
	expect_nothing();
	expect_no_report();
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 1,
							.bytes = {255}}));
	expect_report(BGW_NEGOTIATION_UP);
	last_said();
}

static void a_wrong_udp_header_is_dropped(void)
{
	start(SECOND_NS, 3);
	last_said();
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(1, NEGOTIATION_UDP_PORT, .length_error = 1), payload(56)));
	expect_drop(BAD_UDP);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(1, NEGOTIATION_UDP_PORT, .checksum_error = 1), payload(56)));
	expect_drop(BAD_UDP_CHECKSUM);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(1, NEGOTIATION_UDP_PORT), payload(56)));
	expect_drop(NEGOTIATION_MALFORMED);
}

/* Without the port it is nobody's datagram. */
static void it_is_off_unless_it_is_on(void)
{
	site_lan();
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_drop(NOT_A_TUNNEL);
	bgw_negotiation_port_set(site_dp, NEGOTIATION_UDP_PORT);
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_drop(NEGOTIATION_UNKNOWN_PEER);
}

static void tunnels_go_on_beside_it(void)
{
	start(SECOND_NS, 3);
	last_said();
	for (uint32_t i = 1; i <= 60; i++)
		give(UNDERLAY_1, FAR_EXCHANGE(i));
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	/* Of a burst that brings something else, its share. */
	expect_drops_at(UNDERLAY_1, NEGOTIATION_SHARE, 60 - 16);
	assert_int_equal(status().rx_datagrams, 16);
	for (uint32_t i = 101; i <= 160; i++)
		give(UNDERLAY_1, FAR_EXCHANGE(i));
	site_run();
	assert_int_equal(status().rx_datagrams, 16 + 60);
}

static void a_protocol_is_agreed_run_and_done(void)
{
	struct bgw_negotiation_report report;
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	last_said();
	/* It initiates the tunnel while we initiate a heartbeat, which has priority: refused. */
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 2,
							.bytes = {2, 253}}));
	said = last_said();
	assert_int_equal(said.ack_round, 2);
	/* The next round. */
	inject(UNDERLAY_1,
	       FAR_EXCHANGE(2, .exchange = {.round = 2, .ack_round = 2, .count = 1, .bytes = {2}}));
	said = last_said();
	assert_int_equal(said.round, 2);
	assert_int_equal(said.count, 2);
	assert_int_equal(said.bytes[0], 255);
	assert_int_equal(said.bytes[1], 254);
	assert_int_equal(said.flags, BGW_EXCHANGE_HOLDS);
	expect_report(BGW_NEGOTIATION_UP);
	report = expect_report(BGW_NEGOTIATION_AGREED);
	assert_int_equal(report.protocol, BGW_NEGOTIATION_TUNNEL);
	assert_true(report.is_accepted);
	inject(UNDERLAY_1, FAR_EXCHANGE(3, .exchange = {.round = 3, .ack_round = 3}));
	negotiating_wait(SECOND_NS);
	said = last_said();
	assert_int_equal(said.count, 0);
	assert_int_equal(status().running, BGW_NEGOTIATION_TUNNEL);
	site_result(bgw_negotiation_done(site_dp, 1, OUR_SESSION + 1, false), 0, "done", HERE);
	site_run();
	expect_nothing(); /* of another session */
	site_result(bgw_negotiation_done(site_dp, 1, OUR_SESSION, false), 0, "done", HERE);
	site_run();
	said = last_said();
	assert_int_equal(said.round, 3);
	assert_int_equal(said.flags, 0);
}

static void what_is_offered_is_initiated_at_once(void)
{
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 2,
							.bytes = {255, 253}}));
	last_said();
	site_result(bgw_negotiation_offer(site_dp, 1, 1u << BGW_NEGOTIATION_MAC_SYNC, 0), 0,
		    "offer", HERE);
	site_run();
	said = last_said();
	assert_int_equal(said.round, 2);
	assert_int_equal(said.bytes[0], BGW_NEGOTIATION_MAC_SYNC);
	expect_report(BGW_NEGOTIATION_UP);
}

static void an_abort_closes_the_session(void)
{
	struct bgw_datagram_exchange said;

	a_protocol_is_agreed_run_and_done();
	inject(UNDERLAY_1, FAR_EXCHANGE(9, .exchange = {.round = 3,
							.ack_round = 3,
							.ack_step = 1,
							.count = 2,
							.bytes = {255, 253}}));
	last_said();
	/* One that nobody runs is not aborted. */
	site_result(bgw_negotiation_done(site_dp, 1, OUR_SESSION, true), 0, "done", HERE);
	site_run();
	expect_nothing();
	site_result(bgw_negotiation_session_stop(site_dp, 1), 0, "stop", HERE);
	site_run();
	expect_exchange(&said);
	assert_int_equal(said.flags, BGW_EXCHANGE_CLOSES);
	assert_int_equal(expect_report(BGW_NEGOTIATION_ENDED).end, BGW_EXCHANGE_END_STOPPED);
}

static void a_peer_that_is_cleared_is_told(void)
{
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	last_said();
	site_result(bgw_negotiation_session_stop(site_dp, 1), 0, "stop", HERE);
	site_result(bgw_negotiation_peer_clear(site_dp, 1), 0, "clear", HERE);
	site_run();
	expect_exchange(&said);
	assert_int_equal(said.flags, BGW_EXCHANGE_CLOSES);
	assert_int_equal(expect_report(BGW_NEGOTIATION_ENDED).end, BGW_EXCHANGE_END_STOPPED);
}

static void the_peers_close_ends_it(void)
{
	start(SECOND_NS, 3);
	last_said();
	give(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.flags = BGW_EXCHANGE_CLOSES}));
	give(UNDERLAY_1, FAR_EXCHANGE(2));
	inject(UNDERLAY_1, FAR_EXCHANGE(3, .spoil = 1));
	expect_drops(NEGOTIATION_UNKNOWN_SESSION, 2);
	expect_report(BGW_NEGOTIATION_UP);
	assert_int_equal(expect_report(BGW_NEGOTIATION_ENDED).end, BGW_EXCHANGE_END_CLOSED);
	expect_nothing();
}

/* Its datagrams further behind in a burst were looked at before it ended, and were right then. */
static void what_comes_behind_the_close_in_a_long_burst_is_dropped(void)
{
	start(SECOND_NS, 3);
	last_said();
	give(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.flags = BGW_EXCHANGE_CLOSES}));
	for (uint32_t i = 2; i <= 40; i++)
		give(UNDERLAY_1, FAR_EXCHANGE(i));
	site_run();
	expect_drops(NEGOTIATION_UNKNOWN_SESSION, 39);
	expect_report(BGW_NEGOTIATION_UP);
	assert_int_equal(expect_report(BGW_NEGOTIATION_ENDED).end, BGW_EXCHANGE_END_CLOSED);
	expect_nothing();
}

/* An answer may go in the buffer that was asked in: many at once, each its own. */
static void each_of_a_burst_is_answered(void)
{
	struct bgw_datagram_exchange said;

	start(SECOND_NS, 3);
	last_said();
	for (uint32_t i = 1; i <= 60; i++)
		give(UNDERLAY_1, FAR_EXCHANGE(i, .exchange = {.round = 1,
							      .ack_round = 1,
							      .ack_step = 1,
							      .count = 1,
							      .bytes = {255}}));
	site_run();
	for (uint32_t i = 1; i <= 60; i++) {
		expect_exchange(&said);
		assert_int_equal(said.ack_step, 1);
		assert_int_equal(negotiating_counter(), 1 + i);
	}
	expect_nothing();
	assert_int_equal(status().rx_datagrams, 60);
	expect_report(BGW_NEGOTIATION_UP);
}

static void a_broken_rule_ends_it_and_says_which(void)
{
	struct bgw_negotiation_report ended;

	start(SECOND_NS, 3);
	last_said();
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .exchange = {.round = 1,
							.ack_round = 1,
							.ack_step = 1,
							.count = 1,
							.bytes = {200}}));
	expect_report(BGW_NEGOTIATION_UP);
	ended = expect_report(BGW_NEGOTIATION_ENDED);
	assert_int_equal(ended.end, BGW_EXCHANGE_END_NEGOTIATION);
	assert_non_null(strstr(ended.why, "200"));
	assert_int_equal(last_said().flags, BGW_EXCHANGE_CLOSES);
}

static void a_new_session_takes_the_place_of_the_old(void)
{
	start(SECOND_NS, 3);
	inject(UNDERLAY_1, FAR_EXCHANGE(5));
	last_said();
	expect_report(BGW_NEGOTIATION_UP);
	negotiating_start(SECOND_NS, 3);
	assert_int_equal(expect_report(BGW_NEGOTIATION_ENDED).end, BGW_EXCHANGE_END_NONE);
	last_said();
	/* Its window is new too, as its keys would be. */
	inject(UNDERLAY_1, FAR_EXCHANGE(5));
	expect_report(BGW_NEGOTIATION_UP);
	assert_int_equal(status().rx_datagrams, 1);
}

static void nothing_is_sent_without_a_path(void)
{
	struct bgw_negotiation_peer_spec spec = {
		.path = {.state = BGW_PATH_UNRESOLVED, .local = ip(VTEP), .remote = ip(REMOTE_1)},
		.rx_key = FAR_HELLO_KEY,
		.tx_key = OUR_HELLO_KEY,
	};

	start(100 * MS_NS, 3);
	last_said();
	site_result(bgw_negotiation_peer_set(site_dp, 1, &spec), 0, "peer", HERE);
	negotiating_wait(200 * MS_NS);
	expect_nothing();
	inject(UNDERLAY_1,
	       FAR_EXCHANGE(1,
			    .exchange = {.round = 1, .ack_round = 1, .count = 1, .bytes = {255}}));
	expect_nothing();
	expect_report(BGW_NEGOTIATION_UP);
}

static void another_worker_hands_over(void)
{
	const uint16_t owner = (uint16_t)(site_workers() - 1);

	site_lan();
	negotiating_peer(owner);
	negotiating_start(SECOND_NS, 3);
	last_said();
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_report(BGW_NEGOTIATION_UP);
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
	expect_drop(NEGOTIATION_REPLAYED);
	inject(UNDERLAY_1, FAR_HELLO(1));
	expect_report(BGW_NEGOTIATION_HELLO);
}

PACKET_PROGRAM(CASE(a_session_begins_with_the_first_byte), CASE(a_heartbeat_goes_to_and_fro),
	       CASE(bytes_that_are_not_taken_go_again), CASE(an_interval_is_never_silent),
	       CASE(silence_ends_the_session), CASE(each_check_has_its_reason),
	       CASE(one_counter_twice_in_a_burst_counts_once),
	       CASE(a_flood_of_forgeries_disturbs_nothing), CASE(a_wrong_udp_header_is_dropped),
	       CASE(it_is_off_unless_it_is_on), CASE(tunnels_go_on_beside_it),
	       CASE(a_protocol_is_agreed_run_and_done), CASE(what_is_offered_is_initiated_at_once),
	       CASE(an_abort_closes_the_session), CASE(a_peer_that_is_cleared_is_told),
	       CASE(the_peers_close_ends_it),
	       CASE(what_comes_behind_the_close_in_a_long_burst_is_dropped),
	       CASE(each_of_a_burst_is_answered), CASE(a_broken_rule_ends_it_and_says_which),
	       CASE(a_new_session_takes_the_place_of_the_old), CASE(nothing_is_sent_without_a_path),
	       CASE(another_worker_hands_over))
