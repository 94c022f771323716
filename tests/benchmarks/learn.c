/* SPDX-License-Identifier: BSD-3-Clause */
/* How many new stations a second the gateway learns, with the keeper of the FDB that bgwd has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include <bgw/counter.h>

#include "bench.h"
#include "fdb.h"
#include "port/port.h"

#define NEW_PER_SECOND 1000000u
/* Flow numbers of stations that nobody has seen. */
#define FIRST_NEW 0x01000000u

/* The worker's alone while it runs. */
struct newcomers {
	uint64_t start_cycles;
	uint32_t introduced;
};

static struct newcomers newcomers;

static uint64_t now_ns(void *arg)
{
	struct timespec time;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Gives frames new sources, as many as are due since the window began. */
static uint16_t introduce(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count,
			  uint16_t max, void *context)
{
	struct newcomers *self = context;
	const uint64_t elapsed_cycles = rte_rdtsc() - self->start_cycles;
	const uint64_t due = elapsed_cycles * NEW_PER_SECOND / rte_get_tsc_hz();

	(void)port;
	(void)queue;
	(void)max;
	for (uint16_t i = 0; i < count && self->introduced < due; i++) {
		const struct rte_ether_addr mac = bench_near_mac(FIRST_NEW + self->introduced++);

		memcpy(rte_pktmbuf_mtod_offset(mbufs[i], uint8_t *, RTE_ETHER_ADDR_LEN), &mac,
		       sizeof(mac));
	}
	return count;
}

/* The daemon's cadence. */
struct keeper {
	struct fdb *fdb;
	uint64_t next_ns;
};

static void keeper_tick(void *context)
{
	struct keeper *keeper = context;
	const uint64_t now = now_ns(NULL);

	if (now < keeper->next_ns) {
		usleep(100);
		return;
	}
	fdb_tick(keeper->fdb);
	keeper->next_ns = now_ns(NULL) + fdb_tick_delay_ms(keeper->fdb) * UINT64_C(1000000);
}

static struct keeper keeper_open(const struct bench_site *site)
{
	static const struct fdb_operations operations = {.now_ns = now_ns};
	const struct bgw_limits limits = {
		.macs = site->macs, .connections = 2, .attachments = 2, .domains = 2};
	struct keeper keeper = {.fdb = fdb_create(bench_dp, &limits, &operations, NULL)};

	if (keeper.fdb == NULL)
		bench_die("no memory for the keeper of the FDB");
	fdb_domain_set(keeper.fdb, 1, 300, 0);
	fdb_attachment_set(keeper.fdb, 1, BENCH_ACCESS_PORT, 0);
	fdb_connection_set(keeper.fdb, 1);
	return keeper;
}

static void learned_forget(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct rte_ether_addr mac = bench_near_mac(FIRST_NEW + i);

		bgw_fdb_remove(bench_dp, 1, &mac);
		bgw_dataplane_poll(bench_dp);
	}
}

static uint64_t events_lost(void)
{
	struct bgw_worker_counters counters;

	bgw_worker_counters_get(bench_dp, 0, &counters);
	return counters.events_lost;
}

void bench_learn(const struct bench_site *site, const struct bench_plan *plan)
{
	struct keeper keeper = keeper_open(site);
	const uint64_t dropped_before = bench_dropped_pkts();
	uint64_t introduced = 0;
	uint64_t learned = 0;
	double least_share = 1;
	double seconds = 0;
	double mpps = 0;

	rte_eth_add_rx_callback(port_table[BENCH_ACCESS_PORT].ethdev_id, 0, introduce, &newcomers);
	for (uint32_t i = 0; i < plan->windows; i++) {
		const uint32_t before = bgw_fdb_count(bench_dp);
		struct bench_window window;
		uint64_t end_ns;

		newcomers = (struct newcomers){.start_cycles = rte_rdtsc()};
		window = bench_gateway_run(site, plan->window_s, keeper_tick, &keeper);
		end_ns = now_ns(NULL) + 100000000;
		while (now_ns(NULL) < end_ns)
			keeper_tick(&keeper);
		introduced += newcomers.introduced;
		learned += bgw_fdb_count(bench_dp) - before;
		seconds += window.seconds;
		mpps += (double)window.pkts / window.seconds / 1e6;
		if (window.cpu_share < least_share)
			least_share = window.cpu_share;
		learned_forget(newcomers.introduced);
	}
	printf("{\"new_macs_per_s\": %.0f, \"learned_per_s\": %.0f, \"introduced\": %" PRIu64
	       ", \"learned\": %" PRIu64 ", \"events_lost\": %" PRIu64 ", \"lost_frames\": %" PRIu64
	       ", \"mpps\": %.3f, \"runs\": %" PRIu32 ", \"cpu_share\": %.4f}\n",
	       (double)introduced / seconds, (double)learned / seconds, introduced, learned,
	       events_lost(), bench_dropped_pkts() - dropped_before, mpps / plan->windows,
	       plan->windows, least_share);
	fdb_destroy(keeper.fdb);
}
