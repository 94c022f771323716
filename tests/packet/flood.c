/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/port.h>

#include "lib/buffers.h"
#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/* Replication: to whom, in which bytes, and how it is accounted. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

/* site_lan() with a third attachment and a second tunnel. */
static void wide_lan(void)
{
	site_lan();
	attach(3, ACCESS_3, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 30);
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .encap = BGW_ENCAP_GRE, .port = UNDERLAY_2,
	     .source_mac = mac(ring_port_mac(UNDERLAY_2)), .next_hop_mac = mac(NEXT_HOP_2));
	tunnel(2, 6000, .encap = BGW_ENCAP_GRE);
	domain(1, at(1), by(1), at(2), by(2), at(3));
}

static const struct packet *gre_sent(const struct packet *frame)
{
	return PACKET(eth(ring_port_mac(UNDERLAY_2), NEXT_HOP_2), ipv4(VTEP, REMOTE_2, .df = true),
		      gre(.has_key = true, .key = 6000), inner(frame));
}

static const struct packet *tagged(const char *from, const char *to, uint32_t size)
{
	return PACKET(eth(from, to), vlan(30), ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000),
		      payload(size));
}

static void expect_replicated(uint16_t port, uint64_t count)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	assert_int_equal(counters.replicated, count);
}

static void flood_from_access(const char *destination, uint32_t size)
{
	inject(ACCESS_1, UDP_FRAME(HOST_A, destination, size));
	expect_frame(ACCESS_2, UDP_FRAME(HOST_A, destination, size));
	expect_frame(ACCESS_3, tagged(HOST_A, destination, size));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, UDP_FRAME(HOST_A, destination, size)));
	expect_frame(UNDERLAY_2, gre_sent(UDP_FRAME(HOST_A, destination, size)));
	expect_nothing();
}

static void broadcast_multicast_and_unknown_reach_everyone_but_the_source(void)
{
	wide_lan();
	flood_from_access(BROADCAST, 18);
	flood_from_access(MULTICAST, 18);
	flood_from_access(STRANGER, 18);
	expect_replicated(ACCESS_1, 9);
	expect_connection(1, .tx_pkts = 3, .tx_bytes = 180);
	expect_attachment(3, .tx_pkts = 3, .tx_bytes = 180);
}

static void what_came_by_a_tunnel_reaches_attachments_alone(void)
{
	wide_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, BROADCAST)));
	expect_frame(ACCESS_1, FRAME(HOST_R, BROADCAST));
	expect_frame(ACCESS_2, FRAME(HOST_R, BROADCAST));
	expect_frame(ACCESS_3, tagged(HOST_R, BROADCAST, 18));
	expect_nothing();
	expect_replicated(UNDERLAY_1, 2);
}

static void a_connection_that_does_not_flood_gets_none(void)
{
	wide_lan();
	domain(1, at(1), at(2), by(2));
	inject(ACCESS_1, FRAME(HOST_A, BROADCAST));
	expect_frame(ACCESS_2, FRAME(HOST_A, BROADCAST));
	expect_frame(UNDERLAY_2, gre_sent(FRAME(HOST_A, BROADCAST)));
	/* What it sends is flooded all the same. */
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, BROADCAST)));
	expect_frame(ACCESS_1, FRAME(HOST_R, BROADCAST));
	expect_frame(ACCESS_2, FRAME(HOST_R, BROADCAST));
}

/* Small frames are copied, long ones shared where the port takes it: the bytes are the same. */
static void frames_of_every_size_are_replicated(void)
{
	static const uint32_t sizes[] = {18,  60,  213,	 214,  215,  216, 217,
					 500, 999, 1000, 1400, 1450, 1472};

	wide_lan();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		flood_from_access(BROADCAST, sizes[i]);
}

static void ports_of_both_kinds_may_be_targets_of_one_frame(void)
{
	static const uint32_t sizes[] = {18, 400, 1472};

	for (uint32_t kinds = 0; kinds < 16; kinds++) {
		wide_lan();
		port_table[ACCESS_2].tx_multi_segment = kinds & 1;
		port_table[ACCESS_3].tx_multi_segment = kinds & 2;
		port_table[UNDERLAY_1].tx_multi_segment = kinds & 4;
		port_table[UNDERLAY_2].tx_multi_segment = kinds & 8;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			flood_from_access(BROADCAST, sizes[i]);
	}
}

static void a_frame_in_several_buffers_is_replicated(void)
{
	wide_lan();
	for (uint16_t segments = 2; segments < 6; segments++) {
		inject_shaped(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 1000), .segments = segments);
		expect_frame(ACCESS_2, UDP_FRAME(HOST_A, BROADCAST, 1000));
		expect_frame(ACCESS_3, tagged(HOST_A, BROADCAST, 1000));
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, UDP_FRAME(HOST_A, BROADCAST, 1000)));
		expect_frame(UNDERLAY_2, gre_sent(UDP_FRAME(HOST_A, BROADCAST, 1000)));
	}
}

static void each_replica_has_the_tags_of_its_attachment(void)
{
	bgw_ref targets[64];
	struct bgw_domain_spec spec = {.flood = targets};

	for (uint16_t i = 1; i <= 60; i++) {
		attach(i, i % 2 ? ACCESS_1 : ACCESS_2, .kind = BGW_ATTACHMENT_VLAN,
		       .outer_vid = (uint16_t)(100 + i));
		targets[spec.flood_count++] = at(i);
	}
	assert_int_equal(bgw_domain_set(site_dp, 1, &spec), 0);
	for (uint32_t size = 40; size < 1000; size += 900) {
		inject(ACCESS_1, PACKET(eth(HOST_A, BROADCAST), vlan(101, .pcp = 5),
					ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(size)));
		for (uint16_t i = 2; i <= 60; i++)
			expect_frame(
				i % 2 ? ACCESS_1 : ACCESS_2,
				PACKET(eth(HOST_A, BROADCAST), vlan((uint16_t)(100 + i), .pcp = 5),
				       ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(size)));
		expect_nothing();
	}
	expect_replicated(ACCESS_1, 58 * 2);
}

static void a_burst_times_many_targets_loses_nothing(void)
{
	bgw_ref targets[255];
	struct bgw_domain_spec spec = {.flood = targets};

	attach(1, ACCESS_1);
	targets[spec.flood_count++] = at(1);
	for (uint32_t i = 1; i <= 60; i++) {
		attach(i + 1, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = (uint16_t)i);
		targets[spec.flood_count++] = at(i + 1);
	}
	peer(1, REMOTE_1);
	path(1, REMOTE_1);
	for (uint32_t i = 1; i <= 60; i++) {
		tunnel(i, 1000 + i, .path = 1, .peer = 1);
		targets[spec.flood_count++] = by(i);
	}
	assert_int_equal(bgw_domain_set(site_dp, 1, &spec), 0);
	for (uint32_t n = 0; n < 32; n++)
		give(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, n % 2 ? 40 : 1000));
	site_run();
	for (uint32_t n = 0; n < 32 * 60; n++) {
		expect_some(ACCESS_2);
		expect_some(UNDERLAY_1);
	}
	expect_nothing();
	expect_replicated(ACCESS_1, 32 * 119);
}

static void nobody_to_flood_to_is_a_reason(void)
{
	attach(1, ACCESS_1);
	domain(1, at(1));
	inject(ACCESS_1, FRAME(HOST_A, BROADCAST));
	expect_drop(NO_FLOOD_TARGET);
	attach(2, ACCESS_2, .domain = 2);
	inject(ACCESS_2, FRAME(HOST_A, BROADCAST));
	expect_drop(NO_DOMAIN);
	bgw_domain_clear(site_dp, 1);
	inject(ACCESS_1, FRAME(HOST_A, BROADCAST));
	expect_drop(NO_DOMAIN);
}

static void each_target_that_cannot_take_it_is_a_drop_of_its_own(void)
{
	wide_lan();
	attach(2, ACCESS_2, .admin_up = false);
	tunnel(2, 6000, .encap = BGW_ENCAP_GRE, .admin_up = false);
	path(1, REMOTE_1, .state = BGW_PATH_UNRESOLVED);
	bgw_attachment_clear(site_dp, 3);
	inject(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 600));
	expect_drop(ATTACHMENT_DOWN);
	expect_drop(CONNECTION_DOWN);
	expect_drop(PATH_UNRESOLVED);
	expect_drop(STALE_TARGET);
	expect_replicated(ACCESS_1, 3);
}

static void a_target_of_a_port_that_is_down_is_a_drop(void)
{
	wide_lan();
	bgw_port_admin_set(ACCESS_3, false);
	bgw_port_admin_set(UNDERLAY_2, false);
	inject(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 600));
	expect_frame(ACCESS_2, UDP_FRAME(HOST_A, BROADCAST, 600));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, UDP_FRAME(HOST_A, BROADCAST, 600)));
	expect_drops(PORT_DOWN, 2);
}

static void kept_tags_reach_only_who_keeps_tags(void)
{
	const struct packet *frame =
		PACKET(eth(HOST_A, BROADCAST), vlan(7), ipv4("10.0.0.1", "10.0.0.2"),
		       udp(1000, 2000), payload(600));

	wide_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, frame);
	expect_drops(INNER_VLAN, 2);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, frame));
	expect_frame(UNDERLAY_2, gre_sent(frame));
}

static void a_frame_that_came_marked_is_replicated_with_its_mark(void)
{
	const struct packet *marked =
		PACKET(eth(HOST_R, BROADCAST), ipv4("10.0.0.1", "10.0.0.2", .tos = 3),
		       udp(1000, 2000), payload(700));

	wide_lan();
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_1, VTEP, .tos = 3),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000),
		      inner(PACKET(eth(HOST_R, BROADCAST), ipv4("10.0.0.1", "10.0.0.2", .tos = 2),
				   udp(1000, 2000), payload(700)))));
	expect_frame(ACCESS_1, marked);
	expect_frame(ACCESS_2, marked);
	expect_frame(ACCESS_3,
		     PACKET(eth(HOST_R, BROADCAST), vlan(30),
			    ipv4("10.0.0.1", "10.0.0.2", .tos = 3), udp(1000, 2000), payload(700)));
}

static void without_buffers_replicas_are_dropped_and_the_frame_is_not(void)
{
	wide_lan();
	domain(1, at(1), at(2), at(3));
	/* A long frame takes two buffers where it is shared, the second of which is missing too. */
	for (uint32_t left = 0; left < (site_is_multi_segment() ? 2 : 1); left++) {
		give(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 600));
		buffers_run_with(left);
		expect_drop(NO_MBUF);
		expect_frame(ACCESS_3, tagged(HOST_A, BROADCAST, 600));
	}
	/* A short one takes one. */
	give(ACCESS_1, FRAME(HOST_A, BROADCAST));
	buffers_run_with(0);
	expect_drop(NO_MBUF);
	expect_frame(ACCESS_3, tagged(HOST_A, BROADCAST, 18));
	give(ACCESS_1, FRAME(HOST_A, BROADCAST));
	buffers_run_with(1);
	expect_frame(ACCESS_2, FRAME(HOST_A, BROADCAST));
	expect_frame(ACCESS_3, tagged(HOST_A, BROADCAST, 18));
}

PACKET_PROGRAM(CASE(broadcast_multicast_and_unknown_reach_everyone_but_the_source),
	       CASE(what_came_by_a_tunnel_reaches_attachments_alone),
	       CASE(a_connection_that_does_not_flood_gets_none),
	       CASE(frames_of_every_size_are_replicated),
	       CASE(ports_of_both_kinds_may_be_targets_of_one_frame),
	       CASE(a_frame_in_several_buffers_is_replicated),
	       CASE(each_replica_has_the_tags_of_its_attachment),
	       CASE(a_burst_times_many_targets_loses_nothing), CASE(nobody_to_flood_to_is_a_reason),
	       CASE(each_target_that_cannot_take_it_is_a_drop_of_its_own),
	       CASE(a_target_of_a_port_that_is_down_is_a_drop),
	       CASE(kept_tags_reach_only_who_keeps_tags),
	       CASE(a_frame_that_came_marked_is_replicated_with_its_mark),
	       CASE(without_buffers_replicas_are_dropped_and_the_frame_is_not))
