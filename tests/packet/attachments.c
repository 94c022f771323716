/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"

/* The four kinds of attachments: which frames they claim, and the tags that frames leave with. */

#define BODY	ipv4("10.0.0.1", "10.0.0.2"), udp(1000, 2000), payload(40)
#define A_TO_B	eth(HOST_A, HOST_B)
#define B_TO_A	eth(HOST_B, HOST_A)
#define PLAIN	PACKET(A_TO_B, BODY)
#define PLAIN_B PACKET(B_TO_A, BODY)

/* Attachment 1 of ACCESS_1 and 2 of ACCESS_2 in domain 1, A behind one and B behind the other. */
static void two_attachments(void)
{
	domain(1, at(1), at(2));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
}

static void untagged_to_vlan_pushes_and_back_pops(void)
{
	two_attachments();
	attach(1, ACCESS_1);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	inject(ACCESS_1, PLAIN);
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(20), BODY));
	inject(ACCESS_2, PACKET(B_TO_A, vlan(20), BODY));
	expect_frame(ACCESS_1, PLAIN_B);
	/* Bytes are those of the inner frame, without the tags that attachments add. */
	expect_attachment(2, .rx_pkts = 1, .rx_bytes = 82, .tx_pkts = 1, .tx_bytes = 82);
}

static void a_pushed_tag_has_the_attachments_priority(void)
{
	two_attachments();
	attach(1, ACCESS_1);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 4094, .pcp = 5, .dei = true);
	inject(ACCESS_1, PLAIN);
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(4094, .pcp = 5, .dei = true), BODY));
}

static void a_translated_tag_keeps_its_priority(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20, .pcp = 5);
	for (uint8_t pcp = 0; pcp < 8; pcp++) {
		inject(ACCESS_1, PACKET(A_TO_B, vlan(10, .pcp = pcp, .dei = pcp & 1), BODY));
		expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(20, .pcp = pcp, .dei = pcp & 1), BODY));
	}
}

static void a_vid_of_0_is_a_priority_and_no_vlan(void)
{
	two_attachments();
	attach(1, ACCESS_1);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(0, .pcp = 6, .dei = true), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(20, .pcp = 6, .dei = true), BODY));
	/* A VLAN behind a priority is still a VLAN. */
	inject(ACCESS_1, PACKET(A_TO_B, vlan(0, .pcp = 6), vlan(5), BODY));
	expect_drop(NO_ATTACHMENT);
	/* Towards an untagged attachment it is gone. */
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(0, .pcp = 6), BODY));
	expect_frame(ACCESS_2, PLAIN);
}

static void tags_that_nobody_claims_are_dropped(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_2);
	inject(ACCESS_1, PLAIN);
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(11), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(0), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(4095), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(10), vlan(11), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(10, .tpid = 0x88a8), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_2, PACKET(B_TO_A, vlan(1), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_3, PLAIN);
	expect_drop(NO_ATTACHMENT);
	expect_no_event();
}

static void qinq_claims_both_tags(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 100, .inner_vid = 200);
	attach(2, ACCESS_2);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(100), vlan(200), BODY));
	expect_frame(ACCESS_2, PLAIN);
	inject(ACCESS_2, PLAIN_B);
	expect_frame(ACCESS_1, PACKET(B_TO_A, vlan(100), vlan(200), BODY));
	inject(ACCESS_1, PACKET(A_TO_B, vlan(200), vlan(100), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(100), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(100), vlan(200), vlan(300), BODY));
	expect_drop(NO_ATTACHMENT);
}

static void qinq_keeps_and_spreads_priorities(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 100, .inner_vid = 200,
	       .pcp = 1);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 101, .inner_vid = 201);
	/* Both tags to both tags. */
	inject(ACCESS_1,
	       PACKET(A_TO_B, vlan(100, .pcp = 3), vlan(200, .pcp = 4, .dei = true), BODY));
	expect_frame(ACCESS_2,
		     PACKET(A_TO_B, vlan(101, .pcp = 3), vlan(201, .pcp = 4, .dei = true), BODY));
	/* One tag: the outer priority. */
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(100, .pcp = 3), vlan(200, .pcp = 4), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(20, .pcp = 3), BODY));
	/* From one tag its priority goes to both; from none, the attachment's. */
	inject(ACCESS_2, PACKET(B_TO_A, vlan(20, .pcp = 6), BODY));
	expect_frame(ACCESS_1, PACKET(B_TO_A, vlan(100, .pcp = 6), vlan(200, .pcp = 6), BODY));
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2);
	inject(ACCESS_2, PLAIN_B);
	expect_frame(ACCESS_1, PACKET(B_TO_A, vlan(100, .pcp = 1), vlan(200, .pcp = 1), BODY));
}

static void a_port_may_have_another_tpid(void)
{
	domain(1, at(1), at(2));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	attach(1, ACCESS_AD, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	inject(ACCESS_AD, PACKET(A_TO_B, vlan(10, .tpid = 0x88a8, .pcp = 2), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(20, .pcp = 2), BODY));
	inject(ACCESS_2, PACKET(B_TO_A, vlan(20, .pcp = 2), BODY));
	expect_frame(ACCESS_AD, PACKET(B_TO_A, vlan(10, .tpid = 0x88a8, .pcp = 2), BODY));
	inject(ACCESS_AD, PACKET(A_TO_B, vlan(10), BODY));
	expect_drop(NO_ATTACHMENT);
}

static void the_inner_tag_of_qinq_is_always_8100(void)
{
	domain(1, at(1), at(2));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	attach(1, ACCESS_AD, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 10, .inner_vid = 11);
	attach(2, ACCESS_2);
	inject(ACCESS_AD, PACKET(A_TO_B, vlan(10, .tpid = 0x88a8), vlan(11), BODY));
	expect_frame(ACCESS_2, PLAIN);
	inject(ACCESS_2, PLAIN_B);
	expect_frame(ACCESS_AD, PACKET(B_TO_A, vlan(10, .tpid = 0x88a8), vlan(11), BODY));
	inject(ACCESS_AD, PACKET(A_TO_B, vlan(10, .tpid = 0x88a8), vlan(11, .tpid = 0x88a8), BODY));
	expect_drop(NO_ATTACHMENT);
}

static void a_whole_port_keeps_every_tag(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PLAIN);
	expect_frame(ACCESS_2, PLAIN);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(7, .pcp = 3, .dei = true), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(7, .pcp = 3, .dei = true), BODY));
	inject(ACCESS_1, PACKET(A_TO_B, vlan(7, .tpid = 0x88a8), vlan(8), vlan(9), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(7, .tpid = 0x88a8), vlan(8), vlan(9), BODY));
	inject(ACCESS_1, PACKET(A_TO_B, vlan(0, .pcp = 3), BODY));
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(0, .pcp = 3), BODY));
}

static void kept_tags_travel_through_tunnels(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), vlan(7), BODY));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, PACKET(eth(HOST_A, HOST_R), vlan(7), BODY)));
	inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(eth(HOST_R, HOST_A), vlan(7), BODY)));
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), vlan(7), BODY));
}

static void tags_do_not_reach_an_attachment_that_keeps_none(void)
{
	site_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(eth(HOST_R, HOST_A), vlan(7), BODY)));
	expect_drop(INNER_VLAN);
	inject(UNDERLAY_1,
	       VXLAN_GOT(5000, PACKET(eth(HOST_R, HOST_A), vlan(7, .tpid = 0x88a8), BODY)));
	expect_drop(INNER_VLAN);
	bgw_attachment_clear(site_dp, 2);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	inject(ACCESS_2, PACKET(B_TO_A, vlan(7), BODY));
	expect_drop(INNER_VLAN);
	inject(ACCESS_2, PLAIN_B);
	expect_frame(ACCESS_1, PLAIN_B);
}

static void tags_of_the_inside_stay_inside(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_R), vlan(10, .pcp = 7), BODY));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, PACKET(eth(HOST_A, HOST_R), BODY)));
	inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(eth(HOST_R, HOST_A), BODY)));
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), vlan(10), BODY));
}

static void a_tag_that_the_driver_took_off_is_put_back(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	inject_shaped(ACCESS_1, PLAIN, .vlan_stripped = true, .vlan_tci = 0xb00a);
	expect_frame(ACCESS_2, PLAIN);
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	inject_shaped(ACCESS_1, PLAIN, .vlan_stripped = true, .vlan_tci = 0xb00a);
	expect_frame(ACCESS_2, PACKET(A_TO_B, vlan(10, .pcp = 5, .dei = true), BODY));
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 10, .inner_vid = 20);
	inject_shaped(ACCESS_1, PACKET(A_TO_B, vlan(20), BODY), .vlan_stripped = true,
		      .vlan_tci = 10);
	expect_frame(ACCESS_2, PLAIN);
}

static void two_vlans_of_one_port_are_two_attachments(void)
{
	domain(1, at(1), at(2));
	domain(2, at(3));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20);
	attach(3, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 30, .domain = 2);
	/* In one network they hairpin. */
	inject(ACCESS_1, PACKET(A_TO_B, vlan(10), BODY));
	expect_frame(ACCESS_1, PACKET(A_TO_B, vlan(20), BODY));
	/* In another network they do not meet. */
	inject(ACCESS_1, PACKET(A_TO_B, vlan(30), BODY));
	expect_drop(NO_FLOOD_TARGET);
}

static void tags_are_given_once(void)
{
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	assert_int_equal(attach_status(2, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10),
			 -EEXIST);
	assert_int_equal(attach_status(2, ACCESS_1, .kind = BGW_ATTACHMENT_PORT), -EEXIST);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	assert_int_equal(attach_status(3, ACCESS_2), -EEXIST);
	attach(3, ACCESS_3);
	assert_int_equal(attach_status(4, ACCESS_3), -EEXIST);
	attach(4, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 10, .inner_vid = 10);
	assert_int_equal(attach_status(5, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 0),
			 -EINVAL);
	assert_int_equal(attach_status(5, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 4095),
			 -EINVAL);
}

static void an_attachment_that_changes_its_tags_gives_the_old_ones_up(void)
{
	two_attachments();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	attach(2, ACCESS_2);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 11);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(10), BODY));
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_1, PACKET(A_TO_B, vlan(11), BODY));
	expect_frame(ACCESS_2, PLAIN);
	attach(3, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 10);
	/* From tag to kind, and to another port. */
	attach(1, ACCESS_1);
	inject(ACCESS_1, PLAIN);
	expect_frame(ACCESS_2, PLAIN);
	attach(1, ACCESS_3);
	inject(ACCESS_1, PLAIN);
	expect_drop(NO_ATTACHMENT);
	inject(ACCESS_3, PLAIN);
	expect_frame(ACCESS_2, PLAIN);
}

PACKET_PROGRAM(CASE(untagged_to_vlan_pushes_and_back_pops),
	       CASE(a_pushed_tag_has_the_attachments_priority),
	       CASE(a_translated_tag_keeps_its_priority),
	       CASE(a_vid_of_0_is_a_priority_and_no_vlan),
	       CASE(tags_that_nobody_claims_are_dropped), CASE(qinq_claims_both_tags),
	       CASE(qinq_keeps_and_spreads_priorities), CASE(a_port_may_have_another_tpid),
	       CASE(the_inner_tag_of_qinq_is_always_8100), CASE(a_whole_port_keeps_every_tag),
	       CASE(kept_tags_travel_through_tunnels),
	       CASE(tags_do_not_reach_an_attachment_that_keeps_none),
	       CASE(tags_of_the_inside_stay_inside),
	       CASE(a_tag_that_the_driver_took_off_is_put_back),
	       CASE(two_vlans_of_one_port_are_two_attachments), CASE(tags_are_given_once),
	       CASE(an_attachment_that_changes_its_tags_gives_the_old_ones_up))
