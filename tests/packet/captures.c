/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/*
 * Frames of every form that leaves the gateway, for other decoders to judge: tests/packet/decode
 * knows these cases by name and says what it expects of each frame.
 */

#define TAGGED_BODY ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000), payload(100)

static void vxlan_ipv4(void)
{
	site_lan();
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 100));
	expect_some(UNDERLAY_1);
}

static void vxlan_ipv6_marked(void)
{
	site_lan();
	path(1, REMOTE_1, .dscp = BGW_DSCP_COPY, .ttl = 9);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R),
				ipv6("2001:db8::1", "2001:db8::2", .traffic_class = 46 << 2 | 3),
				udp(1000, 2000), payload(100)));
	expect_some(UNDERLAY_1);
}

static void vxlan_kept_tag(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), vlan(7, .pcp = 3), TAGGED_BODY));
	expect_some(UNDERLAY_1);
}

static void vxlan_tagged_underlay(void)
{
	site_lan();
	port_table[UNDERLAY_1].vlan = 77;
	path(1, REMOTE_1, .vlan = 77);
	tunnel(1, 16777215);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 101));
	expect_some(UNDERLAY_1);
}

static void gre_keyed(void)
{
	site_lan();
	path(1, REMOTE_1, .encap = BGW_ENCAP_GRE);
	tunnel(1, 5000, .encap = BGW_ENCAP_GRE);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 100));
	expect_some(UNDERLAY_1);
}

static void gre_keyless(void)
{
	site_lan();
	path(1, REMOTE_1, .encap = BGW_ENCAP_GRE, .keyless = true);
	tunnel(1, 0, .encap = BGW_ENCAP_GRE, .keyless = true);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 100));
	expect_some(UNDERLAY_1);
}

static void nvgre(void)
{
	site_lan();
	peer(1, REMOTE_1, .nvgre = true);
	path(1, REMOTE_1, .encap = BGW_ENCAP_NVGRE);
	tunnel(1, 5000, .encap = BGW_ENCAP_NVGRE);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 100));
	expect_some(UNDERLAY_1);
}

static void access_vlan(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20, .pcp = 5, .dei = true);
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_B, 100)));
	expect_some(ACCESS_2);
}

static void access_qinq(void)
{
	site_lan();
	attach(3, ACCESS_AD, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 100, .inner_vid = 200);
	station(1, HOST_C, at(3));
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_C, 100)));
	expect_some(ACCESS_AD);
}

static void access_padded_and_marked(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP, .tos = 3),
		      udp(50000, 4789), vxlan(5000),
		      inner(PACKET(eth(HOST_R, HOST_A), ipv4("10.0.0.2", "10.0.0.1", .tos = 2),
				   udp(1000, 2000), payload(5)))));
	expect_some(ACCESS_1);
}

static void flooded(void)
{
	site_lan();
	attach(3, ACCESS_3, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 30);
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .encap = BGW_ENCAP_GRE);
	tunnel(2, 6000, .encap = BGW_ENCAP_GRE);
	domain(1, at(1), at(2), at(3), by(1), by(2));
	inject(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 1000));
	expect_some(ACCESS_2);
	expect_some(ACCESS_3);
	expect_some(UNDERLAY_1);
	expect_some(UNDERLAY_1);
}

static void arp_answer(void)
{
	site_lan();
	domain_suppressing(1, at(1), at(2), by(1));
	neighbour(1, "10.0.0.9", HOST_R, by(1));
	inject(ACCESS_1, PACKET(eth(HOST_A, BROADCAST),
				arp(1, HOST_A, "10.0.0.1", "00:00:00:00:00:00", "10.0.0.9")));
	expect_some(ACCESS_1);
}

static void nd_answer(void)
{
	static const uint8_t target_and_option[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
						    0,	  0,	0,    0,    0, 0, 0, 9,
						    1,	  1,	0x02, 0x0a, 0, 0, 0, 0x0a};

	site_lan();
	domain_suppressing(1, at(1), at(2), by(1));
	neighbour(1, "2001:db8::9", HOST_R, by(1), .router = true);
	inject(ACCESS_1, PACKET(eth(HOST_A, "33:33:ff:00:00:09"),
				ipv6("2001:db8::1", "ff02::1:ff00:9", .hop_limit = 255),
				icmpv6(135, 0, 0), bytes_of(target_and_option, 24)));
	expect_some(ACCESS_1);
}

static void too_big(void)
{
	site_lan();
	path(1, REMOTE_1, .mtu_bytes = 1500);
	tunnel(1, 5000, .mtu_signal = true);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2", .df = true),
				udp(1000, 2000), payload(1472)));
	expect_drop(TOO_BIG);
	expect_some(ACCESS_1);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv6("2001:db8::1", "2001:db8::2"),
				udp(1000, 2000), payload(1452)));
	expect_drop(TOO_BIG);
	expect_some(ACCESS_1);
}

PACKET_PROGRAM(CASE(vxlan_ipv4), CASE(vxlan_ipv6_marked), CASE(vxlan_kept_tag),
	       CASE(vxlan_tagged_underlay), CASE(gre_keyed), CASE(gre_keyless), CASE(nvgre),
	       CASE(access_vlan), CASE(access_qinq), CASE(access_padded_and_marked), CASE(flooded),
	       CASE(arp_answer), CASE(nd_answer), CASE(too_big))
