/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>

#include <rte_mbuf.h>

#include <bgw/port.h>

#include "lib/expect.h"
#include "lib/flows.h"
#include "lib/traffic.h"
#include "port/port.h"

/*
 * Bursts of every size, and every pattern of good and odd frames in a burst: none is lost, sent
 * twice, or changed by its neighbours at the ends of bursts and of runs.
 */

#define WAITING_MAX 200

/* A burst is of 64 frames at most: these take two or more. */
static const uint32_t beyond_a_burst[] = {65, 127, 128, 129, WAITING_MAX};

/* The form of a tunnel, and how its packets look. */
struct form {
	enum bgw_encap encap;
	bool keyless;
	uint32_t overhead_bytes;
};

static const struct form forms[] = {
	{BGW_ENCAP_VXLAN, false, 50},
	{BGW_ENCAP_GRE, false, 42},
	{BGW_ENCAP_GRE, true, 38},
	{BGW_ENCAP_NVGRE, false, 42},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static void lan_of(const struct form *form)
{
	site_lan();
	peer(1, REMOTE_1, .nvgre = form->encap == BGW_ENCAP_NVGRE);
	path(1, REMOTE_1, .encap = form->encap, .keyless = form->keyless, .dscp = BGW_DSCP_COPY);
	tunnel(1, 5000, .encap = form->encap, .keyless = form->keyless);
}

/* Frame `n` of a burst: its length, its TOS and its bytes are its own. */
static const struct packet *numbered(const char *from, const char *to, uint32_t n)
{
	const uint32_t number = htonl(n * 0x01010101);

	return PACKET(eth(from, to),
		      ipv4("10.0.0.1", "10.0.0.2", .tos = (uint8_t)(n << 2), .id = (uint16_t)n),
		      udp(1000 + n, 2000), payload(18 + n * 7 % 300), bytes_of(&number, 4));
}

static const struct packet *in_tunnel(const struct form *form, const char *from_mac,
				      const char *to_mac, struct ipv4_args outer,
				      const struct packet *frame)
{
	const struct layer ethernet = eth(from_mac, to_mac);
	const struct layer ip = layer_ipv4(outer);

	if (form->encap == BGW_ENCAP_VXLAN)
		return PACKET(ethernet, ip, udp(ANY, 4789, .no_checksum = true), vxlan(5000),
			      inner(frame));
	if (form->keyless)
		return PACKET(ethernet, ip, gre(.key = 0), inner(frame));
	if (form->encap == BGW_ENCAP_NVGRE)
		return PACKET(ethernet, ip,
			      gre(.has_key = true, .key = 5000 << 8, .any_flow_id = true),
			      inner(frame));
	return PACKET(ethernet, ip, gre(.has_key = true, .key = 5000), inner(frame));
}

static const struct packet *sent(const struct form *form, const struct packet *frame)
{
	return in_tunnel(form, ring_port_mac(UNDERLAY_1), NEXT_HOP_1,
			 (struct ipv4_args){VTEP, REMOTE_1, .df = true, .tos = frame->bytes[15]},
			 frame);
}

static const struct packet *got(const struct form *form, const struct packet *frame)
{
	return in_tunnel(form, NEXT_HOP_1, ring_port_mac(UNDERLAY_1),
			 (struct ipv4_args){REMOTE_1, VTEP, .id = frame->bytes[19]}, frame);
}

struct sum {
	uint64_t pkts;
	uint64_t bytes; /* of inner frames */
};

static void port_expect(uint16_t port, struct sum rx, struct sum tx)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	assert_int_equal(counters.rx_pkts, rx.pkts);
	assert_int_equal(counters.rx_bytes, rx.bytes);
	assert_int_equal(counters.tx_pkts, tx.pkts);
	assert_int_equal(counters.tx_bytes, tx.bytes);
}

static const struct sum nothing;

static void burst_between_attachments(const struct form *form, uint32_t count, struct sum *sum)
{
	(void)form;
	for (uint32_t n = 0; n < count; n++)
		give(ACCESS_1, numbered(HOST_A, HOST_B, n));
	site_run();
	for (uint32_t n = 0; n < count; n++) {
		expect_frame(ACCESS_2, numbered(HOST_A, HOST_B, n));
		sum->bytes += numbered(HOST_A, HOST_B, n)->length_bytes;
	}
	sum->pkts += count;
	expect_attachment(1, .rx_pkts = sum->pkts, .rx_bytes = sum->bytes);
	expect_attachment(2, .tx_pkts = sum->pkts, .tx_bytes = sum->bytes);
	port_expect(ACCESS_1, *sum, nothing);
	port_expect(ACCESS_2, nothing, *sum);
}

static void burst_into_a_tunnel(const struct form *form, uint32_t count, struct sum *sum)
{
	for (uint32_t n = 0; n < count; n++)
		give(ACCESS_1, numbered(HOST_A, HOST_R, n));
	site_run();
	for (uint32_t n = 0; n < count; n++) {
		expect_frame(UNDERLAY_1, sent(form, numbered(HOST_A, HOST_R, n)));
		sum->bytes += numbered(HOST_A, HOST_R, n)->length_bytes;
	}
	sum->pkts += count;
	expect_attachment(1, .rx_pkts = sum->pkts, .rx_bytes = sum->bytes);
	expect_connection(1, .tx_pkts = sum->pkts, .tx_bytes = sum->bytes);
	port_expect(ACCESS_1, *sum, nothing);
	port_expect(UNDERLAY_1, nothing,
		    (struct sum){sum->pkts, sum->bytes + sum->pkts * form->overhead_bytes});
}

static void burst_out_of_a_tunnel(const struct form *form, uint32_t count, struct sum *sum)
{
	for (uint32_t n = 0; n < count; n++)
		give(UNDERLAY_1, got(form, numbered(HOST_R, HOST_A, n)));
	site_run();
	for (uint32_t n = 0; n < count; n++) {
		expect_frame(ACCESS_1, numbered(HOST_R, HOST_A, n));
		sum->bytes += numbered(HOST_R, HOST_A, n)->length_bytes;
	}
	sum->pkts += count;
	expect_connection(1, .rx_pkts = sum->pkts, .rx_bytes = sum->bytes);
	expect_attachment(1, .tx_pkts = sum->pkts, .tx_bytes = sum->bytes);
	port_expect(ACCESS_1, nothing, *sum);
	port_expect(UNDERLAY_1,
		    (struct sum){sum->pkts, sum->bytes + sum->pkts * form->overhead_bytes},
		    nothing);
}

static void every_size(const struct form *form,
		       void (*burst)(const struct form *form, uint32_t count, struct sum *sum))
{
	struct sum sum = {0};

	lan_of(form);
	for (uint32_t count = 1; count <= 64; count++)
		burst(form, count, &sum);
	for (size_t i = 0; i < sizeof(beyond_a_burst) / sizeof(beyond_a_burst[0]); i++)
		burst(form, beyond_a_burst[i], &sum);
	expect_nothing();
}

static void every_burst_size_between_attachments(void)
{
	every_size(&forms[0], burst_between_attachments);
}

static void every_burst_size_into_vxlan(void)
{
	every_size(&forms[0], burst_into_a_tunnel);
}

static void every_burst_size_into_gre(void)
{
	every_size(&forms[1], burst_into_a_tunnel);
}

static void every_burst_size_into_keyless_gre(void)
{
	every_size(&forms[2], burst_into_a_tunnel);
}

static void every_burst_size_into_nvgre(void)
{
	every_size(&forms[3], burst_into_a_tunnel);
}

static void every_burst_size_out_of_vxlan(void)
{
	every_size(&forms[0], burst_out_of_a_tunnel);
}

static void every_burst_size_out_of_gre(void)
{
	every_size(&forms[1], burst_out_of_a_tunnel);
}

static void every_burst_size_out_of_keyless_gre(void)
{
	every_size(&forms[2], burst_out_of_a_tunnel);
}

static void every_burst_size_out_of_nvgre(void)
{
	every_size(&forms[3], burst_out_of_a_tunnel);
}

/* A header of any kind over IPv4 takes 64 bytes before the frame; a tag takes 4. */
static const uint16_t tight[] = {0, 1, 32, 62, 63};

static void give_in(uint16_t port, const struct packet *packet, uint16_t headroom_bytes,
		    uint16_t segments)
{
	const struct ring_port_shape shape = {.headroom_bytes = headroom_bytes,
					      .segments = segments};

	ring_port_give(port, packet, &shape);
	expect_given(port);
}

/*
 * Every pattern of seven frames, of which those whose bit is set have too little headroom: they
 * alone are dropped. With `segments` these lie in chains, which are made one first.
 */
static void frames_without_headroom(const struct form *form, uint16_t segments,
				    struct bgw_traffic_counters *counters)
{
	for (uint32_t pattern = 0; pattern < 128; pattern++) {
		for (uint32_t n = 0; n < 7; n++)
			give_in(ACCESS_1, numbered(HOST_A, HOST_R, n),
				pattern >> n & 1 ? tight[(pattern + n) % 5] : 128,
				pattern >> n & 1 ? segments : 1);
		site_run();
		for (uint32_t n = 0; n < 7; n++) {
			if (pattern >> n & 1) {
				expect_drop(NO_HEADROOM);
				counters->dropped_pkts++;
				continue;
			}
			expect_frame(UNDERLAY_1, sent(form, numbered(HOST_A, HOST_R, n)));
			counters->tx_pkts++;
			counters->tx_bytes += numbered(HOST_A, HOST_R, n)->length_bytes;
		}
		site_expect_traffic(true, 1, counters, HERE);
	}
}

static void too_little_headroom_is_one_frames_affair(void)
{
	struct bgw_traffic_counters counters = {0};

	for (size_t i = 0; i < FORMS; i++) {
		lan_of(&forms[i]);
		frames_without_headroom(&forms[i], 1, &counters);
	}
}

static void too_little_headroom_of_a_chain_is_its_own_affair(void)
{
	struct bgw_traffic_counters counters = {0};

	for (size_t i = 0; i < FORMS; i++) {
		lan_of(&forms[i]);
		frames_without_headroom(&forms[i], 2, &counters);
		frames_without_headroom(&forms[i], 5, &counters);
	}
}

static void too_little_headroom_for_a_tag_is_one_frames_affair(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	for (uint32_t pattern = 0; pattern < 128; pattern++) {
		for (uint32_t n = 0; n < 7; n++)
			give_in(ACCESS_1,
				PACKET(eth(HOST_A, HOST_B), payload(60 + n), bytes_of(&n, 4)),
				pattern >> n & 1 ? (uint16_t)((pattern + n) % 4) : 4, 1);
		site_run();
		for (uint32_t n = 0; n < 7; n++) {
			if (pattern >> n & 1)
				expect_drop(NO_HEADROOM);
			else
				expect_frame(ACCESS_2, PACKET(eth(HOST_A, HOST_B), vlan(20),
							      payload(60 + n), bytes_of(&n, 4)));
		}
	}
}

/*
 * A long frame that lies at the start of its buffer: in a buffer of another layout it needs two,
 * and a port that takes single ones gets none of them.
 */
static void a_copy_that_no_buffer_holds_is_dropped(void)
{
	const uint32_t room = rte_pktmbuf_data_room_size(bgw_mbuf_pool(0)) - RTE_PKTMBUF_HEADROOM;

	site_lan();
	path(1, REMOTE_1, .mtu_bytes = 9000);
	tunnel(2, 6000, .path = 1, .peer = 1);
	domain(1, at(1), by(1), by(2), at(2));
	for (uint32_t length = room - 40; length <= room + 40; length += 8) {
		const struct packet *frame =
			packet_resize(PACKET(eth(HOST_A, BROADCAST), payload(2200)), length);

		give_in(ACCESS_1, frame, 0, 1);
		give(ACCESS_1, packet_resize(frame, 64));
		site_run();
		if (site_is_multi_segment()) { /* all share it */
			expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame));
			expect_frame(UNDERLAY_1, VXLAN_SENT(6000, frame));
		} else { /* the last one gets the frame itself */
			expect_drop(NO_HEADROOM);
		}
		if (site_is_multi_segment())
			expect_frame(ACCESS_2, frame);
		else if (length > room)
			expect_drops(CHAINED, 2);
		else
			expect_frame(ACCESS_2, frame),
				expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame));
		expect_frame(ACCESS_2, packet_resize(frame, 64));
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, packet_resize(frame, 64)));
		expect_frame(UNDERLAY_1, VXLAN_SENT(6000, packet_resize(frame, 64)));
	}
}

/* What may stand between good packets of a tunnel. */
enum odd {
	GOOD,
	OTHER_KEY,
	BAD_CHECKSUM,
	NOT_OURS,
	CHAIN,
	SHORT_INNER,
	CONGESTED,
	ODDS,
};

static void odd_give(const struct form *form, enum odd odd, uint32_t n)
{
	const struct packet *frame = numbered(HOST_R, HOST_A, n);
	const char *ours = ring_port_mac(UNDERLAY_1);
	struct ipv4_args outer = {REMOTE_1, VTEP, .id = (uint16_t)n};

	if (odd == BAD_CHECKSUM)
		outer.checksum_error = 0x0100;
	if (odd == CONGESTED)
		outer.tos = 3;
	if (odd == SHORT_INNER)
		frame = packet_resize(frame, 13);
	if (odd == OTHER_KEY) /* of this tunnel, by another encapsulation */
		give(UNDERLAY_1, form->encap == BGW_ENCAP_VXLAN ? GRE_GOT(5000, frame)
								: VXLAN_GOT(5000, frame));
	else
		give_in(UNDERLAY_1,
			in_tunnel(form, NEXT_HOP_1, odd == NOT_OURS ? STRANGER : ours, outer,
				  frame),
			128, odd == CHAIN ? 3 : 1);
}

static void odd_expect(enum odd odd, uint32_t n, struct bgw_traffic_counters *counters,
		       struct sum *passed)
{
	const struct packet *frame = numbered(HOST_R, HOST_A, n);

	if (odd == OTHER_KEY) {
		expect_drop(UNKNOWN_KEY);
		return;
	}
	if (odd == BAD_CHECKSUM) {
		expect_drop(BAD_IP_HEADER);
		return;
	}
	if (odd == NOT_OURS) {
		expect_drop(NOT_OUR_MAC);
		return;
	}
	counters->rx_pkts++;
	counters->rx_bytes += odd == SHORT_INNER ? 13 : frame->length_bytes;
	if (odd == SHORT_INNER) {
		expect_drop(RUNT);
		counters->dropped_pkts++;
	} else if (odd == CONGESTED) { /* numbered() says Not-ECT */
		expect_drop(ECN);
		counters->dropped_pkts++;
	} else {
		expect_frame(ACCESS_1, frame);
		passed->pkts++;
		passed->bytes += frame->length_bytes;
	}
}

/* Every pattern of four packets of these kinds, which is each kind at each place of a run. */
static void every_pattern_out_of(const struct form *form)
{
	struct bgw_traffic_counters counters = {0};
	struct sum passed = {0};

	lan_of(form);
	for (uint32_t pattern = 0; pattern < ODDS * ODDS * ODDS * ODDS; pattern++) {
		const enum odd odds[] = {pattern % ODDS, pattern / ODDS % ODDS,
					 pattern / (ODDS * ODDS) % ODDS,
					 pattern / (ODDS * ODDS * ODDS)};

		for (uint32_t n = 0; n < 4; n++)
			odd_give(form, odds[n], n);
		site_run();
		for (uint32_t n = 0; n < 4; n++)
			odd_expect(odds[n], n, &counters, &passed);
		site_expect_traffic(true, 1, &counters, HERE);
	}
	expect_attachment(1, .tx_pkts = passed.pkts, .tx_bytes = passed.bytes);
}

static void odd_packets_among_good_ones_out_of_vxlan(void)
{
	every_pattern_out_of(&forms[0]);
}

static void odd_packets_among_good_ones_out_of_gre(void)
{
	every_pattern_out_of(&forms[1]);
}

static void odd_packets_among_good_ones_out_of_keyless_gre(void)
{
	every_pattern_out_of(&forms[2]);
}

static void odd_packets_among_good_ones_out_of_nvgre(void)
{
	every_pattern_out_of(&forms[3]);
}

PACKET_PROGRAM(CASE(every_burst_size_between_attachments), CASE(every_burst_size_into_vxlan),
	       CASE(every_burst_size_into_gre), CASE(every_burst_size_into_keyless_gre),
	       CASE(every_burst_size_into_nvgre), CASE(every_burst_size_out_of_vxlan),
	       CASE(every_burst_size_out_of_gre), CASE(every_burst_size_out_of_keyless_gre),
	       CASE(every_burst_size_out_of_nvgre), CASE(too_little_headroom_is_one_frames_affair),
	       CASE(too_little_headroom_of_a_chain_is_its_own_affair),
	       CASE(too_little_headroom_for_a_tag_is_one_frames_affair),
	       CASE(a_copy_that_no_buffer_holds_is_dropped),
	       CASE(odd_packets_among_good_ones_out_of_vxlan),
	       CASE(odd_packets_among_good_ones_out_of_gre),
	       CASE(odd_packets_among_good_ones_out_of_keyless_gre),
	       CASE(odd_packets_among_good_ones_out_of_nvgre))
