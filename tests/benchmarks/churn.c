/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether changes of the tables cost frames. Frames arrive at nine tenths of what the gateway can
 * forward, at their own times, and wait in a ring as long as a NIC's: what finds it full is lost.
 *
 * A machine that shares its cores loses frames whatever the gateway does. So there are many pairs
 * of short windows, one with changes and one without, in either order, and what tells are the pairs
 * of which one window lost frames and the other did not: changes that cost nothing have as many of
 * the one kind as of the other.
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
#define PAIR_WINDOW_S	   0.02

/* The worker's alone while it runs. */
struct arrivals {
	eth_rx_burst_t receive;
	double pkts_per_cycle;
	uint64_t start_cycles; /* when it first asked; 0 until then */
	uint64_t gone;	       /* received or lost */
	uint64_t lost;
};

static struct arrivals arrivals;

/* In place of the driver's receive function: no more than has arrived by now. */
static uint16_t receive_arrived(void *queue, struct rte_mbuf **mbufs, uint16_t max)
{
	const uint64_t now_cycles = rte_rdtsc();
	uint64_t arrived;
	uint64_t waiting;
	uint16_t count;

	if (arrivals.start_cycles == 0)
		arrivals.start_cycles = now_cycles;
	arrived =
		(uint64_t)((double)(now_cycles - arrivals.start_cycles) * arrivals.pkts_per_cycle);
	if (arrived <= arrivals.gone)
		return 0;
	waiting = arrived - arrivals.gone;
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

/* Of one kind of window. */
struct side {
	uint64_t lost_pkts;
	uint64_t lossy_alone; /* pairs in which this window lost frames and the other did not */
};

enum {
	WITHOUT_CHANGES,
	WITH_CHANGES
};

/* Frames lost in one window at the load. */
static uint64_t window_run(const struct bench_site *site, struct churn *churn, double *share)
{
	struct bench_window window;

	arrivals.gone = 0;
	arrivals.lost = 0;
	arrivals.start_cycles = 0;
	if (churn != NULL) {
		churn->start_cycles = rte_rdtsc();
		churn->changes = 0;
	}
	window = bench_gateway_run(site, PAIR_WINDOW_S, churn != NULL ? changes_make : NULL, churn);
	*share += window.cpu_share;
	return arrivals.lost;
}

/* A load and two windows at it. Changes made. */
static uint64_t pair_run(const struct bench_site *site, struct side sides[2], bool changes_first,
			 double *load_mpps, double *share)
{
	struct rte_eth_fp_ops *port = &rte_eth_fp_ops[port_table[bench_input_port(site)].ethdev_id];
	/* Each time anew: what a machine can do changes with what its neighbours do. */
	const struct bench_window most = bench_gateway_run(site, PAIR_WINDOW_S, NULL, NULL);
	struct churn churn = {.site = site};
	uint64_t lost[2];

	arrivals.pkts_per_cycle = LOAD * (double)most.pkts / (double)most.cycles;
	*load_mpps += arrivals.pkts_per_cycle * (double)rte_get_tsc_hz() / 1e6;
	arrivals.receive = port->rx_pkt_burst;
	port->rx_pkt_burst = receive_arrived;
	for (int turn = 0; turn < 2; turn++) {
		const int kind = (turn == 0) == changes_first ? WITH_CHANGES : WITHOUT_CHANGES;

		lost[kind] = window_run(site, kind == WITH_CHANGES ? &churn : NULL, share);
		sides[kind].lost_pkts += lost[kind];
	}
	port->rx_pkt_burst = arrivals.receive;
	for (int kind = 0; kind < 2; kind++)
		sides[kind].lossy_alone += lost[kind] != 0 && lost[1 - kind] == 0;
	return churn.changes;
}

void bench_churn(const struct bench_site *site, const struct bench_plan *plan)
{
	const uint64_t dropped_before = bench_dropped_pkts();
	const uint32_t pairs = (uint32_t)(plan->windows * plan->window_s / PAIR_WINDOW_S / 2);
	struct side sides[2] = {0};
	uint64_t changes = 0;
	double share = 0;
	double load_mpps = 0;

	if (pairs == 0)
		bench_die("the windows are too short for one pair of %.0f ms", PAIR_WINDOW_S * 1e3);
	for (uint32_t i = 0; i < pairs; i++)
		changes += pair_run(site, sides, i % 2 == 0, &load_mpps, &share);
	printf("{\"changes_per_s\": %.0f, \"load_mpps\": %.3f, \"lost_frames\": %" PRIu64
	       ", \"lost_frames_without_changes\": %" PRIu64 ", \"pairs\": %" PRIu32
	       ", \"pairs_lossy_with_changes\": %" PRIu64
	       ", \"pairs_lossy_without_changes\": %" PRIu64 ", \"dropped_frames\": %" PRIu64
	       ", \"runs\": %" PRIu32 ", \"cpu_share\": %.4f}\n",
	       (double)changes / (pairs * PAIR_WINDOW_S), load_mpps / pairs,
	       sides[WITH_CHANGES].lost_pkts, sides[WITHOUT_CHANGES].lost_pkts, pairs,
	       sides[WITH_CHANGES].lossy_alone, sides[WITHOUT_CHANGES].lossy_alone,
	       bench_dropped_pkts() - dropped_before, plan->windows, share / (2 * pairs));
}
