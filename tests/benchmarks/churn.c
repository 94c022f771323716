/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether changes of the tables cost frames. Frames arrive at nine tenths of what the gateway can
 * forward, at their own times, and wait in a ring as long as a NIC's: what finds it full is lost.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include <bgw/fdb.h>
#include <bgw/tunnel.h>

#include "bench.h"
#include "port/port.h"

#define RING_FRAMES	   4096
#define CHANGES_PER_SECOND 10000u
#define LOAD		   0.9

/* The worker's alone while it runs. */
struct arrivals {
	eth_rx_burst_t receive;
	double pkts_per_cycle;
	uint64_t start_cycles;
	uint64_t gone; /* received or lost */
	uint64_t lost;
};

static struct arrivals arrivals;

/* In place of the driver's receive function: no more than has arrived by now. */
static uint16_t receive_arrived(void *queue, struct rte_mbuf **mbufs, uint16_t max)
{
	const uint64_t arrived =
		(uint64_t)((double)(rte_rdtsc() - arrivals.start_cycles) * arrivals.pkts_per_cycle);
	uint64_t waiting = arrived - arrivals.gone;
	uint16_t count;

	if (arrived <= arrivals.gone)
		return 0;
	if (waiting > RING_FRAMES) {
		arrivals.lost += waiting - RING_FRAMES;
		arrivals.gone += waiting - RING_FRAMES;
		waiting = RING_FRAMES;
	}
	count = arrivals.receive(queue, mbufs, (uint16_t)RTE_MIN(waiting, (uint64_t)max));
	arrivals.gone += count;
	return count;
}

struct churn {
	const struct bench_site *site;
	uint64_t start_cycles;
	uint64_t changes;
};

/* In turn: a MAC comes, goes, or moves; a connection comes, or goes. */
static void change(struct churn *churn)
{
	const uint64_t turn = churn->changes / 5 % 1024;
	const struct rte_ether_addr mac = bench_far_mac(churn->site->flows + (uint32_t)turn);
	const uint32_t connection =
		churn->site->connections + 1 + (uint32_t)turn % churn->site->spare_connections;

	switch (churn->changes++ % 5) {
	case 0:
		bgw_fdb_put(bench_dp, 1, &mac, bgw_ref_connection(1));
		break;
	case 1:
		bench_connection_set(churn->site, connection);
		break;
	case 2:
		bgw_fdb_put(bench_dp, 1, &mac, bgw_ref_attachment(1));
		break;
	case 3:
		bgw_connection_clear(bench_dp, connection);
		break;
	default:
		bgw_fdb_remove(bench_dp, 1, &mac);
		break;
	}
}

static void changes_make(void *context)
{
	struct churn *churn = context;
	const uint64_t due =
		(rte_rdtsc() - churn->start_cycles) * CHANGES_PER_SECOND / rte_get_tsc_hz();

	while (churn->changes < due)
		change(churn);
	usleep(500);
}

/* One window at the load. Frames lost at the ring. */
static uint64_t window_run(const struct bench_site *site, double seconds, struct churn *churn,
			   double *share)
{
	struct bench_window window;

	arrivals.gone = 0;
	arrivals.lost = 0;
	arrivals.start_cycles = rte_rdtsc();
	churn->start_cycles = rte_rdtsc();
	churn->changes = 0;
	window = bench_gateway_run(site, seconds, churn->site != NULL ? changes_make : NULL, churn);
	*share = RTE_MIN(*share, window.cpu_share);
	return arrivals.lost;
}

void bench_churn(const struct bench_site *site, const struct bench_plan *plan)
{
	struct rte_eth_fp_ops *port = &rte_eth_fp_ops[port_table[bench_input_port(site)].ethdev_id];
	const uint64_t dropped_before = bench_dropped_pkts();
	uint64_t changes = 0;
	uint64_t lost = 0;
	uint64_t lost_in_quiet = 0;
	double share = 1;
	double load_mpps = 0;

	arrivals.receive = port->rx_pkt_burst;
	for (uint32_t i = 0; i < plan->windows; i++) {
		/* Each time anew: what a machine can do changes with what its neighbours do. */
		const struct bench_window most =
			bench_gateway_run(site, plan->window_s / 4, NULL, NULL);
		struct churn quiet = {0};
		struct churn churn = {.site = site};

		arrivals.pkts_per_cycle = LOAD * (double)most.pkts / (double)most.cycles;
		load_mpps += arrivals.pkts_per_cycle * (double)rte_get_tsc_hz() / 1e6;
		port->rx_pkt_burst = receive_arrived;
		lost_in_quiet += window_run(site, plan->window_s, &quiet, &share);
		lost += window_run(site, plan->window_s, &churn, &share);
		port->rx_pkt_burst = arrivals.receive;
		changes += churn.changes;
	}
	printf("{\"changes_per_s\": %.0f, \"load_mpps\": %.3f, \"lost_frames\": %" PRIu64
	       ", \"lost_frames_without_changes\": %" PRIu64 ", \"dropped_frames\": %" PRIu64
	       ", \"runs\": %" PRIu32 ", \"cpu_share\": %.4f}\n",
	       (double)changes / (plan->windows * plan->window_s), load_mpps / plan->windows, lost,
	       lost_in_quiet, bench_dropped_pkts() - dropped_before, plan->windows, share);
}
