/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a datagram of a negotiation costs a worker: `bench-negotiation --help`. Datagrams of all
 * sessions in turn wait in the ring of an underlay port, as in a NIC's queue, and the worker goes
 * its rounds until it has dealt with them: received, looked up, authenticated, answered, the answer
 * authenticated and given to the driver. Only these rounds are measured; what is answered is
 * counted by the far ends, who check each answer's tag; "unasked" is what the worker sent besides:
 * bytes again that were not taken in time, and empty datagrams.
 */
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>

#include <bgw/port.h>

#include "../packet/lib/ring_port.h"
#include "far_ends.h"
#include "negotiation/negotiation.h"
#include "series.h"

/* Datagrams that wait at once at most: what the bursts before left in the caches is not theirs. */
#define BATCH_BURSTS 16
/* Of a burst that brings something else, what negotiation takes at most. */
#define SHARE NEGOTIATION_TAGS_SHARED

struct plan {
	uint32_t sessions;
	uint32_t interval_ms;
	uint32_t beside; /* packets of a tunnel in a burst */
	uint32_t forged; /* datagrams in a burst */
	uint32_t windows;
	uint32_t rounds; /* batches, and no time is told: for callgrind */
	double seconds;
	uint16_t core;
	bool hugepages;
};

/* What a burst holds. */
struct mix {
	uint32_t datagrams, beside, forged;
};

static struct bgw_dataplane *dp;
static uint32_t sessions;

static uint32_t next_session(void)
{
	static uint32_t next;

	next = next % sessions + 1;
	return next;
}

/* A burst of the mix, what there is of each kind spread evenly over it. */
static void burst_give(const struct mix *mix)
{
	const uint32_t total = mix->datagrams + mix->beside + mix->forged;
	uint32_t datagrams = 0;

	for (uint32_t i = 0; i < total; i++) {
		struct rte_mbuf *mbuf;

		if ((i + 1) * mix->datagrams / total > datagrams) {
			mbuf = far_ends_datagram(next_session(), false);
			datagrams++;
		} else if (mix->beside > 0) {
			mbuf = far_ends_tunnel_packet(i);
		} else {
			mbuf = far_ends_datagram(1 + (uint32_t)rand() % sessions, true);
		}
		ring_port_give_mbuf(UNDERLAY_1, mbuf);
	}
}

/* Returns the cycles that the worker took for `bursts` of the mix. */
static uint64_t batch_run(const struct mix *mix, uint32_t bursts)
{
	uint64_t began, ended;

	for (uint32_t i = 0; i < bursts; i++)
		burst_give(mix);
	began = rte_rdtsc_precise();
	while (!ring_port_is_drained(UNDERLAY_1))
		worker_round(dp->workers[0]);
	ended = rte_rdtsc_precise();
	far_ends_take();
	return ended - began;
}

/* Of the time since the last call, what this thread had of its core. */
static double cpu_share(void)
{
	static struct timespec wall_before, cpu_before;
	struct timespec wall, cpu;
	double share;

	clock_gettime(CLOCK_MONOTONIC, &wall);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	share = ((double)(cpu.tv_sec - cpu_before.tv_sec) +
		 (double)(cpu.tv_nsec - cpu_before.tv_nsec) / 1e9) /
		((double)(wall.tv_sec - wall_before.tv_sec) +
		 (double)(wall.tv_nsec - wall_before.tv_nsec) / 1e9);
	wall_before = wall;
	cpu_before = cpu;
	return share;
}

/* What is measured, and what comes along and is taken off. */
static void mixes_make(const struct plan *plan, struct mix *measured, struct mix *along)
{
	const uint32_t others = plan->beside + plan->forged;

	measured->datagrams = others > 0 ? SHARE : BURST_FRAMES;
	measured->beside = plan->beside;
	measured->forged = plan->forged;
	along->datagrams = plan->forged > 0 ? SHARE : 0;
	along->beside = plan->beside;
	along->forged = 0;
}

/* Cycles of batches of a mix. */
struct spent {
	uint64_t cycles;
	uint64_t best; /* of one batch */
};

static void spent_add(struct spent *spent, uint64_t cycles)
{
	spent->cycles += cycles;
	if (spent->best == 0 || cycles < spent->best)
		spent->best = cycles;
}

/* A window's cycles for each packet that is measured, and for each that comes along. */
static double window_run(const struct plan *plan, double *along_cycles, double *best)
{
	const uint64_t until = rte_rdtsc() + (uint64_t)(plan->seconds * (double)rte_get_tsc_hz());
	struct mix measured, along;
	struct spent spent = {0}, spent_along = {0};
	uint32_t batch = BATCH_BURSTS, packets_along, packets;
	uint64_t bursts = 0;

	mixes_make(plan, &measured, &along);
	packets_along = along.datagrams + along.beside;
	packets = plan->forged > 0 ? plan->forged : measured.datagrams;
	/* A session's next datagram awaits the answer to this one. */
	while (batch > 1 && batch * measured.datagrams > plan->sessions)
		batch--;
	for (uint32_t round = 0; plan->rounds > 0 ? round < plan->rounds : rte_rdtsc() < until;
	     round++) {
		spent_add(&spent, batch_run(&measured, batch));
		if (packets_along > 0)
			spent_add(&spent_along, batch_run(&along, batch));
		bursts += batch;
	}
	*along_cycles = packets_along > 0
				? (double)spent_along.cycles / (double)(bursts * packets_along)
				: 0;
	*best = ((double)spent.best - (double)spent_along.best) / (batch * packets);
	return ((double)spent.cycles - (double)spent_along.cycles) / (double)(bursts * packets);
}

static uint64_t dropped(enum bgw_drop reason)
{
	uint64_t count = 0;

	for (uint32_t port = 0; port < BGW_MAX_PORTS; port++)
		count += dp->workers[0]->port_counters[port].drops[reason];
	return count;
}

static void windows_run(const struct plan *plan)
{
	static struct series results, along, batches;
	double along_cycles, best, share, median;

	window_run(plan, &along_cycles, &best);
	far_ends_count = (struct far_ends_count){0};
	cpu_share();
	for (uint32_t i = 0; i < plan->windows; i++) {
		series_add(&results, window_run(plan, &along_cycles, &best));
		series_add(&along, along_cycles);
		series_add(&batches, best);
	}
	share = cpu_share();
	median = series_percentile(&results, 50);
	printf("{\"cycles_per_datagram\": %.1f, \"min\": %.1f, \"max\": %.1f, "
	       "\"best_batch\": %.1f, \"sessions\": %u, "
	       "\"interval_ms\": %u, \"asked\": %llu, \"answered\": %llu, \"unasked\": %llu, "
	       "\"forged\": %llu, "
	       "\"forwarded\": %llu, \"forwarding_cycles\": %.1f, \"mega_datagrams_per_s\": %.3f, "
	       "\"cpu_share\": %.4f, \"tsc_hz\": %llu}\n",
	       median, series_percentile(&results, 0), series_percentile(&results, 100),
	       series_percentile(&batches, 0), sessions, plan->interval_ms,
	       (unsigned long long)far_ends_count.asked,
	       (unsigned long long)far_ends_count.answered,
	       (unsigned long long)(far_ends_count.said - far_ends_count.answered),
	       (unsigned long long)dropped(BGW_DROP_NEGOTIATION_FORGED),
	       (unsigned long long)far_ends_count.forwarded, series_percentile(&along, 50),
	       (double)rte_get_tsc_hz() / median / 1e6, share,
	       (unsigned long long)rte_get_tsc_hz());
}

static void usage(FILE *file)
{
	fprintf(file,
		"usage: bench-negotiation [--OPTION VALUE]...\n\n"
		"  --sessions N     with as many remote gateways (1000)\n"
		"  --interval-ms N  of the sessions (10)\n"
		"  --beside N       packets of a tunnel in each burst, with %u datagrams (0: "
		"none,\n"
		"                   and a burst is full of datagrams); their own cost is taken "
		"off\n"
		"  --forged N       datagrams with wrong tags in each burst, with %u good ones; "
		"their\n"
		"                   cost is what is told (0)\n"
		"  --windows N, --seconds S   (15, 1)\n"
		"  --core N         CPU to measure on (1)\n"
		"  --rounds N       so many batches, and none before: for callgrind\n"
		"  --no-hugepages\n",
		SHARE, SHARE);
}

static uint32_t number(const char *text, uint32_t least, uint32_t most)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < least || value > most) {
		fprintf(stderr, "\"%s\" is not a number from %u to %u\n", text, least, most);
		exit(2);
	}
	return (uint32_t)value;
}

static void plan_read(struct plan *plan, int argc, char **argv)
{
	static const struct option options[] = {{"sessions", required_argument, NULL, 's'},
						{"interval-ms", required_argument, NULL, 'i'},
						{"beside", required_argument, NULL, 'b'},
						{"forged", required_argument, NULL, 'f'},
						{"windows", required_argument, NULL, 'w'},
						{"seconds", required_argument, NULL, 't'},
						{"core", required_argument, NULL, 'c'},
						{"rounds", required_argument, NULL, 'r'},
						{"no-hugepages", no_argument, NULL, 'n'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	int id;

	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (id) {
		case 's':
			plan->sessions = number(optarg, 1, 1000000);
			break;
		case 'i':
			plan->interval_ms = number(optarg, 10, 60000);
			break;
		case 'b':
			plan->beside = number(optarg, 0, BURST_FRAMES - SHARE);
			break;
		case 'f':
			plan->forged = number(optarg, 0, BURST_FRAMES - SHARE);
			break;
		case 'w':
			plan->windows = number(optarg, 1, SERIES_MAX);
			break;
		case 't':
			plan->seconds = atof(optarg);
			break;
		case 'c':
			plan->core = (uint16_t)number(optarg, 0, 1023);
			break;
		case 'r':
			plan->rounds = number(optarg, 1, 1000000);
			break;
		case 'n':
			plan->hugepages = false;
			break;
		default:
			usage(id == 'h' ? stdout : stderr);
			exit(id == 'h' ? 0 : 2);
		}
	}
	if (!(plan->seconds > 0) || (plan->beside > 0 && plan->forged > 0)) {
		usage(stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct plan plan = {.sessions = 1000,
			    .interval_ms = 10,
			    .windows = 15,
			    .seconds = 1,
			    .core = 1,
			    .hugepages = true};
	struct bgw_eal_config config = {.control_cores = &plan.core,
					.control_cores_count = 1,
					.worker_cores = &plan.core,
					.worker_cores_count = 1,
					.memory_mbytes = 512,
					/* No more than a NIC's queue and caches hold: cold ones
					 * would make the far ends late. */
					.mbufs = 4096};
	cpu_set_t cpus;
	char why[256] = "";
	double along, best;

	plan_read(&plan, argc, argv);
	config.hugepages = plan.hugepages;
	sessions = plan.sessions;
	if (bgw_eal_start(&config, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	ring_port_open_all(NULL);
	CPU_ZERO(&cpus);
	CPU_SET(plan.core, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	dp = far_ends_open(plan.sessions, plan.interval_ms);
	if (plan.rounds > 0)
		window_run(&plan, &along, &best);
	else
		windows_run(&plan);
	return 0;
}
