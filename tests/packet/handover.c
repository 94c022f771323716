/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ring.h>

#include <bgw/port.h>

#include "lib/expect.h"
#include "lib/traffic.h"
#include "port/port.h"

/* Two workers and ports of one queue: one worker sends for both. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)

/* A port whose frames the worker that receives from `in` hands over; 0: there is none. */
static uint16_t port_handed_over_from(uint16_t in)
{
	struct bgw_port_info info;

	bgw_port_info_get(in, &info);
	for (uint16_t port = ACCESS_1; port <= ACCESS_3; port++)
		if (port != in && port_table[port].tx_handover != NULL &&
		    port_table[port].tx_queue[info.rx_worker[0]] == BGW_PORT_NO_QUEUE)
			return port;
	return 0;
}

static void the_owner_sends_for_the_other_worker(void)
{
	uint16_t out = port_handed_over_from(ACCESS_1);
	struct bgw_port_info info;

	assert_int_not_equal(out, 0);
	bgw_port_info_get(ACCESS_1, &info);
	attach(1, ACCESS_1);
	attach(2, out);
	domain(1, at(1), at(2));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	give(ACCESS_1, FRAME(HOST_A, HOST_B));
	site_round(info.rx_worker[0]);
	assert_int_equal(rte_ring_count(port_table[out].tx_handover), 1);
	expect_nothing();
	site_round(port_table[out].tx_handover_owner);
	expect_frame(out, FRAME(HOST_A, HOST_B));
}

static void a_full_ring_between_workers_drops(void)
{
	uint16_t out = port_handed_over_from(ACCESS_1);
	struct bgw_port_info info;
	uint32_t room, given = 0;

	bgw_port_info_get(ACCESS_1, &info);
	attach(1, ACCESS_1);
	attach(2, out);
	domain(1, at(1), at(2));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	room = rte_ring_free_count(port_table[out].tx_handover);
	while (given < room + 100) {
		for (uint32_t n = 0; n < 50; n++, given++)
			give(ACCESS_1, FRAME(HOST_A, HOST_B));
		site_round(info.rx_worker[0]);
	}
	expect_drops(TX_HANDOVER_FULL, given - room);
	site_run();
	expect_frames(out, FRAME(HOST_A, HOST_B), room);
}

PACKET_PROGRAM(CASE(the_owner_sends_for_the_other_worker), CASE(a_full_ring_between_workers_drops))
