/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <string.h>

#include <bgw/port.h>
#include <bgw/stage.h>

#include "dataplane.h"
#include "lib/expect.h"
#include "lib/traffic.h"
#include "worker/worker.h"

/*
 * Where the cycles go: each stage of a measured worker counts the frames that it was given, and no
 * other does. A round here that site_run() makes is the first of a worker's 64, so it is measured.
 */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)
#define SOME		  37

static void measure_all(bool on)
{
	for (uint16_t worker = 0; worker < site_workers(); worker++)
		bgw_stages_measure(site_dp, worker, on);
}

/* Of all workers. */
static struct bgw_stage_counters counted(enum bgw_stage stage)
{
	struct bgw_stage_counters sum = {0};

	for (uint16_t worker = 0; worker < site_workers(); worker++) {
		struct bgw_stage_counters counters;

		bgw_stage_counters_get(site_dp, worker, stage, &counters);
		sum.pkts += counters.pkts;
		sum.cycles += counters.cycles;
	}
	return sum;
}

/* A frame that one worker hands over to another moves in rounds of both. */
#define ANY_FRAMES UINT64_MAX

/* The stages that were given frames, and how many; no other stage took time for any. */
struct given {
	uint64_t pkts[BGW_STAGE_COUNT];
};

static void expect_stages_given(const struct given *given, struct site_line here)
{
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++) {
		const struct bgw_stage_counters is = counted((enum bgw_stage)stage);
		const uint64_t wanted = given->pkts[stage];
		const char *name = bgw_stage_name((enum bgw_stage)stage);

		if (wanted == ANY_FRAMES ? is.pkts == 0 : is.pkts != wanted)
			expect_fail(here,
				    "stage %s was given %" PRIu64 " frames, expected %" PRIu64,
				    name, is.pkts, wanted);
		if ((is.cycles != 0) != (is.pkts != 0))
			expect_fail(here, "stage %s took %" PRIu64 " cycles for %" PRIu64 " frames",
				    name, is.cycles, is.pkts);
	}
}

#define stages_given(...)    \
	expect_stages_given( \
		&(struct given){.pkts = {[BGW_STAGE_ROUND] = ANY_FRAMES, __VA_ARGS__}}, HERE)
#define no_stage_given() expect_stages_given(&(struct given){0}, HERE)
#define GIVEN(stage_)	 [BGW_STAGE_##stage_]

static void give_some(uint16_t port, const struct packet *packet)
{
	for (uint32_t n = 0; n < SOME; n++)
		give(port, packet);
	site_run();
}

static void both_ways(void)
{
	give_some(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)), SOME);
	give_some(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_B)));
	expect_frames(ACCESS_2, FRAME(HOST_R, HOST_B), SOME);
}

static void nothing_counts_unless_asked(void)
{
	site_lan();
	for (uint16_t worker = 0; worker < site_workers(); worker++)
		assert_false(bgw_stages_are_measured(site_dp, worker));
	both_ways();
	no_stage_given();
}

static void into_a_tunnel(void)
{
	site_lan();
	measure_all(true);
	give_some(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)), SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME, GIVEN(BRIDGE) = SOME,
		     GIVEN(ENCAP) = SOME, GIVEN(TRANSMIT) = SOME);
}

static void out_of_a_tunnel(void)
{
	site_lan();
	measure_all(true);
	give_some(UNDERLAY_1, VXLAN_GOT(5000, FRAME(HOST_R, HOST_B)));
	expect_frames(ACCESS_2, FRAME(HOST_R, HOST_B), SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(UNDERLAY_INPUT) = SOME, GIVEN(DECAP) = SOME,
		     GIVEN(BRIDGE) = SOME, GIVEN(ACCESS_OUTPUT) = SOME, GIVEN(TRANSMIT) = SOME);
}

static void from_port_to_port(void)
{
	site_lan();
	measure_all(true);
	give_some(ACCESS_1, FRAME(HOST_A, HOST_B));
	expect_frames(ACCESS_2, FRAME(HOST_A, HOST_B), SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME, GIVEN(BRIDGE) = SOME,
		     GIVEN(ACCESS_OUTPUT) = SOME, GIVEN(TRANSMIT) = SOME);
}

static void replicas_are_given_to_what_sends_them(void)
{
	site_lan();
	measure_all(true);
	give_some(ACCESS_1, FRAME(HOST_A, BROADCAST));
	expect_frames(ACCESS_2, FRAME(HOST_A, BROADCAST), SOME);
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, BROADCAST)), SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME, GIVEN(BRIDGE) = SOME,
		     GIVEN(FLOOD) = SOME, GIVEN(ACCESS_OUTPUT) = SOME, GIVEN(ENCAP) = SOME,
		     GIVEN(TRANSMIT) = 2 * SOME);
}

static void what_is_dropped_goes_no_further(void)
{
	site_lan();
	measure_all(true);
	give_some(ACCESS_1, FRAME(HOST_A, HOST_A));
	expect_drops(SAME_ATTACHMENT, SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME, GIVEN(BRIDGE) = SOME);
}

static void stages_called_for_nothing_are_not_named(void)
{
	site_lan();
	measure_all(true);
	give_some(ACCESS_3, FRAME(HOST_A, HOST_B));
	expect_drops(NO_ATTACHMENT, SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME);
	give_some(UNDERLAY_1, FRAME(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)));
	expect_drops(NOT_A_TUNNEL, SOME);
	stages_given(GIVEN(RECEIVE) = 2 * SOME, GIVEN(ACCESS_INPUT) = SOME,
		     GIVEN(UNDERLAY_INPUT) = SOME);
}

static void what_is_too_big_is_given_to_who_answers(void)
{
	site_lan();
	path(1, REMOTE_1, .mtu_bytes = 1000);
	measure_all(true);
	give_some(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 1000));
	expect_drops(TOO_BIG, SOME);
	stages_given(GIVEN(RECEIVE) = SOME, GIVEN(ACCESS_INPUT) = SOME, GIVEN(BRIDGE) = SOME,
		     GIVEN(ENCAP) = SOME, GIVEN(TOO_BIG) = SOME);
}

static void rounds_without_frames_are_no_frames_cost(void)
{
	site_lan();
	measure_all(true);
	site_run();
	no_stage_given();
}

static void nothing_more_counts_when_it_ends(void)
{
	struct bgw_stage_counters before[BGW_STAGE_COUNT];

	site_lan();
	measure_all(true);
	both_ways();
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++)
		before[stage] = counted((enum bgw_stage)stage);
	measure_all(false);
	both_ways();
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++) {
		const struct bgw_stage_counters after = counted((enum bgw_stage)stage);

		assert_memory_equal(&after, &before[stage], sizeof(after));
	}
	measure_all(true);
	both_ways();
	assert_int_equal(counted(BGW_STAGE_RECEIVE).pkts, 2 * before[BGW_STAGE_RECEIVE].pkts);
}

/* Takes rounds 0 to 127 of the worker that receives from ACCESS_1, a frame in each. */
static void two_rounds_of_128_are_measured(void)
{
	struct bgw_port_info info;
	struct worker *worker;

	site_lan();
	bgw_port_info_get(ACCESS_1, &info);
	worker = site_dp->workers[info.rx_worker[0]];
	measure_all(true);
	for (uint64_t round = 0; round < 128; round++) {
		worker->counters.rounds = round;
		give(ACCESS_1, FRAME(HOST_A, HOST_R));
		site_round(worker->id);
	}
	assert_int_equal(counted(BGW_STAGE_RECEIVE).pkts, 2);
	assert_int_equal(counted(BGW_STAGE_ENCAP).pkts, 2);
	worker->counters.rounds = 1;
	site_run();
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)), 128);
}

static void each_worker_is_asked_for_itself(void)
{
	struct bgw_stage_counters counters;
	struct bgw_port_info info;

	site_lan();
	bgw_port_info_get(ACCESS_1, &info);
	for (uint16_t worker = 0; worker < site_workers() + 1; worker++)
		bgw_stages_measure(site_dp, worker, worker != info.rx_worker[0]);
	assert_false(bgw_stages_are_measured(site_dp, info.rx_worker[0]));
	assert_false(bgw_stages_are_measured(site_dp, site_workers()));
	give_some(ACCESS_1, FRAME(HOST_A, HOST_R));
	expect_frames(UNDERLAY_1, VXLAN_SENT(5000, FRAME(HOST_A, HOST_R)), SOME);
	assert_int_equal(counted(BGW_STAGE_RECEIVE).pkts, 0);
	assert_int_equal(counted(BGW_STAGE_ENCAP).pkts, 0);
	memset(&counters, 0xff, sizeof(counters));
	bgw_stage_counters_get(site_dp, site_workers(), BGW_STAGE_RECEIVE, &counters);
	assert_int_equal(counters.pkts, 0);
	assert_int_equal(counters.cycles, 0);
}

PACKET_PROGRAM(CASE(nothing_counts_unless_asked), CASE(into_a_tunnel), CASE(out_of_a_tunnel),
	       CASE(from_port_to_port), CASE(replicas_are_given_to_what_sends_them),
	       CASE(what_is_dropped_goes_no_further), CASE(stages_called_for_nothing_are_not_named),
	       CASE(what_is_too_big_is_given_to_who_answers),
	       CASE(rounds_without_frames_are_no_frames_cost),
	       CASE(nothing_more_counts_when_it_ends), CASE(two_rounds_of_128_are_measured),
	       CASE(each_worker_is_asked_for_itself))
