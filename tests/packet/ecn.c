/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"

/* ECN and DSCP between inner and outer header: RFC 6040, RFC 2983. */

enum {
	NOT_ECT = 0,
	ECT_1 = 1,
	ECT_0 = 2,
	CE = 3,
	DROP = 4,
};

static const struct packet *frame_v4(const char *from, const char *to, uint32_t tos)
{
	return PACKET(eth(from, to), ipv4("10.0.0.1", "10.0.0.2", .tos = (uint8_t)tos),
		      udp(1000, 2000), payload(40));
}

static const struct packet *frame_v6(const char *from, const char *to, uint32_t tos)
{
	return PACKET(eth(from, to),
		      ipv6("2001:db8::1", "2001:db8::2", .traffic_class = (uint8_t)tos),
		      udp(1000, 2000), payload(40));
}

static const struct packet *vxlan_tos(bool sent, uint32_t tos, const struct packet *frame)
{
	if (sent)
		return PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1),
			      ipv4(VTEP, REMOTE_1, .df = true, .tos = (uint8_t)tos),
			      udp(ANY, 4789, .no_checksum = true), vxlan(5000), inner(frame));
	return PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
		      ipv4(REMOTE_1, VTEP, .tos = (uint8_t)tos),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(frame));
}

static void the_inner_ecn_field_is_copied_out(void)
{
	site_lan();
	for (uint32_t ecn = NOT_ECT; ecn <= CE; ecn++) {
		/* DSCP 46 inside, which the path's fixed DSCP of 0 keeps there. */
		inject(ACCESS_1, frame_v4(HOST_A, HOST_R, 46u << 2 | ecn));
		expect_frame(UNDERLAY_1,
			     vxlan_tos(true, ecn, frame_v4(HOST_A, HOST_R, 46u << 2 | ecn)));
		inject(ACCESS_1, frame_v6(HOST_A, HOST_R, 46u << 2 | ecn));
		expect_frame(UNDERLAY_1,
			     vxlan_tos(true, ecn, frame_v6(HOST_A, HOST_R, 46u << 2 | ecn)));
	}
}

static void dscp_is_the_paths_or_copied(void)
{
	site_lan();
	path(1, REMOTE_1, .dscp = 34);
	inject(ACCESS_1, frame_v4(HOST_A, HOST_R, 46u << 2 | ECT_0));
	expect_frame(UNDERLAY_1,
		     vxlan_tos(true, 34u << 2 | ECT_0, frame_v4(HOST_A, HOST_R, 46u << 2 | ECT_0)));
	path(1, REMOTE_1, .dscp = BGW_DSCP_COPY);
	inject(ACCESS_1, frame_v4(HOST_A, HOST_R, 46u << 2 | ECT_0));
	expect_frame(UNDERLAY_1,
		     vxlan_tos(true, 46u << 2 | ECT_0, frame_v4(HOST_A, HOST_R, 46u << 2 | ECT_0)));
	inject(ACCESS_1, frame_v6(HOST_A, HOST_R, 46u << 2 | CE));
	expect_frame(UNDERLAY_1,
		     vxlan_tos(true, 46u << 2 | CE, frame_v6(HOST_A, HOST_R, 46u << 2 | CE)));
}

static void what_is_no_ip_is_sent_as_not_ect(void)
{
	const struct packet *frame =
		PACKET(eth(HOST_A, HOST_R), arp(2, HOST_A, "10.0.0.1", HOST_R, "10.0.0.2"));

	site_lan();
	path(1, REMOTE_1, .dscp = BGW_DSCP_COPY);
	inject(ACCESS_1, frame);
	expect_frame(UNDERLAY_1, vxlan_tos(true, 0, frame));
}

/* RFC 6040 section 4.2, figure 4: the inner field that leaves, by inner and outer that arrive. */
static const uint8_t decapsulated[4][4] = {
	/*            NOT_ECT  ECT_1    ECT_0    CE outside */
	[NOT_ECT] = {NOT_ECT, NOT_ECT, NOT_ECT, DROP},
	[ECT_1] = {ECT_1, ECT_1, ECT_1, CE},
	[ECT_0] = {ECT_0, ECT_1, ECT_0, CE},
	[CE] = {CE, CE, CE, CE},
};

static void each_pair_is_decapsulated_as_rfc_6040_says(void)
{
	site_lan();
	for (uint32_t inside = NOT_ECT; inside <= CE; inside++) {
		for (uint32_t outside = NOT_ECT; outside <= CE; outside++) {
			const uint32_t result = decapsulated[inside][outside];

			inject(UNDERLAY_1, vxlan_tos(false, 10u << 2 | outside,
						     frame_v4(HOST_R, HOST_A, 46u << 2 | inside)));
			if (result == DROP)
				expect_drop(ECN);
			else
				expect_frame(ACCESS_1, frame_v4(HOST_R, HOST_A, 46u << 2 | result));
			inject(UNDERLAY_1, vxlan_tos(false, 10u << 2 | outside,
						     frame_v6(HOST_R, HOST_A, 46u << 2 | inside)));
			if (result == DROP)
				expect_drop(ECN);
			else
				expect_frame(ACCESS_1, frame_v6(HOST_R, HOST_A, 46u << 2 | result));
		}
	}
}

/* A mark changes the header's checksum by what it changed, and hides no error. */
static void a_wrong_inner_checksum_stays_wrong(void)
{
	site_lan();
	inject(UNDERLAY_1,
	       vxlan_tos(false, CE,
			 PACKET(eth(HOST_R, HOST_A),
				ipv4("10.0.0.1", "10.0.0.2", .tos = ECT_0, .checksum_error = 0x10),
				udp(1000, 2000), payload(40))));
	assert_int_not_equal(internet_checksum(expect_some(ACCESS_1)->bytes + 14, 20, 0), 0);
}

static void a_frame_that_is_no_ip_passes_whatever_the_mark(void)
{
	const struct packet *frame = PACKET(
		eth(HOST_R, HOST_A), arp(2, HOST_R, "10.0.0.1", HOST_A, "10.0.0.2"), padded_to(60));

	site_lan();
	inject(UNDERLAY_1, vxlan_tos(false, CE, frame));
	expect_frame(ACCESS_1, frame);
}

static void marks_are_found_behind_kept_tags(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), vlan(5),
				ipv4("10.0.0.1", "10.0.0.2", .tos = CE), udp(1, 2), payload(40)));
	expect_frame(UNDERLAY_1, vxlan_tos(true, CE,
					   PACKET(eth(HOST_A, HOST_R), vlan(5),
						  ipv4("10.0.0.1", "10.0.0.2", .tos = CE),
						  udp(1, 2), payload(40))));
	inject(UNDERLAY_1, vxlan_tos(false, CE,
				     PACKET(eth(HOST_R, HOST_A), vlan(5),
					    ipv4("10.0.0.2", "10.0.0.1", .tos = ECT_0), udp(1, 2),
					    payload(40))));
	expect_frame(ACCESS_1,
		     PACKET(eth(HOST_R, HOST_A), vlan(5), ipv4("10.0.0.2", "10.0.0.1", .tos = CE),
			    udp(1, 2), payload(40)));
}

PACKET_PROGRAM(CASE(the_inner_ecn_field_is_copied_out), CASE(dscp_is_the_paths_or_copied),
	       CASE(what_is_no_ip_is_sent_as_not_ect),
	       CASE(each_pair_is_decapsulated_as_rfc_6040_says),
	       CASE(a_wrong_inner_checksum_stays_wrong),
	       CASE(a_frame_that_is_no_ip_passes_whatever_the_mark),
	       CASE(marks_are_found_behind_kept_tags))
