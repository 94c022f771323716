/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/port.h>

#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/* The last step: drivers that take no more, and the ports' counters. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

static struct bgw_port_counters counters_of(uint16_t port)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	return counters;
}

static void ports_count_what_drivers_gave_and_took(void)
{
	site_lan();
	for (uint32_t n = 0; n < 10; n++)
		give(ACCESS_1, FRAME(HOST_A, HOST_R));
	give(ACCESS_1, FRAME(MULTICAST, HOST_R));
	site_run();
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)), 10);
	expect_drop(BAD_SOURCE);
	assert_int_equal(counters_of(ACCESS_1).rx_pkts, 11);
	assert_int_equal(counters_of(ACCESS_1).rx_bytes, 660);
	assert_int_equal(counters_of(ACCESS_1).tx_pkts, 0);
	assert_int_equal(counters_of(UNDERLAY_1).tx_pkts, 10);
	assert_int_equal(counters_of(UNDERLAY_1).tx_bytes, 1100);
	assert_int_equal(counters_of(UNDERLAY_1).rx_pkts, 0);
}

static void a_chained_frame_counts_all_its_bytes(void)
{
	site_lan();
	inject_shaped(ACCESS_1, UDP_FRAME(HOST_A, HOST_B, 1000), .segments = 3);
	expect_frame(ACCESS_2, UDP_FRAME(HOST_A, HOST_B, 1000));
	assert_int_equal(counters_of(ACCESS_1).rx_bytes, 1042);
	assert_int_equal(counters_of(ACCESS_2).tx_bytes, 1042);
}

static void what_the_driver_does_not_take_is_dropped(void)
{
	site_lan();
	ring_port_room_set(ACCESS_2, 3);
	for (uint32_t n = 0; n < 10; n++)
		give(ACCESS_1, FRAME(HOST_A, HOST_B));
	site_run();
	expect_frames(ACCESS_2, FRAME(HOST_A, HOST_B), 3);
	expect_drops(TX_FULL, 7);
	assert_int_equal(counters_of(ACCESS_2).tx_pkts, 3);
	assert_int_equal(counters_of(ACCESS_2).tx_bytes, 180);
}

/* Shared payloads too give their buffers back. */
static void replicas_that_the_driver_does_not_take_are_dropped(void)
{
	site_lan();
	ring_port_room_set(ACCESS_2, 0);
	ring_port_room_set(UNDERLAY_1, 1);
	for (uint32_t n = 0; n < 4; n++)
		give(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, 1000));
	site_run();
	expect_drops(TX_FULL, 7);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, UDP_FRAME(HOST_A, BROADCAST, 1000)));
}

static void more_than_a_buffer_of_frames_keeps_its_order(void)
{
	site_lan();
	for (uint32_t n = 0; n < 1000; n++)
		give(ACCESS_1, UDP_FRAME(HOST_A, HOST_B, 18 + n));
	site_run();
	for (uint32_t n = 0; n < 1000; n++)
		expect_frame(ACCESS_2, UDP_FRAME(HOST_A, HOST_B, 18 + n));
}

static void a_port_that_went_away_is_a_reason(void)
{
	site_lan();
	port_table[ACCESS_2].present = false;
	port_table[UNDERLAY_1].present = false;
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_drop(NO_PORT);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_drop(NO_PORT);
}

PACKET_PROGRAM(CASE(ports_count_what_drivers_gave_and_took),
	       CASE(a_chained_frame_counts_all_its_bytes),
	       CASE(what_the_driver_does_not_take_is_dropped),
	       CASE(replicas_that_the_driver_does_not_take_are_dropped),
	       CASE(more_than_a_buffer_of_frames_keeps_its_order),
	       CASE(a_port_that_went_away_is_a_reason))
