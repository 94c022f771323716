/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"

/* What guards an exchange's LAN: link-local groups, lists, and limits of rate. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

static const char *link_local(uint32_t last)
{
	static char text[18];

	snprintf(text, sizeof(text), "01:80:c2:00:00:%02x", last);
	return text;
}

static void link_local_groups_are_never_bridged(void)
{
	site_lan();
	for (uint32_t last = 0; last < 16; last++) {
		inject(ACCESS_1, FRAME(HOST_A, link_local(last)));
		expect_drop(LINK_LOCAL);
		inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, link_local(last))));
		/* Both attachments refuse it, each its own replica. */
		if (last == 1 || last == 2)
			expect_drop(LINK_LOCAL);
		else
			expect_drops(LINK_LOCAL, 2);
	}
	expect_no_event();
}

static void the_groups_beside_them_are_bridged(void)
{
	static const char *const groups[] = {"01:80:c2:00:00:10", "01:80:c2:00:00:20",
					     "01:80:c2:00:01:00", "01:80:c3:00:00:00",
					     "03:80:c2:00:00:00"};

	site_lan();
	domain(1, at(1), at(2));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		inject(ACCESS_1, FRAME(HOST_A, groups[i]));
		expect_frame(ACCESS_2, FRAME(HOST_A, groups[i]));
	}
}

static void an_attachment_may_tunnel_them_but_pause_and_lacp(void)
{
	site_lan();
	attach(1, ACCESS_1, .l2_control_tunnel = true);
	domain(1, at(1), at(2), by(1));
	for (uint32_t last = 0; last < 16; last++) {
		inject(ACCESS_1, FRAME(HOST_A, link_local(last)));
		if (last == 1 || last == 2) {
			expect_drop(LINK_LOCAL);
			continue;
		}
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, link_local(last))));
		/* The other attachment did not ask for them. */
		expect_drop(LINK_LOCAL);
		inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, link_local(last))));
		expect_frame(ACCESS_1, FRAME(HOST_R, link_local(last)));
		expect_drop(LINK_LOCAL);
	}
}

static void a_list_of_sources_lets_no_other_in(void)
{
	site_lan();
	attach(1, ACCESS_1, .allowed_sources_count = 2,
	       .allowed_sources = {mac(HOST_C), mac(HOST_A)});
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_1, FRAME(HOST_C, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_C, HOST_B));
	expect_event(MAC_SEEN, 1, at(1), HOST_C);
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_drop(SOURCE_NOT_ALLOWED);
	expect_no_event();
	/* It is about what enters. */
	inject(ACCESS_2, FRAME(STRANGER, HOST_A));
	expect_frame(ACCESS_1, FRAME(STRANGER, HOST_A));
}

/* Refused ones, and those of another attachment, first, in the middle and last in a burst. */
static void a_list_holds_for_each_frame_of_a_burst(void)
{
	static const char patterns[] = "raatrrtaarataaatr";
	uint64_t admitted = 0;
	uint64_t refused = 0;
	uint64_t tagged = 0;

	site_lan();
	attach(1, ACCESS_1, .allowed_sources_count = 1, .allowed_sources = {mac(HOST_A)});
	attach(3, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 7);
	station(1, HOST_C, at(3));
	for (const char *kind = patterns; *kind != '\0'; kind++) {
		switch (*kind) {
		case 'a':
			give(ACCESS_1, FRAME(HOST_A, HOST_B));
			admitted++;
			break;
		case 'r':
			give(ACCESS_1, FRAME(STRANGER, HOST_B));
			refused++;
			break;
		default:
			give(ACCESS_1,
			     PACKET(eth(HOST_C, HOST_B), vlan(7), ipv4("10.0.0.1", "10.0.0.2"),
				    udp(1, 2), payload(18)));
			tagged++;
		}
	}
	site_run();
	expect_drops(SOURCE_NOT_ALLOWED, refused);
	for (uint64_t n = 0; n < admitted + tagged; n++)
		expect_some(ACCESS_2);
	/* What was refused came in, too: frames of 60 bytes, the tags off. */
	expect_attachment(1, .rx_pkts = admitted + refused, .rx_bytes = 60 * (admitted + refused),
			  .dropped_pkts = refused);
	expect_attachment(3, .rx_pkts = tagged, .rx_bytes = 60 * tagged);
	expect_no_event();
}

static void a_full_list_of_sources_is_searched_to_its_end(void)
{
	struct bgw_attachment_spec spec = {
		.port = ACCESS_1,
		.domain = 1,
		.admin_up = true,
		.allowed_sources_count = BGW_MAX_ALLOWED_SOURCES,
	};

	site_lan();
	for (uint32_t i = 0; i < BGW_MAX_ALLOWED_SOURCES; i++) {
		spec.allowed_sources[i] = mac("02:77:00:00:00:00");
		spec.allowed_sources[i].addr_bytes[5] = (uint8_t)i;
	}
	spec.allowed_sources[BGW_MAX_ALLOWED_SOURCES - 1] = mac(HOST_A);
	assert_int_equal(bgw_attachment_set(site_dp, 1, &spec), 0);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_1, FRAME("02:77:00:00:00:3f", HOST_B));
	expect_drop(SOURCE_NOT_ALLOWED);
	spec.allowed_sources_count++;
	assert_int_equal(bgw_attachment_set(site_dp, 1, &spec), -EINVAL);
}

#define IPV4_AND_ARP \
	.allowed_ethertypes_count = 2, .allowed_ethertypes = {RTE_BE16(0x0806), RTE_BE16(0x0800)}

static void a_list_of_ethertypes_lets_no_other_in(void)
{
	site_lan();
	attach(1, ACCESS_1, IPV4_AND_ARP);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), ipv6("2001:db8::1", "2001:db8::2"), udp(1, 2),
				payload(20)));
	expect_drop(ETHERTYPE_NOT_ALLOWED);
	/* An LLC frame has a length where the type is. */
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B, .type = 46), payload(46)));
	expect_drop(ETHERTYPE_NOT_ALLOWED);
}

static void ethertypes_are_those_behind_the_tags(void)
{
	site_lan();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10, IPV4_AND_ARP);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), ipv4("10.0.0.1", "10.0.0.2"),
				udp(1000, 2000), payload(18)));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), payload(60)));
	expect_drop(ETHERTYPE_NOT_ALLOWED);
	/* Also where the tags are kept. */
	bgw_attachment_clear(site_dp, 1);
	bgw_attachment_clear(site_dp, 2);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT, IPV4_AND_ARP);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20),
				ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000), payload(18)));
	expect_frame(ACCESS_2, PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20),
				      ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000), payload(18)));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), payload(60)));
	expect_drop(ETHERTYPE_NOT_ALLOWED);
}

/*
 * Gives 64 frames at once to ACCESS_1, whose limit is one a second: 32 are its burst, and one more
 * may pass while they are looked at.
 */
static uint64_t frames_within_burst(const char *destination, enum bgw_drop reason)
{
	struct bgw_port_counters before, after;

	bgw_port_counters_get(site_dp, ACCESS_1, &before);
	for (uint32_t n = 0; n < 64; n++)
		give(ACCESS_1, FRAME(HOST_A, destination));
	site_run();
	bgw_port_counters_get(site_dp, ACCESS_1, &after);
	site_expect_drops(reason, after.drops[reason] - before.drops[reason], HERE);
	return 64 - (after.drops[reason] - before.drops[reason]);
}

static void each_class_has_its_own_limit(void)
{
	static const struct {
		const char *destination;
		enum bgw_drop reason;
	} classes[] = {{BROADCAST, BGW_DROP_BROADCAST_LIMIT},
		       {MULTICAST, BGW_DROP_MULTICAST_LIMIT},
		       {STRANGER, BGW_DROP_UNKNOWN_UNICAST_LIMIT}};

	site_lan();
	domain(1, at(1), at(2));
	attach(1, ACCESS_1,
	       .storm = {.broadcast_pps = 1, .multicast_pps = 1, .unknown_unicast_pps = 1});
	for (size_t i = 0; i < 3; i++) {
		uint64_t passed = frames_within_burst(classes[i].destination, classes[i].reason);

		assert_in_range(passed, 32, 34);
		expect_frames(ACCESS_2, FRAME(HOST_A, classes[i].destination), passed);
	}
	/* What is known is under no limit, and neither is another attachment. */
	for (uint32_t n = 0; n < 64; n++) {
		give(ACCESS_1, FRAME(HOST_A, HOST_B));
		give(ACCESS_2, FRAME(HOST_B, BROADCAST));
	}
	site_run();
	expect_frames(ACCESS_2, FRAME(HOST_A, HOST_B), 64);
	expect_frames(ACCESS_1, FRAME(HOST_B, BROADCAST), 64);
}

static void a_limit_of_one_class_is_none_of_the_others(void)
{
	site_lan();
	domain(1, at(1), at(2));
	attach(1, ACCESS_1, .storm = {.multicast_pps = 1});
	assert_int_equal(frames_within_burst(BROADCAST, BGW_DROP_BROADCAST_LIMIT), 64);
	assert_int_equal(frames_within_burst(STRANGER, BGW_DROP_UNKNOWN_UNICAST_LIMIT), 64);
	for (uint32_t n = 0; n < 128; n++)
		expect_some(ACCESS_2);
}

static void a_high_limit_lets_a_tenth_of_a_second_through(void)
{
	site_lan();
	domain(1, at(1), at(2));
	attach(1, ACCESS_1, .storm = {.broadcast_pps = 640});
	assert_int_equal(frames_within_burst(BROADCAST, BGW_DROP_BROADCAST_LIMIT), 64);
	for (uint32_t n = 0; n < 64; n++)
		expect_some(ACCESS_2);
}

static void a_limit_holds_when_the_attachment_is_published_again(void)
{
	site_lan();
	domain(1, at(1), at(2));
	for (int round = 0; round < 2; round++) {
		uint64_t passed;

		attach(1, ACCESS_1, .storm = {.broadcast_pps = 1}, .pcp = (uint8_t)round);
		passed = frames_within_burst(BROADCAST, BGW_DROP_BROADCAST_LIMIT);
		if (round == 0)
			assert_in_range(passed, 32, 34);
		else
			assert_in_range(passed, 0, 2);
		expect_frames(ACCESS_2, FRAME(HOST_A, BROADCAST), passed);
	}
}

PACKET_PROGRAM(CASE(link_local_groups_are_never_bridged), CASE(the_groups_beside_them_are_bridged),
	       CASE(an_attachment_may_tunnel_them_but_pause_and_lacp),
	       CASE(a_list_of_sources_lets_no_other_in),
	       CASE(a_list_holds_for_each_frame_of_a_burst),
	       CASE(a_full_list_of_sources_is_searched_to_its_end),
	       CASE(a_list_of_ethertypes_lets_no_other_in),
	       CASE(ethertypes_are_those_behind_the_tags), CASE(each_class_has_its_own_limit),
	       CASE(a_limit_of_one_class_is_none_of_the_others),
	       CASE(a_high_limit_lets_a_tenth_of_a_second_through),
	       CASE(a_limit_holds_when_the_attachment_is_published_again))
