/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane.h"
#include "lib/expect.h"
#include "lib/traffic.h"

/* Tables that begin narrow: what is forwarded does not change when a network gets so many stations
 * that theirs becomes wider, and wider again. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

#define STATIONS (EM_NARROWEST_BUCKETS + 1000)
#define MORE	 (EM_NARROWEST_BUCKETS * EM_WIDER + 1000)

void site_limits_hook(struct bgw_limits *limits)
{
	limits->macs = 2 * MORE;
	limits->peers = 2 * STATIONS;
	limits->connections = STATIONS;
	limits->attachments = STATIONS;
}

/* Those from `from` up to `to`: the table is as wide as widths[after] then. */
static void stations_add(uint32_t from, uint32_t to, uint32_t after)
{
	const struct em_table *fdb = &site_dp->fdb;

	assert_ptr_equal(fdb->width, &fdb->widths[after - 1]);
	for (uint32_t i = from; i < to; i++) {
		struct rte_ether_addr address = mac("06:00:00:00:00:00");

		memcpy(&address.addr_bytes[2], &i, sizeof(i));
		assert_int_equal(bgw_fdb_put(site_dp, 1, &address, at(2)), 0);
	}
	assert_ptr_equal(fdb->width, &fdb->widths[after]);
}

/* By each kind of input and output; and nothing is learned. */
static void all_is_forwarded(void)
{
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_2, FRAME(HOST_B, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_B, HOST_R)));
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_A)));
	expect_frame(ACCESS_1, FRAME(HOST_R, HOST_A));
	inject(ACCESS_3, PACKET(eth(HOST_C, HOST_A), vlan(7), payload(46)));
	expect_frame(ACCESS_1, PACKET(eth(HOST_C, HOST_A), payload(46)));
	expect_no_event();
}

static void frames_go_where_they_went(void)
{
	site_lan();
	attach(3, ACCESS_3, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 7);
	station(1, HOST_C, at(3));
	all_is_forwarded();
	stations_add(0, STATIONS, 1);
	all_is_forwarded();
	stations_add(STATIONS, MORE, 2);
	all_is_forwarded();
	inject(ACCESS_1, FRAME(HOST_A, "06:00:2a:00:00:00"));
	expect_frame(ACCESS_2, FRAME(HOST_A, "06:00:2a:00:00:00"));
	/* One that comes and goes afterwards. */
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_frame(ACCESS_2, FRAME(STRANGER, HOST_B));
	expect_event(MAC_SEEN, 1, at(1), STRANGER);
	station(1, STRANGER, at(1));
	inject(ACCESS_2, FRAME(HOST_B, STRANGER));
	expect_frame(ACCESS_1, FRAME(HOST_B, STRANGER));
	expect_no_event();
}

static void ages_come_along(void)
{
	site_lan();
	site_clock(SITE_START_S + 50);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	stations_add(0, STATIONS, 1);
	stations_add(STATIONS, MORE, 2);
	bgw_dataplane_poll(site_dp);
	assert_int_equal(station_seen_s(HOST_A), SITE_START_S + 50);
	assert_int_equal(station_seen_s(HOST_B), SITE_START_S);
	site_clock(SITE_START_S + 60);
	inject(ACCESS_2, FRAME(HOST_B, HOST_A));
	expect_frame(ACCESS_1, FRAME(HOST_B, HOST_A));
	assert_int_equal(station_seen_s(HOST_B), SITE_START_S + 60);
}

PACKET_PROGRAM(CASE(frames_go_where_they_went), CASE(ages_come_along))
