/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/port.h>

#include <rte_mbuf.h>

#include "lib/expect.h"
#include "lib/traffic.h"

/* Frames of every length and in every shape of buffers. */

#define LONGEST 1600

static void lan_for_sizes(void)
{
	site_lan();
	path(1, REMOTE_1, .mtu_bytes = 9100);
}

/* A frame of `length` bytes, whatever is left of a header in it. */
static const struct packet *frame_of(const char *from, const char *to, uint32_t length)
{
	return packet_resize(PACKET(eth(from, to, .type = 0x88b5), payload(10000)), length);
}

/* As it leaves an access port. */
static const struct packet *at_least_60(const struct packet *frame)
{
	return frame->length_bytes < 60 ? packet_resize(frame, 60) : frame;
}

static void every_length_passes_between_attachments(void)
{
	lan_for_sizes();
	for (uint32_t length = 0; length <= LONGEST; length++) {
		inject(ACCESS_1, frame_of(HOST_A, HOST_B, length));
		if (length < 14)
			expect_drop(RUNT);
		else
			expect_frame(ACCESS_2, at_least_60(frame_of(HOST_A, HOST_B, length)));
	}
}

static void every_length_passes_into_a_tunnel(void)
{
	lan_for_sizes();
	for (uint32_t length = 14; length <= LONGEST; length++) {
		inject(ACCESS_1, frame_of(HOST_A, HOST_R, length));
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame_of(HOST_A, HOST_R, length)));
	}
}

static void every_length_passes_out_of_a_tunnel(void)
{
	lan_for_sizes();
	for (uint32_t length = 14; length <= LONGEST; length++) {
		inject(UNDERLAY_1, VXLAN_GOT(5000, frame_of(HOST_R, HOST_A, length)));
		expect_frame(ACCESS_1, at_least_60(frame_of(HOST_R, HOST_A, length)));
	}
}

static void every_length_is_replicated(void)
{
	lan_for_sizes();
	for (uint32_t length = 14; length <= LONGEST; length++) {
		inject(ACCESS_1, frame_of(HOST_A, BROADCAST, length));
		expect_frame(ACCESS_2, at_least_60(frame_of(HOST_A, BROADCAST, length)));
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame_of(HOST_A, BROADCAST, length)));
	}
}

static void tagged_frames_cut_anywhere_are_dropped_or_pass(void)
{
	const struct packet *whole = PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20),
					    ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(20));
	const struct packet *bare =
		PACKET(eth(HOST_A, HOST_B), ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(20));

	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 10, .inner_vid = 20);
	attach(2, ACCESS_2);
	domain(1, at(1), at(2));
	station(1, HOST_B, at(2));
	station(1, HOST_A, at(1));
	for (uint32_t length = 0; length <= whole->length_bytes; length++) {
		inject(ACCESS_1, packet_resize(whole, length));
		if (length < 18)
			expect_drop(RUNT);
		else if (length < 22)
			expect_drop(NO_ATTACHMENT);
		else
			expect_frame(ACCESS_2, at_least_60(packet_resize(bare, length - 8)));
	}
}

/* Garbage of every length, behind headers that are right so far: it has to end somewhere. */
static void garbage_never_harms(void)
{
	uint32_t state = 1;
	static uint8_t bytes[LONGEST];

	site_lan();
	attach(3, ACCESS_3, .kind = BGW_ATTACHMENT_PORT);
	domain(1, at(1), at(2), at(3), by(1));
	for (uint32_t n = 0; n < 20000; n++) {
		const uint32_t length = n % 200;
		const uint16_t port = n % 2 ? ACCESS_3 : UNDERLAY_1;
		struct packet *frame;

		for (uint32_t i = 0; i < length; i++) {
			state = state * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(state >> 24);
		}
		frame = packet_of_bytes(bytes, length);
		if (port == UNDERLAY_1) {
			/* Right as far as the n-th header. */
			const struct packet *right = VXLAN_GOT(5000, frame_of(HOST_R, HOST_A, 60));
			static const uint32_t ends[] = {14, 34, 42, 50, 64};

			for (uint32_t i = 0; i < ends[n / 2 % 5] && i < length; i++)
				frame->bytes[i] = right->bytes[i];
		}
		inject_shaped(port, frame, .guarded = site_is_multi_segment());
		expect_anything();
	}
}

static uint32_t data_room(void)
{
	return rte_pktmbuf_data_room_size(bgw_mbuf_pool(0));
}

/* As long as a buffer is; else it is chained, and no buffer can take it whole. */
static void jumbo_frames_pass_if_a_buffer_holds_them(void)
{
	static const uint32_t lengths[] = {2048, 2049, 4000, 8999, 9014};

	lan_for_sizes();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const uint32_t length = lengths[i];
		const bool fits = length + 128 <= data_room();

		inject(ACCESS_1, frame_of(HOST_A, HOST_R, length));
		if (fits)
			expect_frame(UNDERLAY_1,
				     VXLAN_SENT(5000, frame_of(HOST_A, HOST_R, length)));
		else
			expect_drop(CHAINED);
		inject(UNDERLAY_1, VXLAN_GOT(5000, frame_of(HOST_R, HOST_A, length)));
		if (length + 50 + 128 <= data_room())
			expect_frame(ACCESS_1, frame_of(HOST_R, HOST_A, length));
		else
			expect_drop(CHAINED);
	}
}

static void chained_frames_are_made_one(void)
{
	lan_for_sizes();
	for (uint16_t segments = 2; segments <= 60; segments++) {
		inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_B, 60), .segments = segments);
		expect_frame(ACCESS_2, frame_of(HOST_A, HOST_B, 60));
		inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_R, 1500), .segments = segments);
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame_of(HOST_A, HOST_R, 1500)));
		inject_shaped(UNDERLAY_1, VXLAN_GOT(5000, frame_of(HOST_R, HOST_A, 1500)),
			      .segments = segments);
		expect_frame(ACCESS_1, frame_of(HOST_R, HOST_A, 1500));
	}
}

static void a_chain_that_no_buffer_holds_is_dropped(void)
{
	lan_for_sizes();
	inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_B, 1500), .segments = 3,
		      .headroom_bytes = (uint16_t)(data_room() - 600));
	expect_drop(CHAINED);
	inject_shaped(UNDERLAY_1, VXLAN_GOT(5000, frame_of(HOST_R, HOST_A, 1450)), .segments = 3,
		      .headroom_bytes = (uint16_t)(data_room() - 600));
	expect_drop(CHAINED);
}

/* 128 bytes are what every driver leaves; 64 are what a header over IPv4 is copied into. */
static void a_tunnel_needs_headroom(void)
{
	static const uint16_t enough[] = {128, 127, 65, 64};

	lan_for_sizes();
	for (size_t i = 0; i < sizeof(enough) / sizeof(enough[0]); i++) {
		inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_R, 100), .headroom_bytes = enough[i]);
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame_of(HOST_A, HOST_R, 100)));
	}
	inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_R, 100), .headroom_bytes = 63);
	expect_drop(NO_HEADROOM);
	inject_shaped(ACCESS_1, frame_of(HOST_A, HOST_R, 100), .headroom_bytes = 0);
	expect_drop(NO_HEADROOM);
	expect_connection(1, .tx_pkts = 4, .tx_bytes = 400, .dropped_pkts = 2);
}

/* A driver that hands tags over beside the frame leaves four bytes less once the tag is back. */
static void a_tag_that_was_put_back_travels_through_a_tunnel(void)
{
	const struct packet *tagged = PACKET(eth(HOST_A, HOST_R), vlan(20), payload(60));

	lan_for_sizes();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject_shaped(ACCESS_1, PACKET(eth(HOST_A, HOST_R), payload(60)), .headroom_bytes = 128,
		      .vlan_stripped = true, .vlan_tci = 20);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, tagged));
	/* As the af_packet driver does it: the tag is in the frame, and the room is gone. */
	inject_shaped(ACCESS_1, tagged, .headroom_bytes = 124);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, tagged));
}

/* What is missing of its tag would be padding where it leaves. */
static void an_inner_frame_that_ends_within_its_tag_is_a_runt(void)
{
	const struct packet *tagged = PACKET(eth(HOST_R, HOST_A), vlan(20), payload(4));

	lan_for_sizes();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	for (uint32_t length = 14; length < 18; length++) {
		inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(bytes_of(tagged->bytes, length))));
		expect_drop(RUNT);
	}
	inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(bytes_of(tagged->bytes, 18))));
	expect_frame(ACCESS_1, PACKET(bytes_of(tagged->bytes, 18), padded_to(60)));
}

static void a_tag_needs_headroom(void)
{
	lan_for_sizes();
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	inject_shaped(ACCESS_1, PACKET(eth(HOST_A, HOST_B), payload(60)), .headroom_bytes = 4);
	expect_frame(ACCESS_2, PACKET(eth(HOST_A, HOST_B), vlan(20), payload(60)));
	inject_shaped(ACCESS_1, PACKET(eth(HOST_A, HOST_B), payload(60)), .headroom_bytes = 3);
	expect_drop(NO_HEADROOM);
	/* Also one that the driver had taken off. */
	inject_shaped(ACCESS_2, PACKET(eth(HOST_B, HOST_A), payload(60)), .headroom_bytes = 3,
		      .vlan_stripped = true, .vlan_tci = 20);
	expect_drop(NO_HEADROOM);
	inject_shaped(ACCESS_2, PACKET(eth(HOST_B, HOST_A), payload(60)), .headroom_bytes = 4,
		      .vlan_stripped = true, .vlan_tci = 20);
	expect_frame(ACCESS_1, PACKET(eth(HOST_B, HOST_A), payload(60)));
}

static void a_frame_longer_than_the_port_is_dropped(void)
{
	lan_for_sizes();
	assert_int_equal(bgw_port_mtu_set(ACCESS_2, 1000), 0);
	inject(ACCESS_1, frame_of(HOST_A, HOST_B, 1014));
	expect_frame(ACCESS_2, frame_of(HOST_A, HOST_B, 1014));
	inject(ACCESS_1, frame_of(HOST_A, HOST_B, 1015));
	expect_drop(OVERSIZED);
	/* Its tags do not count, whoever put them there. */
	bgw_attachment_clear(site_dp, 1);
	bgw_attachment_clear(site_dp, 2);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), payload(1000)));
	expect_frame(ACCESS_2, PACKET(eth(HOST_A, HOST_B), vlan(10), payload(1000)));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20), payload(1000)));
	expect_frame(ACCESS_2, PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20), payload(1000)));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(10), vlan(20), payload(1001)));
	expect_drop(OVERSIZED);
}

PACKET_PROGRAM(CASE(every_length_passes_between_attachments),
	       CASE(every_length_passes_into_a_tunnel), CASE(every_length_passes_out_of_a_tunnel),
	       CASE(every_length_is_replicated),
	       CASE(tagged_frames_cut_anywhere_are_dropped_or_pass), CASE(garbage_never_harms),
	       CASE(jumbo_frames_pass_if_a_buffer_holds_them), CASE(chained_frames_are_made_one),
	       CASE(a_chain_that_no_buffer_holds_is_dropped), CASE(a_tunnel_needs_headroom),
	       CASE(a_tag_that_was_put_back_travels_through_a_tunnel),
	       CASE(an_inner_frame_that_ends_within_its_tag_is_a_runt), CASE(a_tag_needs_headroom),
	       CASE(a_frame_longer_than_the_port_is_dropped))
