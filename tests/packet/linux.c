/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/mirror.h"
#include "lib/traffic.h"
#include "port/port.h"

/* What of the underlay is Linux's, and what Linux sends. */

#define OURS	   ring_port_mac(UNDERLAY_1)
#define HOST_FRAME UDP_FRAME(HOST_R, HOST_A, 18)

static void expect_linux(enum bgw_exception_class number, const struct packet *expected,
			 struct site_line here)
{
	static char text[8000];
	const struct packet *got = mirror_take(number);

	if (got == NULL)
		expect_fail(here, "Linux got no frame of class %s",
			    bgw_exception_class_name(number));
	packet_describe_difference(expected, got, text, sizeof(text));
	if (!packet_matches(expected, got))
		expect_fail(here, "Linux got another frame\n%s", text);
}

static void passes_to_linux(enum bgw_exception_class number, const struct packet *packet)
{
	inject(UNDERLAY_1, packet);
	expect_linux(number, packet, HERE);
}

static void linux_lan(void)
{
	site_lan();
	mirror_open(UNDERLAY_1, 64);
}

static void all_but_tunnels_goes_to_linux_as_it_came(void)
{
	linux_lan();
	passes_to_linux(BGW_EXCEPTION_RESOLUTION,
			PACKET(eth(NEXT_HOP_1, BROADCAST),
			       arp(1, NEXT_HOP_1, "192.0.2.2", "00:00:00:00:00:00", VTEP),
			       padded_to(60)));
	passes_to_linux(BGW_EXCEPTION_RESOLUTION,
			PACKET(eth(NEXT_HOP_1, "33:33:ff:00:00:01"),
			       ipv6("fe80::1", "ff02::1:ff00:1", .hop_limit = 255),
			       icmpv6(135, 0, 0), payload(24)));
	passes_to_linux(BGW_EXCEPTION_PROTOCOL, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
						       udp(500, 500), payload(40)));
	passes_to_linux(BGW_EXCEPTION_OTHER, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
						    icmp(8, 0, 0x00010001), payload(56)));
	passes_to_linux(BGW_EXCEPTION_OTHER,
			PACKET(eth(NEXT_HOP_1, OURS), ipv6("2001:db8::1", "2001:db8::2"),
			       udp(1, 4789), payload(40)));
	passes_to_linux(BGW_EXCEPTION_OTHER,
			PACKET(eth(NEXT_HOP_1, "01:00:5e:00:00:fb"),
			       ipv4("192.0.2.2", "224.0.0.251"), udp(5353, 5353), payload(40)));
}

static void tunnels_do_not(void)
{
	linux_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, HOST_FRAME));
	expect_frame(ACCESS_1, HOST_FRAME);
	inject(UNDERLAY_1, VXLAN_GOT(5001, HOST_FRAME));
	expect_drop(UNKNOWN_KEY);
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_3, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
	expect_drop(UNKNOWN_REMOTE);
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, STRANGER), ipv4(REMOTE_1, VTEP), udp(500, 500), payload(40)));
	expect_drop(NOT_OUR_MAC);
	for (uint32_t i = 0; i < BGW_EXCEPTION_COUNT; i++)
		assert_null(mirror_take((enum bgw_exception_class)i));
}

/* IKE and DNS answers come in fragments; only a remote gateway's are taken for a tunnel's. */
static void fragments_are_linuxs_unless_a_remote_gateway_sent_them(void)
{
	linux_lan();
	passes_to_linux(BGW_EXCEPTION_OTHER,
			PACKET(eth(NEXT_HOP_1, OURS),
			       ipv4(REMOTE_3, VTEP, .offset = 100, .protocol = 17), payload(100)));
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP, .offset = 100, .protocol = 17),
		      payload(100)));
	expect_drop(OUTER_FRAGMENT);
	passes_to_linux(BGW_EXCEPTION_OTHER,
			PACKET(eth(NEXT_HOP_1, OURS),
			       ipv4(REMOTE_1, VTEP, .offset = 100, .protocol = 1), payload(100)));
}

static void another_vlan_is_linuxs(void)
{
	linux_lan();
	passes_to_linux(BGW_EXCEPTION_OTHER,
			PACKET(eth(NEXT_HOP_1, OURS), vlan(77), ipv4(REMOTE_1, VTEP),
			       udp(50000, 4789, .no_checksum = true), vxlan(5000),
			       inner(HOST_FRAME)));
}

static void more_than_its_ring_holds_is_dropped(void)
{
	site_lan();
	mirror_open(UNDERLAY_1, 8);
	for (uint32_t n = 0; n < 20; n++)
		give(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP), icmp(8, 0, n),
					payload(20)));
	site_run();
	expect_drops(TO_LINUX_FULL, 12);
	/* Another class has a ring of its own. */
	passes_to_linux(BGW_EXCEPTION_PROTOCOL, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
						       udp(500, 500), payload(40)));
}

static void what_linux_sends_leaves_as_it_is(void)
{
	const struct packet *answer =
		PACKET(eth(OURS, NEXT_HOP_1), arp(2, OURS, VTEP, NEXT_HOP_1, "192.0.2.2"));
	struct bgw_port_counters counters;

	linux_lan();
	site_run();
	mirror_give(answer);
	mirror_give(
		PACKET(eth(OURS, NEXT_HOP_1), ipv4(VTEP, REMOTE_1), udp(500, 500), payload(400)));
	site_run();
	expect_frame(UNDERLAY_1, answer);
	expect_frame(UNDERLAY_1, PACKET(eth(OURS, NEXT_HOP_1), ipv4(VTEP, REMOTE_1), udp(500, 500),
					payload(400)));
	bgw_port_counters_get(site_dp, UNDERLAY_1, &counters);
	assert_int_equal(counters.from_linux, 2);
	assert_int_equal(counters.tx_pkts, 2);
}

static void what_linux_sends_and_the_driver_does_not_take_is_the_ports_drop(void)
{
	linux_lan();
	site_run();
	ring_port_room_set(UNDERLAY_1, 0);
	mirror_give(PACKET(eth(OURS, NEXT_HOP_1), arp(2, OURS, VTEP, NEXT_HOP_1, "192.0.2.2")));
	site_run();
	expect_drops_at(UNDERLAY_1, TX_FULL, 1);
}

static void what_the_driver_shows_linux_too_is_linuxs_and_gone(void)
{
	struct bgw_port_counters counters;

	site_lan();
	port_table[UNDERLAY_1].linux_copies = true;
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP), icmp(8, 0, 1), payload(20)));
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, STRANGER), ipv4(REMOTE_1, VTEP), icmp(8, 0, 1), payload(20)));
	bgw_port_counters_get(site_dp, UNDERLAY_1, &counters);
	assert_int_equal(counters.to_linux, 2);
	inject(UNDERLAY_1, VXLAN_GOT(5000, HOST_FRAME));
	expect_frame(ACCESS_1, HOST_FRAME);
}

PACKET_PROGRAM(CASE(all_but_tunnels_goes_to_linux_as_it_came), CASE(tunnels_do_not),
	       CASE(fragments_are_linuxs_unless_a_remote_gateway_sent_them),
	       CASE(another_vlan_is_linuxs), CASE(more_than_its_ring_holds_is_dropped),
	       CASE(what_linux_sends_leaves_as_it_is),
	       CASE(what_linux_sends_and_the_driver_does_not_take_is_the_ports_drop),
	       CASE(what_the_driver_shows_linux_too_is_linuxs_and_gone))
