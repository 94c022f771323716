/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/traffic.h"

/* What workers tell control of sources: seen, moved, and how often; and age stamps. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

static void a_new_source_is_reported_with_its_place(void)
{
	site_lan();
	inject(ACCESS_2, FRAME(STRANGER, HOST_A));
	expect_frame(ACCESS_1, FRAME(STRANGER, HOST_A));
	expect_event(MAC_SEEN, 1, at(2), STRANGER);
	expect_no_event();
}

static void a_new_source_behind_a_tunnel_too(void)
{
	site_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(STRANGER, HOST_A)));
	expect_frame(ACCESS_1, FRAME(STRANGER, HOST_A));
	expect_event(MAC_SEEN, 1, by(1), STRANGER);
	expect_no_event();
}

static void a_source_costs_one_event_a_second_and_not_one_a_frame(void)
{
	site_lan();
	for (uint32_t n = 0; n < 64; n++)
		give(ACCESS_1, FRAME(STRANGER, HOST_B));
	site_run();
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_frames(ACCESS_2, FRAME(STRANGER, HOST_B), 65);
	expect_event(MAC_SEEN, 1, at(1), STRANGER);
	expect_no_event();
	site_clock(SITE_START_S + 2);
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_frame(ACCESS_2, FRAME(STRANGER, HOST_B));
	expect_event(MAC_SEEN, 1, at(1), STRANGER);
	expect_no_event();
}

static void a_source_that_shows_up_elsewhere_is_reported_at_once(void)
{
	site_lan();
	attach(3, ACCESS_3);
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_event(MAC_SEEN, 1, at(1), STRANGER);
	inject(ACCESS_3, FRAME(STRANGER, HOST_B));
	expect_event(MAC_SEEN, 1, at(3), STRANGER);
	expect_frames(ACCESS_2, FRAME(STRANGER, HOST_B), 2);
}

static void known_sources_are_not_reported(void)
{
	site_lan();
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_B)));
	expect_frame(ACCESS_2, FRAME(HOST_R, HOST_B));
	expect_no_event();
}

static void a_source_that_moved_is_reported_and_forwarded(void)
{
	site_lan();
	inject(ACCESS_2, FRAME(HOST_A, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)));
	expect_event(MAC_MOVED, 1, at(2), HOST_A);
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_B, HOST_A)));
	expect_frame(ACCESS_1, FRAME(HOST_B, HOST_A));
	expect_event(MAC_MOVED, 1, by(1), HOST_B);
	expect_no_event();
}

static void static_and_frozen_sources_do_not_move(void)
{
	site_lan();
	station(1, HOST_A, at(1) | BGW_REF_STATIC);
	inject(ACCESS_2, FRAME(HOST_A, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)));
	station(1, HOST_A, at(1) | BGW_REF_FROZEN);
	inject(ACCESS_2, FRAME(HOST_A, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)));
	expect_no_event();
}

static void a_frame_stamps_the_age_of_its_source(void)
{
	site_lan();
	assert_int_equal(station_seen_s(HOST_A), SITE_START_S);
	site_clock(SITE_START_S + 50);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	assert_int_equal(station_seen_s(HOST_A), SITE_START_S + 50);
	/* The destination's stays, and so does that of a source seen elsewhere. */
	assert_int_equal(station_seen_s(HOST_B), SITE_START_S);
	inject(ACCESS_1, FRAME(HOST_B, HOST_R));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_B, HOST_R)));
	assert_int_equal(station_seen_s(HOST_B), SITE_START_S);
	/* Past the clock's wrap. */
	site_clock(3);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	assert_int_equal(station_seen_s(HOST_A), 3);
}

static void a_full_attachment_takes_no_new_source(void)
{
	site_lan();
	attach(1, ACCESS_1, .refuse_new_sources = true);
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
	expect_drop(MAC_LIMIT);
	/* One that moves here is new here. */
	inject(ACCESS_1, FRAME(HOST_B, HOST_R));
	expect_drop(MAC_LIMIT);
	expect_attachment(1, .rx_pkts = 2, .rx_bytes = 120, .dropped_pkts = 2);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	inject(ACCESS_2, FRAME(STRANGER, HOST_A));
	expect_frame(ACCESS_1, FRAME(STRANGER, HOST_A));
	expect_event(MAC_SEEN, 1, at(2), STRANGER);
	expect_no_event();
}

static void addresses_that_are_no_stations_are_dropped(void)
{
	static const char *const bad[] = {"00:00:00:00:00:00", BROADCAST, MULTICAST,
					  "03:00:00:00:00:01"};

	site_lan();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		inject(ACCESS_1, FRAME(bad[i], HOST_B));
		expect_drop(BAD_SOURCE);
	}
	expect_no_event();
}

static void many_sources_are_reported_once_each(void)
{
	char source[18];

	site_lan();
	for (int round = 0; round < 2; round++) {
		for (uint32_t n = 0; n < 500; n++) {
			snprintf(source, sizeof(source), "02:55:00:00:%02x:%02x", n >> 8, n & 0xff);
			give(ACCESS_1, FRAME(source, HOST_B));
		}
		site_run();
	}
	for (uint32_t n = 0; n < 1000; n++)
		expect_some(ACCESS_2);
	for (uint32_t n = 0; n < 500; n++) {
		snprintf(source, sizeof(source), "02:55:00:00:%02x:%02x", n >> 8, n & 0xff);
		expect_event(MAC_SEEN, 1, at(1), source);
	}
	/* Two sources that share a place in the filter may be reported again, others not. */
}

static uint64_t events_lost(void)
{
	uint64_t lost = 0;

	for (uint16_t worker = 0; worker < site_workers(); worker++) {
		struct bgw_worker_counters counters;

		bgw_worker_counters_get(site_dp, worker, &counters);
		lost += counters.events_lost;
	}
	return lost;
}

static void events_that_nobody_takes_are_lost_and_counted(void)
{
	uint32_t frames = 0;

	site_lan();
	while (events_lost() == 0 && frames < 100000) {
		for (uint32_t n = 0; n < 1024; n++, frames++) {
			char source[18];

			snprintf(source, sizeof(source), "02:56:00:%02x:%02x:%02x", frames >> 16,
				 frames >> 8 & 0xff, frames & 0xff);
			give(ACCESS_1, FRAME(source, HOST_A));
		}
		site_run();
		packet_free_all();
	}
	assert_in_range(frames, 32768, 40000);
	/* Only the report is lost: each frame has its own end. */
	expect_drops(SAME_ATTACHMENT, frames);
}

PACKET_PROGRAM(
	CASE(a_new_source_is_reported_with_its_place), CASE(a_new_source_behind_a_tunnel_too),
	CASE(a_source_costs_one_event_a_second_and_not_one_a_frame),
	CASE(a_source_that_shows_up_elsewhere_is_reported_at_once),
	CASE(known_sources_are_not_reported), CASE(a_source_that_moved_is_reported_and_forwarded),
	CASE(static_and_frozen_sources_do_not_move), CASE(a_frame_stamps_the_age_of_its_source),
	CASE(a_full_attachment_takes_no_new_source),
	CASE(addresses_that_are_no_stations_are_dropped), CASE(many_sources_are_reported_once_each),
	CASE(events_that_nobody_takes_are_lost_and_counted))
