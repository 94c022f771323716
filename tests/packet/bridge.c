/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/port.h>

#include "lib/expect.h"
#include "lib/traffic.h"

/* Where the bridge sends frames of one destination, and what it does with what is going away. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

static void frames_go_where_their_destination_is(void)
{
	site_lan();
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_2, FRAME(HOST_B, HOST_A));
	expect_frame(ACCESS_1, FRAME(HOST_B, HOST_A));
	inject(ACCESS_2, FRAME(HOST_B, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_B, HOST_R)));
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_B)));
	expect_frame(ACCESS_2, FRAME(HOST_R, HOST_B));
	expect_nothing();
}

static void one_address_in_two_networks_is_two_stations(void)
{
	site_lan();
	attach(3, ACCESS_3, .domain = 2);
	attach(4, ACCESS_1, .domain = 2, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 4);
	domain(2, at(3), at(4));
	station(2, HOST_B, at(3));
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(4), ipv4("10.0.0.1", "10.0.0.2"),
				udp(1000, 2000), payload(18)));
	expect_frame(ACCESS_3, FRAME(HOST_A, HOST_B));
}

static void a_frame_never_goes_back_to_its_attachment(void)
{
	site_lan();
	station(1, HOST_C, at(1));
	inject(ACCESS_1, FRAME(HOST_A, HOST_C));
	expect_drop(SAME_ATTACHMENT);
	expect_attachment(1, .rx_pkts = 1, .rx_bytes = 60, .dropped_pkts = 1);
}

static void what_came_by_a_tunnel_leaves_by_none(void)
{
	site_lan();
	peer(2, REMOTE_2);
	path(2, REMOTE_2);
	tunnel(2, 6000);
	station(1, STRANGER, by(2));
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, STRANGER)));
	expect_drop(SPLIT_HORIZON);
	/* Nor by the one it came by. */
	station(1, HOST_C, by(1));
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_C)));
	expect_drop(SPLIT_HORIZON);
	expect_connection(1, .rx_pkts = 2, .rx_bytes = 120, .dropped_pkts = 2);
}

static void static_and_frozen_entries_are_destinations_as_any(void)
{
	site_lan();
	station(1, HOST_B, at(2) | BGW_REF_STATIC);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	station(1, HOST_B, by(1) | BGW_REF_FROZEN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_B)));
}

static void an_attachment_that_is_down_takes_and_gives_nothing(void)
{
	site_lan();
	attach(2, ACCESS_2, .admin_up = false);
	inject(ACCESS_2, FRAME(HOST_B, HOST_A));
	expect_drop(ATTACHMENT_DOWN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_drop(ATTACHMENT_DOWN);
	expect_attachment(2, .rx_pkts = 1, .rx_bytes = 60, .dropped_pkts = 2);
	attach(2, ACCESS_2);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	expect_no_event();
}

static void a_connection_that_is_down_takes_and_gives_nothing(void)
{
	site_lan();
	tunnel(1, 5000, .admin_up = false);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(CONNECTION_DOWN);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_drop(CONNECTION_DOWN);
	expect_connection(1, .rx_pkts = 1, .rx_bytes = 60, .dropped_pkts = 2);
	tunnel(1, 5000);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)));
}

static void a_port_that_is_down_takes_and_gives_nothing(void)
{
	site_lan();
	bgw_port_admin_set(ACCESS_2, false);
	inject(ACCESS_2, FRAME(HOST_B, HOST_A));
	expect_drop(PORT_DOWN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_drop(PORT_DOWN);
	bgw_port_admin_set(UNDERLAY_1, false);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_drop(PORT_DOWN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(PORT_DOWN);
	bgw_port_admin_set(ACCESS_2, true);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
}

static void each_state_of_a_path_has_its_reason(void)
{
	site_lan();
	path(1, REMOTE_1, .state = BGW_PATH_UNRESOLVED);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(PATH_UNRESOLVED);
	path(1, REMOTE_1, .state = BGW_PATH_NO_ROUTE);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(PATH_NO_ROUTE);
	path(1, REMOTE_1, .state = BGW_PATH_LINK_DOWN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(PATH_LINK_DOWN);
	/* What is received does not depend on it. */
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_frame(ACCESS_1, FRAME(HOST_R, HOST_A));
	path(1, REMOTE_1);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)));
}

/* Entries outlive what they name while control drains them. */
static void a_destination_that_is_being_deleted_is_stale(void)
{
	site_lan();
	bgw_attachment_clear(site_dp, 2);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_drop(STALE_TARGET);
	bgw_path_clear(site_dp, 1);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(STALE_TARGET);
	bgw_connection_clear(site_dp, 1);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(STALE_TARGET);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_drop(UNKNOWN_KEY);
	bgw_peer_clear(site_dp, 1);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_drop(UNKNOWN_REMOTE);
}

static void an_index_may_name_another_object_after_the_grace_period(void)
{
	uint64_t grace;

	site_lan();
	bgw_attachment_clear(site_dp, 2);
	grace = bgw_grace_start(site_dp);
	site_run();
	assert_true(bgw_grace_passed(site_dp, grace));
	attach(2, ACCESS_3);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_3, FRAME(HOST_A, HOST_B));
	inject(ACCESS_2, FRAME(HOST_B, HOST_A));
	expect_drop(NO_ATTACHMENT);
}

static void a_connection_may_change_its_segmentation_id_and_domain(void)
{
	site_lan();
	attach(3, ACCESS_3, .domain = 2);
	domain(2, at(3), by(1));
	tunnel(1, 7000, .domain = 2);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, BROADCAST)));
	expect_drop(UNKNOWN_KEY);
	inject(UNDERLAY_1, VXLAN_GOT(7000, FRAME(HOST_R, BROADCAST)));
	expect_frame(ACCESS_3, FRAME(HOST_R, BROADCAST));
	assert_int_equal(tunnel_status(2, 7000, .path = 1, .peer = 1), -EEXIST);
	tunnel(2, 5000, .path = 1, .peer = 1);
}

static void a_peer_may_change_its_address(void)
{
	site_lan();
	peer(1, REMOTE_2);
	path(1, REMOTE_2);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_drop(UNKNOWN_REMOTE);
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(REMOTE_2, VTEP),
				  udp(50000, 4789, .no_checksum = true), vxlan(5000),
				  inner(FRAME(HOST_R, HOST_A))));
	expect_frame(ACCESS_1, FRAME(HOST_R, HOST_A));
	assert_int_equal(peer_status(2, REMOTE_2), -EEXIST);
	peer(2, REMOTE_1);
}

PACKET_PROGRAM(CASE(frames_go_where_their_destination_is),
	       CASE(one_address_in_two_networks_is_two_stations),
	       CASE(a_frame_never_goes_back_to_its_attachment),
	       CASE(what_came_by_a_tunnel_leaves_by_none),
	       CASE(static_and_frozen_entries_are_destinations_as_any),
	       CASE(an_attachment_that_is_down_takes_and_gives_nothing),
	       CASE(a_connection_that_is_down_takes_and_gives_nothing),
	       CASE(a_port_that_is_down_takes_and_gives_nothing),
	       CASE(each_state_of_a_path_has_its_reason),
	       CASE(a_destination_that_is_being_deleted_is_stale),
	       CASE(an_index_may_name_another_object_after_the_grace_period),
	       CASE(a_connection_may_change_its_segmentation_id_and_domain),
	       CASE(a_peer_may_change_its_address))
