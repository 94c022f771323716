/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/* VXLAN over IPv4, RFC 7348: every byte of the outer headers, both ways. */

static void a_frame_leaves_in_the_bytes_of_the_rfc(void)
{
	const struct packet *got;
	/* Written out, so that nothing but the standards stands between test and wire. */
	static const uint8_t outer[50] = {
		0x02, 0xfe, 0x00, 0x00, 0x00, 0x01, 0x02, 0xff, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00,
		/* IPv4: DSCP 0, length 20 + 8 + 8 + 60, id 0, DF, TTL 64, UDP */
		0x45, 0x00, 0x00, 0x60, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 192, 0, 2,
		1, 198, 51, 100, 1,
		/* UDP: source masked, 4789, length 76, no checksum */
		0x00, 0x00, 0x12, 0xb5, 0x00, 0x4c, 0x00, 0x00,
		/* VXLAN: I, VNI 5000 */
		0x08, 0x00, 0x00, 0x00, 0x00, 0x13, 0x88, 0x00};
	uint8_t compared[50];

	site_lan();
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	got = expect_some(UNDERLAY_1);
	assert_int_equal(got->length_bytes, 110);
	memcpy(compared, got->bytes, sizeof(compared));
	assert_int_equal(internet_checksum(got->bytes + 14, 20, 0), 0);
	memset(compared + 24, 0, 2); /* the IP checksum, just verified */
	memset(compared + 34, 0, 2); /* the source port */
	assert_memory_equal(compared, outer, sizeof(outer));
	assert_memory_equal(got->bytes + 50, UDP_FRAME(HOST_A, HOST_R, 18)->bytes, 60);
	assert_in_range(packet_get16(got, 34), 49152, 65535);
	expect_connection(1, .tx_pkts = 1, .tx_bytes = 60);
	expect_attachment(1, .rx_pkts = 1, .rx_bytes = 60);
}

static void a_frame_comes_out_of_the_tunnel_as_it_went_in(void)
{
	site_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 100)));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 100));
	expect_connection(1, .rx_pkts = 1, .rx_bytes = 142);
	expect_attachment(1, .tx_pkts = 1, .tx_bytes = 142);
}

static void every_segmentation_id_travels(void)
{
	static const uint32_t ids[] = {0, 1, 255, 256, 65535, 65536, 0x123456, 16777215};

	site_lan();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		tunnel(1, ids[i]);
		inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
		expect_frame(UNDERLAY_1, VXLAN_SENT(ids[i], UDP_FRAME(HOST_A, HOST_R, 18)));
		inject(UNDERLAY_1, VXLAN_GOT(ids[i], UDP_FRAME(HOST_R, HOST_A, 18)));
		expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	}
	assert_int_equal(tunnel_status(1, 16777216), -EINVAL);
}

static void another_udp_port_may_be_set(void)
{
	site_lan();
	path(1, REMOTE_1, .udp_port = 8472);
	bgw_vxlan_port_set(site_dp, 8472);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	expect_frame(UNDERLAY_1,
		     PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1),
			    ipv4(VTEP, REMOTE_1, .df = true), udp(ANY, 8472, .no_checksum = true),
			    vxlan(5000), inner(UDP_FRAME(HOST_A, HOST_R, 18))));
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(50000, 8472, .no_checksum = true), vxlan(5000),
				  inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_drop(NOT_A_TUNNEL);
}

static void ttl_and_underlay_vlan_are_the_paths(void)
{
	site_lan();
	port_table[UNDERLAY_1].vlan = 77;
	path(1, REMOTE_1, .ttl = 3, .vlan = 77);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	expect_frame(UNDERLAY_1, PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1), vlan(77),
					ipv4(VTEP, REMOTE_1, .df = true, .ttl = 3),
					udp(ANY, 4789, .no_checksum = true), vxlan(5000),
					inner(UDP_FRAME(HOST_A, HOST_R, 18))));
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), vlan(77),
				  ipv4(REMOTE_1, VTEP), udp(50000, 4789, .no_checksum = true),
				  vxlan(5000), inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_drop(OTHER_VLAN);
	port_table[UNDERLAY_1].vlan = 0;
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), vlan(77),
				  ipv4(REMOTE_1, VTEP), udp(50000, 4789, .no_checksum = true),
				  vxlan(5000), inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_drop(OTHER_VLAN);
}

static void a_path_that_changes_takes_effect_with_the_next_frame(void)
{
	site_lan();
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, UDP_FRAME(HOST_A, HOST_R, 18)));
	path(1, REMOTE_2, .port = UNDERLAY_2, .source_mac = mac(ring_port_mac(UNDERLAY_2)),
	     .next_hop_mac = mac(NEXT_HOP_2));
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	expect_frame(UNDERLAY_2,
		     PACKET(eth(ring_port_mac(UNDERLAY_2), NEXT_HOP_2),
			    ipv4(VTEP, REMOTE_2, .df = true), udp(ANY, 4789, .no_checksum = true),
			    vxlan(5000), inner(UDP_FRAME(HOST_A, HOST_R, 18))));
}

static uint16_t source_port_of(const struct packet *frame)
{
	inject(ACCESS_1, frame);
	return packet_get16(expect_some(UNDERLAY_1), 34);
}

static void the_source_port_follows_the_flow_and_nothing_else(void)
{
	uint32_t distinct = 0;
	static uint8_t seen[65536];
	uint16_t first;

	site_lan();
	memset(seen, 0, sizeof(seen));
	first = source_port_of(PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2", .id = 1),
				      udp(1000, 2000), payload(18)));
	assert_int_equal(first, source_port_of(PACKET(eth(HOST_A, HOST_R),
						      ipv4("10.0.0.1", "10.0.0.2", .id = 2),
						      udp(1000, 2000), payload(180))));
	for (uint16_t flow = 0; flow < 256; flow++) {
		const uint16_t port =
			source_port_of(PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2"),
					      udp((uint32_t)(1024 + flow), 2000), payload(18)));

		assert_in_range(port, 49152, 65535);
		distinct += seen[port]++ == 0;
	}
	/* 256 flows on 16,384 ports: about two pairs meet by chance. */
	assert_in_range(distinct, 240, 256);
}

static void frames_that_are_no_ip_have_entropy_too(void)
{
	uint32_t distinct = 0;
	static uint8_t seen[65536];

	site_lan();
	memset(seen, 0, sizeof(seen));
	for (uint16_t host = 0; host < 64; host++) {
		char source[18];
		uint16_t port;

		snprintf(source, sizeof(source), "02:0a:00:00:00:%02x", host);
		port = source_port_of(PACKET(eth(source, HOST_R), payload(46)));
		assert_in_range(port, 49152, 65535);
		distinct += seen[port]++ == 0;
	}
	assert_in_range(distinct, 56, 64);
}

static void reserved_bits_are_ignored_on_receipt(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
		      udp(50000, 4789, .no_checksum = true),
		      vxlan(5000, .flags = 0xff, .reserved = 0xffffff, .last_reserved = 0xff),
		      inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
}

static void without_the_i_flag_it_is_dropped(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000, .no_flags = true),
		      inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_drop(BAD_VXLAN_HEADER);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  udp(50000, 4789, .no_checksum = true), vxlan(5000, .flags = 0xf7),
				  inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_drop(BAD_VXLAN_HEADER);
}

static void a_right_udp_checksum_passes_and_a_wrong_one_does_not(void)
{
	site_lan();
	for (uint32_t size = 18; size < 22; size++) {
		inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
					  ipv4(REMOTE_1, VTEP), udp(50000, 4789), vxlan(5000),
					  inner(UDP_FRAME(HOST_R, HOST_A, size))));
		expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, size));
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
			      udp(50000, 4789, .checksum_error = 0x0100), vxlan(5000),
			      inner(UDP_FRAME(HOST_R, HOST_A, size))));
		expect_drop(BAD_UDP_CHECKSUM);
	}
}

static void a_wrong_udp_length_is_dropped(void)
{
	static const int16_t errors[] = {-1, 1, -69, 1000};

	site_lan();
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
			      udp(50000, 4789, .no_checksum = true, .length_error = errors[i]),
			      vxlan(5000), inner(UDP_FRAME(HOST_R, HOST_A, 18))));
		expect_drop(BAD_UDP);
	}
}

static void a_packet_that_ends_within_a_header_is_a_runt(void)
{
	const struct packet *whole = VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18));

	site_lan();
	/* IP says so too: the packet is whole, and what it carries is short. */
	for (uint32_t length = 0; length < 16; length++) {
		inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
					  ipv4(REMOTE_1, VTEP, .protocol = 17),
					  bytes_of(whole->bytes + 34, length), padded_to(60)));
		if (length < 4)
			expect_drop(NOT_A_TUNNEL);
		else
			expect_drop(RUNT);
	}
}

static void an_inner_frame_without_a_whole_header_is_a_runt(void)
{
	site_lan();
	for (uint32_t length = 0; length < 14; length++) {
		inject_shaped(UNDERLAY_1,
			      VXLAN_GOT(5000, packet_resize(UDP_FRAME(HOST_R, HOST_A, 18), length)),
			      .guarded = true);
		expect_drop(RUNT);
	}
}

PACKET_PROGRAM(CASE(a_frame_leaves_in_the_bytes_of_the_rfc),
	       CASE(a_frame_comes_out_of_the_tunnel_as_it_went_in),
	       CASE(every_segmentation_id_travels), CASE(another_udp_port_may_be_set),
	       CASE(ttl_and_underlay_vlan_are_the_paths),
	       CASE(a_path_that_changes_takes_effect_with_the_next_frame),
	       CASE(the_source_port_follows_the_flow_and_nothing_else),
	       CASE(frames_that_are_no_ip_have_entropy_too),
	       CASE(reserved_bits_are_ignored_on_receipt), CASE(without_the_i_flag_it_is_dropped),
	       CASE(a_right_udp_checksum_passes_and_a_wrong_one_does_not),
	       CASE(a_wrong_udp_length_is_dropped),
	       CASE(a_packet_that_ends_within_a_header_is_a_runt),
	       CASE(an_inner_frame_without_a_whole_header_is_a_runt))
