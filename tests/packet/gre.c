/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "lib/expect.h"
#include "lib/traffic.h"

/* Ethernet in GRE (RFC 2784, 2890) with and without a key, and NVGRE (RFC 7637). */

static void gre_lan(void)
{
	site_lan();
	path(1, REMOTE_1, .encap = BGW_ENCAP_GRE);
	tunnel(1, 5000, .encap = BGW_ENCAP_GRE);
}

static void keyless_lan(void)
{
	site_lan();
	path(1, REMOTE_1, .encap = BGW_ENCAP_GRE, .keyless = true);
	tunnel(1, 0, .encap = BGW_ENCAP_GRE, .keyless = true);
}

static void nvgre_lan(uint32_t vsid)
{
	site_lan();
	peer(1, REMOTE_1, .nvgre = true);
	path(1, REMOTE_1, .encap = BGW_ENCAP_NVGRE);
	tunnel(1, vsid, .encap = BGW_ENCAP_NVGRE);
}

static void a_frame_leaves_in_the_bytes_of_the_rfcs(void)
{
	static const uint8_t outer[42] = {0x02, 0xfe, 0x00, 0x00, 0x00, 0x01, 0x02, 0xff, 0x00,
					  0x00, 0x00, 0x01, 0x08, 0x00,
					  /* IPv4: length 20 + 8 + 60, id 0, DF, TTL 64, GRE */
					  0x45, 0x00, 0x00, 0x58, 0x00, 0x00, 0x40, 0x00, 0x40,
					  0x2f, 0x00, 0x00, 192, 0, 2, 1, 198, 51, 100, 1,
					  /* GRE: K, transparent Ethernet bridging, key 5000 */
					  0x20, 0x00, 0x65, 0x58, 0x00, 0x00, 0x13, 0x88};
	const struct packet *got;
	uint8_t compared[42];

	gre_lan();
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	got = expect_some(UNDERLAY_1);
	assert_int_equal(got->length_bytes, 102);
	memcpy(compared, got->bytes, sizeof(compared));
	assert_int_equal(internet_checksum(got->bytes + 14, 20, 0), 0);
	memset(compared + 24, 0, 2);
	assert_memory_equal(compared, outer, sizeof(outer));
	assert_memory_equal(got->bytes + 42, UDP_FRAME(HOST_A, HOST_R, 18)->bytes, 60);
}

static void keys_travel_both_ways(void)
{
	static const uint32_t keys[] = {0, 1, 65536, 16777215};

	gre_lan();
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		tunnel(1, keys[i], .encap = BGW_ENCAP_GRE);
		inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
		expect_frame(UNDERLAY_1, GRE_SENT(keys[i], UDP_FRAME(HOST_A, HOST_R, 18)));
		inject(UNDERLAY_1, GRE_GOT(keys[i], UDP_FRAME(HOST_R, HOST_A, 18)));
		expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	}
}

/* 16,777,215 is the last segmentation id, so a key with a bit above is nobody's. */
static void a_key_above_24_bits_is_unknown(void)
{
	gre_lan();
	inject(UNDERLAY_1, GRE_GOT(0x01000000 | 5000, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_drop(UNKNOWN_KEY);
}

static void a_keyless_tunnel_has_four_bytes_of_header(void)
{
	keyless_lan();
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
	expect_frame(UNDERLAY_1, PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1),
					ipv4(VTEP, REMOTE_1, .df = true), gre(.key = 0),
					inner(UDP_FRAME(HOST_A, HOST_R, 18))));
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  gre(.key = 0), inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
}

static void key_0_and_no_key_are_two_tunnels(void)
{
	keyless_lan();
	inject(UNDERLAY_1, GRE_GOT(0, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_drop(UNKNOWN_KEY);
	gre_lan();
	tunnel(1, 0, .encap = BGW_ENCAP_GRE);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  gre(.key = 0), inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_drop(UNKNOWN_KEY);
}

/* None of the 2^32 keys that a packet can have stands for a tunnel without one. */
static void no_key_opens_a_keyless_tunnel(void)
{
	static const uint32_t keys[] = {1, 0x00ffffff, 0x7fffffff, 0x80000000, 0xffffffff};

	keyless_lan();
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		inject(UNDERLAY_1, GRE_GOT(keys[i], UDP_FRAME(HOST_R, HOST_A, 18)));
		expect_drop(UNKNOWN_KEY);
	}
}

static void checksum_and_sequence_number_are_taken(void)
{
	gre_lan();
	for (uint32_t fields = 0; fields < 4; fields++) {
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
			      gre(.has_key = true, .key = 5000, .has_checksum = fields & 1,
				  .has_sequence = fields & 2, .sequence = 77),
			      inner(UDP_FRAME(HOST_R, HOST_A, 19))));
		expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 19));
	}
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
		      gre(.has_key = true, .key = 5000, .has_checksum = true, .checksum_error = 1),
		      inner(UDP_FRAME(HOST_R, HOST_A, 18))));
	expect_drop(BAD_GRE_HEADER);
}

/* Bits 1, 4, 5 and the version are refused; bits 6 to 12 are reserved and ignored. */
static void flags_are_judged_as_rfc_2784_says(void)
{
	static const uint16_t refused[] = {0x4000, 0x0800, 0x0400, 0x0001, 0x0002, 0x0007};
	static const uint16_t ignored[] = {0x0200, 0x0100, 0x0080, 0x0008, 0x03f8};

	gre_lan();
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
			      gre(.has_key = true, .key = 5000, .flags = refused[i]),
			      inner(UDP_FRAME(HOST_R, HOST_A, 18))));
		expect_drop(BAD_GRE_HEADER);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
			      gre(.has_key = true, .key = 5000, .flags = ignored[i]),
			      inner(UDP_FRAME(HOST_R, HOST_A, 18))));
		expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
	}
}

static void another_payload_than_ethernet_is_dropped(void)
{
	gre_lan();
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP),
				  gre(.has_key = true, .key = 5000, .type = 0x0800),
				  ipv4("10.0.0.1", "10.0.0.2"), payload(60)));
	expect_drop(BAD_GRE_HEADER);
}

static void a_packet_that_ends_within_the_header_is_a_runt(void)
{
	const struct packet *whole = GRE_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18));

	gre_lan();
	for (uint32_t length = 0; length < 8 + 14; length++) {
		inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
					  ipv4(REMOTE_1, VTEP, .protocol = 47),
					  bytes_of(whole->bytes + 34, length), padded_to(60)));
		expect_drop(RUNT);
	}
}

static void nvgre_puts_the_segmentation_id_above_a_flow_id(void)
{
	static const uint32_t ids[] = {4096, 0x123456, 16777214};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		nvgre_lan(ids[i]);
		inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 18));
		expect_frame(UNDERLAY_1,
			     PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1),
				    ipv4(VTEP, REMOTE_1, .df = true),
				    gre(.has_key = true, .key = ids[i] << 8, .any_flow_id = true),
				    inner(UDP_FRAME(HOST_A, HOST_R, 18))));
		for (uint32_t flow = 0; flow < 256; flow += 85) {
			inject(UNDERLAY_1,
			       GRE_GOT(ids[i] << 8 | flow, UDP_FRAME(HOST_R, HOST_A, 18)));
			expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
		}
	}
}

static void nvgre_has_no_reserved_ids(void)
{
	nvgre_lan(5000);
	assert_int_equal(tunnel_status(1, 4095, .encap = BGW_ENCAP_NVGRE), -EINVAL);
	assert_int_equal(tunnel_status(1, 16777215, .encap = BGW_ENCAP_NVGRE), -EINVAL);
}

static void the_flow_id_follows_the_flow(void)
{
	static uint8_t seen[256];
	uint32_t distinct = 0;

	nvgre_lan(5000);
	memset(seen, 0, sizeof(seen));
	for (uint32_t flow = 0; flow < 256; flow++) {
		for (int repeat = 0; repeat < 2; repeat++) {
			const struct packet *got;

			inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), ipv4("10.0.0.1", "10.0.0.2"),
						udp(1024 + flow, 2000), payload(18)));
			got = expect_some(UNDERLAY_1);
			distinct += seen[got->bytes[41]] == 0;
			seen[got->bytes[41]] = 1;
		}
	}
	/* 256 throws into 256 boxes fill about 162. */
	assert_in_range(distinct, 130, 195);
}

static void two_encapsulations_of_one_peer_do_not_mix(void)
{
	site_lan();
	path(2, REMOTE_1, .encap = BGW_ENCAP_GRE);
	domain(2, at(3));
	attach(3, ACCESS_3, .domain = 2);
	tunnel(2, 5000, .domain = 2, .peer = 1, .encap = BGW_ENCAP_GRE);
	station(2, HOST_C, at(3));
	inject(UNDERLAY_1, GRE_GOT(5000, UDP_FRAME(HOST_R, HOST_C, 18)));
	expect_frame(ACCESS_3, UDP_FRAME(HOST_R, HOST_C, 18));
	inject(UNDERLAY_1, VXLAN_GOT(5000, UDP_FRAME(HOST_R, HOST_A, 18)));
	expect_frame(ACCESS_1, UDP_FRAME(HOST_R, HOST_A, 18));
}

PACKET_PROGRAM(CASE(a_frame_leaves_in_the_bytes_of_the_rfcs), CASE(keys_travel_both_ways),
	       CASE(a_key_above_24_bits_is_unknown),
	       CASE(a_keyless_tunnel_has_four_bytes_of_header),
	       CASE(key_0_and_no_key_are_two_tunnels), CASE(no_key_opens_a_keyless_tunnel),
	       CASE(checksum_and_sequence_number_are_taken),
	       CASE(flags_are_judged_as_rfc_2784_says),
	       CASE(another_payload_than_ethernet_is_dropped),
	       CASE(a_packet_that_ends_within_the_header_is_a_runt),
	       CASE(nvgre_puts_the_segmentation_id_above_a_flow_id),
	       CASE(nvgre_has_no_reserved_ids), CASE(the_flow_id_follows_the_flow),
	       CASE(two_encapsulations_of_one_peer_do_not_mix))
