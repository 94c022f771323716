/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"

/*
 * Frames that do not fit a tunnel: dropped, counted, and answered where the connection says so, as
 * Linux's tunnels do, in the place of the destination.
 */

#define UNDERLAY_MTU 1500
/* The inner IP packet's: 20 of IP, 8 of UDP, 8 of VXLAN, 14 of Ethernet less. */
#define VXLAN_MTU (UNDERLAY_MTU - 50)

#define NOTHING_ANSWERED expect_drop(TOO_BIG), expect_nothing()

/* An IPv4 packet of `length` bytes from HOST_A to HOST_R. */
static const struct packet *v4(uint32_t length, struct ipv4_args args)
{
	args.from = args.from ? args.from : "10.0.0.1";
	args.to = args.to ? args.to : "10.0.0.2";
	return PACKET(eth(HOST_A, HOST_R), layer_ipv4(args), udp(1000, 2000),
		      payload(length - 28u - args.options_bytes));
}

static const struct packet *v6(uint32_t length)
{
	return PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2"), udp(1000, 2000),
		      payload(length - 48));
}

#define V4(length_, ...) v4(length_, (struct ipv4_args){__VA_ARGS__})

/* The answer to a frame whose IP packet begins at byte `offset`. */
static const struct packet *answer_v4(const struct packet *offending, uint32_t mtu)
{
	const uint32_t length = offending->length_bytes - 14;

	return PACKET(eth(HOST_R, HOST_A), ipv4("10.0.0.2", "10.0.0.1", .df = true),
		      icmp(3, 4, mtu),
		      bytes_of(offending->bytes + 14, length < 548 ? length : 548));
}

static const struct packet *answer_v6(const struct packet *offending, uint32_t mtu)
{
	const uint32_t length = offending->length_bytes - 14;

	return PACKET(eth(HOST_R, HOST_A), ipv6("2001:db8::2", "2001:db8::1"), icmpv6(2, 0, mtu),
		      bytes_of(offending->bytes + 14, length < 1232 ? length : 1232));
}

static void mtu_lan(void)
{
	site_lan();
	path(1, REMOTE_1, .mtu_bytes = UNDERLAY_MTU);
	tunnel(1, 5000, .mtu_signal = true);
}

static void what_fits_passes_and_a_byte_more_does_not(void)
{
	static const struct {
		enum bgw_encap encap;
		bool keyless;
		uint32_t overhead;
	} forms[] = {{BGW_ENCAP_VXLAN, false, 50},
		     {BGW_ENCAP_GRE, false, 42},
		     {BGW_ENCAP_GRE, true, 38},
		     {BGW_ENCAP_NVGRE, false, 42}};
	uint64_t dropped = 0, bytes = 0;

	site_lan();
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const uint32_t mtu = UNDERLAY_MTU - forms[i].overhead;

		path(1, REMOTE_1, .mtu_bytes = UNDERLAY_MTU, .encap = forms[i].encap,
		     .keyless = forms[i].keyless);
		tunnel(1, 5000, .encap = forms[i].encap, .keyless = forms[i].keyless);
		inject(ACCESS_1, V4(mtu, .df = true));
		assert_int_equal(expect_some(UNDERLAY_1)->length_bytes, UNDERLAY_MTU + 14);
		inject(ACCESS_1, V4(mtu + 1, .df = true));
		NOTHING_ANSWERED;
		dropped++;
		bytes += mtu + 14;
		expect_connection(1, .tx_pkts = dropped, .tx_bytes = bytes, .dropped_pkts = dropped,
				  .too_big_pkts = dropped);
	}
}

static void an_ipv4_packet_that_must_not_be_cut_is_answered(void)
{
	mtu_lan();
	inject(ACCESS_1, V4(VXLAN_MTU + 1, .df = true));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, answer_v4(V4(VXLAN_MTU + 1, .df = true), VXLAN_MTU));
	expect_connection(1, .dropped_pkts = 1, .too_big_pkts = 1);
	inject(ACCESS_1, V4(1500, .df = true, .options_bytes = 8, .tos = 0xb8, .ttl = 3));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1,
		     answer_v4(V4(1500, .df = true, .options_bytes = 8, .tos = 0xb8, .ttl = 3),
			       VXLAN_MTU));
}

static void an_ipv6_packet_is_answered(void)
{
	mtu_lan();
	inject(ACCESS_1, v6(VXLAN_MTU + 1));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, answer_v6(v6(VXLAN_MTU + 1), VXLAN_MTU));
}

static void the_answer_has_the_tags_of_the_question(void)
{
	const struct packet *bare = V4(1500, .df = true);

	mtu_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	inject(ACCESS_1,
	       PACKET(eth(HOST_A, HOST_R), vlan(10, .pcp = 3),
		      ipv4("10.0.0.1", "10.0.0.2", .df = true), udp(1000, 2000), payload(1472)));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), vlan(10, .pcp = 3),
				      ipv4("10.0.0.2", "10.0.0.1", .df = true),
				      icmp(3, 4, VXLAN_MTU), bytes_of(bare->bytes + 14, 548)));
	/* Tags that are kept take room in the tunnel. */
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1,
	       PACKET(eth(HOST_A, HOST_R), vlan(10, .pcp = 3),
		      ipv4("10.0.0.1", "10.0.0.2", .df = true), udp(1000, 2000), payload(1472)));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), vlan(10, .pcp = 3),
				      ipv4("10.0.0.2", "10.0.0.1", .df = true),
				      icmp(3, 4, VXLAN_MTU - 4), bytes_of(bare->bytes + 14, 548)));
}

static void without_the_signal_nothing_is_answered(void)
{
	mtu_lan();
	tunnel(1, 5000);
	inject(ACCESS_1, V4(1500, .df = true));
	NOTHING_ANSWERED;
	inject(ACCESS_1, v6(1500));
	NOTHING_ANSWERED;
}

static void packets_that_may_be_cut_and_fragments_are_not_answered(void)
{
	mtu_lan();
	inject(ACCESS_1, V4(1500, .df = false));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .offset = 185));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .mf = true));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, answer_v4(V4(1500, .df = true, .mf = true), VXLAN_MTU));
	inject(ACCESS_1,
	       PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2", .next_header = 44),
		      /* a later fragment of UDP */
		      bytes_of("\x11\x00\x05\xa9\x00\x00\x00\x01", 8), payload(1452)));
	NOTHING_ANSWERED;
}

static void icmp_errors_are_not_answered_and_echoes_are(void)
{
	static const uint8_t errors[] = {3, 4, 5, 11, 12};
	static const uint8_t errors_v6[] = {1, 2, 3, 4, 127, 137};

	mtu_lan();
	for (size_t i = 0; i < sizeof(errors); i++) {
		inject(ACCESS_1,
		       PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2", .df = true),
			      icmp(errors[i], 0, 0), payload(1472)));
		NOTHING_ANSWERED;
	}
	for (size_t i = 0; i < sizeof(errors_v6); i++) {
		inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2"),
					icmpv6(errors_v6[i], 0, 0), payload(1452)));
		NOTHING_ANSWERED;
	}
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2", .df = true),
				icmp(8, 0, 1), payload(1472)));
	expect_drop(TOO_BIG);
	expect_some(ACCESS_1);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2"),
				icmpv6(128, 0, 1), payload(1452)));
	expect_drop(TOO_BIG);
	expect_some(ACCESS_1);
}

static void groups_are_not_answered(void)
{
	static const char *const groups[] = {BROADCAST, MULTICAST};

	mtu_lan();
	domain(1, at(1), by(1));
	for (size_t i = 0; i < 2; i++) {
		inject(ACCESS_1,
		       PACKET(eth(HOST_A, groups[i]), ipv4("10.0.0.1", "10.0.0.2", .df = true),
			      udp(1000, 2000), payload(1472)));
		NOTHING_ANSWERED;
	}
	inject(ACCESS_1, V4(1500, .df = true, .to = "239.1.1.1"));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .to = "255.255.255.255"));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .from = "0.0.0.0"));
	NOTHING_ANSWERED;
}

static void what_is_no_ip_is_not_answered(void)
{
	mtu_lan();
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), payload(1500)));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .checksum_error = 1));
	NOTHING_ANSWERED;
	inject(ACCESS_1, V4(1500, .df = true, .length_error = 1));
	NOTHING_ANSWERED;
}

/* Cut anywhere, so that headers reach beyond the frame. */
static void packets_cut_anywhere_are_not_answered(void)
{
	const struct packet *v4_options = V4(1500, .df = true, .options_bytes = 40);
	const struct packet *v6_options =
		PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2", .next_header = 60),
		       bytes_of("\x3c\xff\0\0\0\0\0\0", 8), payload(1492));

	mtu_lan();
	path(1, REMOTE_1, .mtu_bytes = 51 + 14);
	for (uint32_t length = 30; length < 120; length++) {
		inject_shaped(ACCESS_1, packet_resize(v4_options, length), .guarded = true);
		NOTHING_ANSWERED;
		inject_shaped(ACCESS_1, packet_resize(v6_options, length), .guarded = true);
		NOTHING_ANSWERED;
	}
	path(1, REMOTE_1, .mtu_bytes = 1330);
	inject_shaped(ACCESS_1, v6_options, .guarded = true);
	NOTHING_ANSWERED;
}

/* Nobody knows yet whether the destination is behind that tunnel, or behind which of them. */
static void what_is_flooded_is_not_answered(void)
{
	mtu_lan();
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .mtu_bytes = UNDERLAY_MTU);
	tunnel(2, 6000, .mtu_signal = true);
	domain(1, at(1), by(1), by(2));
	inject(ACCESS_1, PACKET(eth(HOST_A, STRANGER), ipv4("10.0.0.1", "10.0.0.2", .df = true),
				udp(1000, 2000), payload(1472)));
	expect_drops(TOO_BIG, 2);
	expect_nothing();
}

/* What a tunnel has to take is no more than a path can carry; it never answers into a tunnel. */
static void an_answer_needs_a_mtu_that_hosts_accept(void)
{
	mtu_lan();
	path(1, REMOTE_1, .mtu_bytes = 576 + 50);
	inject(ACCESS_1, V4(1500, .df = true));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, answer_v4(V4(1500, .df = true), 576));
	inject(ACCESS_1, v6(1500));
	NOTHING_ANSWERED;
	path(1, REMOTE_1, .mtu_bytes = 575 + 50);
	inject(ACCESS_1, V4(1500, .df = true));
	NOTHING_ANSWERED;
	path(1, REMOTE_1, .mtu_bytes = 1280 + 50);
	inject(ACCESS_1, v6(1500));
	expect_drop(TOO_BIG);
	expect_frame(ACCESS_1, answer_v6(v6(1500), 1280));
}

static uint32_t answers_to(uint32_t frames)
{
	struct bgw_port_counters before, after;
	uint64_t answered;

	bgw_port_counters_get(site_dp, ACCESS_1, &before);
	for (uint32_t n = 0; n < frames; n++)
		give(ACCESS_1, V4(1500, .df = true));
	site_run();
	bgw_port_counters_get(site_dp, ACCESS_1, &after);
	expect_drops(TOO_BIG, frames);
	answered = after.originated - before.originated;
	expect_frames(ACCESS_1, answer_v4(V4(1500, .df = true), VXLAN_MTU), answered);
	return (uint32_t)answered;
}

static void no_more_than_a_hundred_a_second_are_answered(void)
{
	uint32_t answered;

	mtu_lan();
	answered = answers_to(1000);
	assert_in_range(answered, 1, 100);
	/* Each connection has a rate of its own. */
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .mtu_bytes = UNDERLAY_MTU);
	tunnel(2, 6000, .mtu_signal = true);
	station(1, HOST_R, by(2));
	assert_in_range(answers_to(1), 1, 1);
	/* What cannot be answered takes nothing of the rate. */
	tunnel(3, 7000, .path = 2, .peer = 2, .mtu_signal = true);
	station(1, HOST_R, by(3));
	for (uint32_t n = 0; n < 1000; n++)
		give(ACCESS_1, V4(1500, .df = false));
	site_run();
	expect_drops(TOO_BIG, 1000);
	assert_in_range(answers_to(1), 1, 1);
}

PACKET_PROGRAM(CASE(what_fits_passes_and_a_byte_more_does_not),
	       CASE(an_ipv4_packet_that_must_not_be_cut_is_answered),
	       CASE(an_ipv6_packet_is_answered), CASE(the_answer_has_the_tags_of_the_question),
	       CASE(without_the_signal_nothing_is_answered),
	       CASE(packets_that_may_be_cut_and_fragments_are_not_answered),
	       CASE(icmp_errors_are_not_answered_and_echoes_are), CASE(groups_are_not_answered),
	       CASE(what_is_no_ip_is_not_answered), CASE(packets_cut_anywhere_are_not_answered),
	       CASE(what_is_flooded_is_not_answered), CASE(an_answer_needs_a_mtu_that_hosts_accept),
	       CASE(no_more_than_a_hundred_a_second_are_answered))
