/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>

#include <bgw/counter.h>
#include <bgw/worker.h>

#include "port/port.h"
#include "stage/frame.h"

static clockid_t worker_clock[BGW_MAX_WORKERS];

struct floor_worker {
	uint16_t worker;
	uint16_t output;
	uint64_t pkts;
	uint64_t cycles;
};

static struct floor_worker floor_workers[BGW_MAX_WORKERS];
static bool floor_runs;

static int clock_find(void *argument)
{
	return pthread_getcpuclockid(pthread_self(), argument);
}

void bench_clocks_start(const struct bench_site *site)
{
	for (uint16_t id = 0; id < site->workers; id++) {
		if (rte_eal_remote_launch(clock_find, &worker_clock[id], id + 1u) != 0 ||
		    rte_eal_wait_lcore(id + 1u) != 0)
			bench_die("worker %u has no clock", id);
	}
}

static double clock_seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void macs_swap(struct rte_mbuf *mbuf)
{
	struct rte_ether_hdr *header = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
	const struct rte_ether_addr destination = header->dst_addr;

	header->dst_addr = header->src_addr;
	header->src_addr = destination;
}

static uint32_t floor_round(const struct floor_worker *self)
{
	const struct port_worker *ports = &port_worker_table[self->worker];
	const struct port *output = &port_table[self->output];
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint32_t total = 0;

	for (uint16_t i = 0; i < ports->rx_count; i++) {
		const uint16_t count = rte_eth_rx_burst(ports->rx[i].ethdev_id, ports->rx[i].queue,
							mbufs, BURST_FRAMES);
		uint16_t sent;

		if (count == 0)
			continue;
		for (uint16_t j = 0; j < count; j++) {
			if (j + 4 < count)
				rte_prefetch0(rte_pktmbuf_mtod(mbufs[j + 4], void *));
			macs_swap(mbufs[j]);
		}
		sent = rte_eth_tx_burst(output->ethdev_id, output->tx_queue[self->worker], mbufs,
					count);
		rte_pktmbuf_free_bulk(&mbufs[sent], count - sent);
		total += count;
	}
	return total;
}

static int floor_main(void *argument)
{
	struct floor_worker *self = argument;
	const uint64_t start = rte_rdtsc();

	self->pkts = 0;
	while (__atomic_load_n(&floor_runs, __ATOMIC_RELAXED))
		self->pkts += floor_round(self);
	self->cycles = rte_rdtsc() - start;
	return 0;
}

static void floor_start(const struct bench_site *site)
{
	__atomic_store_n(&floor_runs, true, __ATOMIC_RELAXED);
	for (uint16_t id = 0; id < site->workers; id++) {
		floor_workers[id] =
			(struct floor_worker){.worker = id, .output = bench_output_port(site)};
		if (rte_eal_remote_launch(floor_main, &floor_workers[id], id + 1u) != 0)
			bench_die("worker %u does not start", id);
	}
}

static void floor_stop(const struct bench_site *site)
{
	__atomic_store_n(&floor_runs, false, __ATOMIC_RELAXED);
	for (uint16_t id = 0; id < site->workers; id++)
		rte_eal_wait_lcore(id + 1u);
}

struct stopwatch {
	double cpu_seconds[BGW_MAX_WORKERS];
	uint64_t cycles;
};

static struct stopwatch stopwatch_start(const struct bench_site *site)
{
	struct stopwatch watch = {.cycles = rte_rdtsc()};

	for (uint16_t id = 0; id < site->workers; id++)
		watch.cpu_seconds[id] = clock_seconds(worker_clock[id]);
	return watch;
}

static void stopwatch_stop(const struct bench_site *site, const struct stopwatch *start,
			   struct bench_window *window)
{
	window->seconds = (double)(rte_rdtsc() - start->cycles) / (double)rte_get_tsc_hz();
	window->cpu_share = 1;
	for (uint16_t id = 0; id < site->workers; id++) {
		const double share = (clock_seconds(worker_clock[id]) - start->cpu_seconds[id]) /
				     window->seconds;

		if (share < window->cpu_share)
			window->cpu_share = share;
	}
}

static void wait_until(uint64_t end_cycles, void (*meanwhile)(void *context), void *context)
{
	while (rte_rdtsc() < end_cycles) {
		bgw_dataplane_poll(bench_dp);
		if (meanwhile != NULL)
			meanwhile(context);
		else
			usleep(2000);
	}
}

struct bench_window bench_floor_run(const struct bench_site *site, double seconds)
{
	struct bench_window window = {0};
	const struct stopwatch watch = stopwatch_start(site);

	floor_start(site);
	wait_until(watch.cycles + (uint64_t)(seconds * (double)rte_get_tsc_hz()), NULL, NULL);
	floor_stop(site);
	stopwatch_stop(site, &watch, &window);
	for (uint16_t id = 0; id < site->workers; id++) {
		window.pkts += floor_workers[id].pkts;
		window.cycles += floor_workers[id].cycles;
	}
	return window;
}

static struct bgw_worker_counters worker_sum(const struct bench_site *site)
{
	struct bgw_worker_counters sum = {0};

	for (uint16_t id = 0; id < site->workers; id++) {
		struct bgw_worker_counters one;

		bgw_worker_counters_get(bench_dp, id, &one);
		sum.rx_pkts += one.rx_pkts;
		sum.busy_cycles += one.busy_cycles;
		sum.idle_cycles += one.idle_cycles;
	}
	return sum;
}

struct bench_window bench_gateway_run(const struct bench_site *site, double seconds,
				      void (*meanwhile)(void *context), void *context)
{
	const struct bgw_worker_counters before = worker_sum(site);
	const struct stopwatch watch = stopwatch_start(site);
	struct bench_window window = {0};
	struct bgw_worker_counters after;

	if (bgw_workers_start(bench_dp, false) != 0)
		bench_die("the workers do not start");
	wait_until(watch.cycles + (uint64_t)(seconds * (double)rte_get_tsc_hz()), meanwhile,
		   context);
	bgw_workers_stop(bench_dp);
	stopwatch_stop(site, &watch, &window);
	after = worker_sum(site);
	window.pkts = after.rx_pkts - before.rx_pkts;
	window.cycles =
		after.busy_cycles + after.idle_cycles - before.busy_cycles - before.idle_cycles;
	return window;
}
