/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/* What is verified of a packet from the underlay before its tunnel header. */

#define HOST_FRAME UDP_FRAME(HOST_R, HOST_A, 18)

/* A VXLAN packet from REMOTE_1 with other members of its outer IPv4 header. */
#define OUTER(...)                                                                            \
	PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP, __VA_ARGS__), \
	       udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME))

static void padding_of_the_underlay_is_not_the_inner_frames(void)
{
	const struct packet *tiny = PACKET(eth(HOST_R, HOST_A), payload(1));

	site_lan();
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(tiny),
				  padded_to(200)));
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), payload(1), padded_to(60)));
	expect_connection(1, .rx_pkts = 1, .rx_bytes = 15);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(50000, 4789, .no_checksum = true), vxlan(5000),
				  inner(HOST_FRAME), padded_to(400)));
	expect_frame(ACCESS_1, HOST_FRAME);
}

static void ip_options_are_passed_over(void)
{
	site_lan();
	for (uint8_t bytes = 4; bytes <= 40; bytes = (uint8_t)(bytes + 4)) {
		inject(UNDERLAY_1, OUTER(.options_bytes = bytes));
		expect_frame(ACCESS_1, HOST_FRAME);
	}
}

static void ttl_id_and_df_do_not_matter(void)
{
	site_lan();
	inject(UNDERLAY_1, OUTER(.ttl = 1, .id = 0xffff, .df = true));
	expect_frame(ACCESS_1, HOST_FRAME);
}

static void a_wrong_ip_header_is_dropped(void)
{
	site_lan();
	inject(UNDERLAY_1, OUTER(.checksum_error = 1));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.checksum_error = 0x8000, .options_bytes = 8));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.version = 6));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.version = 5, .options_bytes = 4));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.ihl = 4));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.length_error = 1));
	expect_drop(BAD_IP_HEADER);
	inject(UNDERLAY_1, OUTER(.length_error = -85));
	expect_drop(BAD_IP_HEADER);
}

static void options_beyond_the_packet_are_no_header(void)
{
	site_lan();
	/* 15 words of header where the packet has ten. */
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
				  ipv4(REMOTE_1, VTEP, .ihl = 15, .protocol = 17), payload(20)));
	expect_drop(RUNT);
}

static void fragments_are_dropped(void)
{
	site_lan();
	inject(UNDERLAY_1, OUTER(.mf = true));
	expect_drop(OUTER_FRAGMENT);
	inject(UNDERLAY_1, OUTER(.offset = 1));
	expect_drop(OUTER_FRAGMENT);
	inject(UNDERLAY_1, OUTER(.offset = 0x1fff, .mf = true));
	expect_drop(OUTER_FRAGMENT);
}

static void another_stations_packets_are_dropped(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, STRANGER), ipv4(REMOTE_1, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
	expect_drop(NOT_OUR_MAC);
}

static void tunnels_to_another_address_are_not_ours(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, "192.0.2.9"),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
	expect_drop(NOT_OUR_ADDRESS);
}

static void a_remote_that_nobody_made_is_unknown(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_3, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
	expect_drop(UNKNOWN_REMOTE);
	expect_no_event();
	/* A peer of another local address is another peer. */
	peer(2, REMOTE_3, .local = ip("192.0.2.77"));
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_3, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
	expect_drop(UNKNOWN_REMOTE);
}

static void a_key_of_another_peer_is_unknown(void)
{
	site_lan();
	peer(2, REMOTE_2);
	path(2, REMOTE_2);
	tunnel(2, 6000);
	inject(UNDERLAY_1, VXLAN_GOT(6000, HOST_FRAME));
	expect_drop(UNKNOWN_KEY);
	inject(UNDERLAY_1, VXLAN_GOT(5000, HOST_FRAME));
	expect_frame(ACCESS_1, HOST_FRAME);
}

static void what_is_no_tunnel_is_dropped_where_nobody_takes_it(void)
{
	const char *ours = ring_port_mac(UNDERLAY_1);

	site_lan();
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, BROADCAST),
				  arp(1, NEXT_HOP_1, "192.0.2.2", "00:00:00:00:00:00", VTEP)));
	expect_drop(NOT_IP);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ours), ipv6("2001:db8::1", "2001:db8::2"),
				  udp(1, 4789), payload(20)));
	expect_drop(NOT_IP);
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ours), ipv4(REMOTE_1, VTEP), icmp(8, 0, 1), payload(20)));
	expect_drop(NOT_A_TUNNEL);
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ours), ipv4(REMOTE_1, VTEP), udp(500, 500), payload(20)));
	expect_drop(NOT_A_TUNNEL);
}

/* Cut anywhere, with the truth in no length field: dropped, whatever the reason, and never read. */
static void a_packet_cut_anywhere_is_dropped(void)
{
	static const bool with_tag[] = {false, true};

	site_lan();
	for (size_t i = 0; i < 2; i++) {
		port_table[UNDERLAY_1].vlan = with_tag[i] ? 9 : 0;
		const struct packet *whole =
			with_tag[i] ? PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), vlan(9),
					     ipv4(REMOTE_1, VTEP),
					     udp(50000, 4789, .no_checksum = true), vxlan(5000),
					     inner(HOST_FRAME))
				    : VXLAN_GOT(5000, HOST_FRAME);

		for (uint32_t length = 0; length < whole->length_bytes; length++) {
			inject_shaped(UNDERLAY_1, packet_resize(whole, length), .guarded = true);
			if (length < 34 + (with_tag[i] ? 4 : 0))
				expect_drop(RUNT);
			else
				expect_drop(BAD_IP_HEADER);
		}
	}
}

static void a_group_frame_cut_within_its_tag_is_a_runt(void)
{
	site_lan();
	inject_shaped(UNDERLAY_1,
		      packet_resize(PACKET(eth(NEXT_HOP_1, BROADCAST), vlan(9), payload(40)), 14),
		      .headroom_bytes = 0, .guarded = true);
	expect_drop(RUNT);
}

static void group_addresses_and_zero_are_no_sources_inside_either(void)
{
	site_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(MULTICAST, HOST_A, 18)));
	expect_drop(BAD_SOURCE);
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME("00:00:00:00:00:00", HOST_A, 18)));
	expect_drop(BAD_SOURCE);
	expect_no_event();
}

PACKET_PROGRAM(CASE(padding_of_the_underlay_is_not_the_inner_frames),
	       CASE(ip_options_are_passed_over), CASE(ttl_id_and_df_do_not_matter),
	       CASE(a_wrong_ip_header_is_dropped), CASE(options_beyond_the_packet_are_no_header),
	       CASE(fragments_are_dropped), CASE(another_stations_packets_are_dropped),
	       CASE(tunnels_to_another_address_are_not_ours),
	       CASE(a_remote_that_nobody_made_is_unknown), CASE(a_key_of_another_peer_is_unknown),
	       CASE(what_is_no_tunnel_is_dropped_where_nobody_takes_it),
	       CASE(a_packet_cut_anywhere_is_dropped),
	       CASE(a_group_frame_cut_within_its_tag_is_a_runt),
	       CASE(group_addresses_and_zero_are_no_sources_inside_either))
