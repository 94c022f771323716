/* SPDX-License-Identifier: BSD-3-Clause */
/* What a frame costs the gateway, against what it costs the drivers alone. */
#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>

#include <bgw/stage.h>

#include "bench.h"
#include "dataplane.h"
#include "series.h"
#include "worker/worker.h"

static double cycles_per_packet(const struct bench_window *window)
{
	return window->pkts == 0 ? 0 : (double)window->cycles / (double)window->pkts;
}

static void stages_print(void)
{
	printf(", \"stages\": {");
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++) {
		struct bgw_stage_counters counters;

		bgw_stage_counters_get(bench_dp, 0, (enum bgw_stage)stage, &counters);
		printf("%s\"%s\": %.1f", stage > 0 ? ", " : "",
		       bgw_stage_name((enum bgw_stage)stage),
		       counters.pkts > 0 ? (double)counters.cycles / (double)counters.pkts : 0);
	}
	printf("}");
}

void bench_forward(const struct bench_site *site, const struct bench_plan *plan)
{
	static struct series gateway, floor, over, mpps;
	const uint64_t sent_before = bench_sent_pkts();
	uint64_t pkts = 0;
	double least_share = 1;

	for (uint16_t worker = 0; worker < site->workers; worker++)
		bgw_stages_measure(bench_dp, worker, plan->stages);
	bench_gateway_run(site, plan->window_s / 2, NULL, NULL);
	for (uint32_t i = 0; i < plan->windows; i++) {
		const struct bench_window below = bench_floor_run(site, plan->window_s);
		const struct bench_window window =
			bench_gateway_run(site, plan->window_s, NULL, NULL);

		series_add(&floor, cycles_per_packet(&below));
		series_add(&gateway, cycles_per_packet(&window));
		series_add(&over, cycles_per_packet(&window) - cycles_per_packet(&below));
		series_add(&mpps, (double)window.pkts / window.seconds / 1e6);
		pkts += window.pkts;
		if (window.cpu_share < least_share)
			least_share = window.cpu_share;
	}
	printf("{\"cycles_per_packet\": %.1f, \"min\": %.1f, \"max\": %.1f, "
	       "\"floor_cycles\": %.1f, \"over_floor_cycles\": %.1f, \"mpps\": %.3f, "
	       "\"frame_bytes\": %u, \"flows\": %" PRIu32 ", \"runs\": %" PRIu32
	       ", \"cpu_share\": %.4f, \"workers\": %u, \"dropped_frames\": %" PRIu64
	       ", \"tsc_hz\": %" PRIu64,
	       series_percentile(&gateway, 50), series_percentile(&gateway, 0),
	       series_percentile(&gateway, 100), series_percentile(&floor, 50),
	       series_percentile(&over, 50), series_percentile(&mpps, 50),
	       site->frame_bytes + RTE_ETHER_CRC_LEN, site->flows, gateway.count, least_share,
	       site->workers, bench_dropped_pkts(), rte_get_tsc_hz());
	if (plan->stages)
		stages_print();
	printf("}\n");
	if (bench_sent_pkts() - sent_before < pkts)
		bench_die("%" PRIu64 " frames came in and %" PRIu64 " went out", pkts,
			  bench_sent_pkts() - sent_before);
}

void bench_rounds(const struct bench_site *site, const struct bench_plan *plan)
{
	uint64_t pkts = 0;

	(void)site;
	for (uint32_t i = 0; i < plan->rounds; i++)
		pkts += worker_round(bench_dp->workers[0]);
	printf("{\"rounds\": %" PRIu32 ", \"pkts\": %" PRIu64 "}\n", plan->rounds, pkts);
}
