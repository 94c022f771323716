/* SPDX-License-Identifier: BSD-3-Clause */
/* Our exact-match table against DPDK's rte_hash: the same keys in both, the same lookups of both.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_launch.h>
#include <rte_malloc.h>

#include "bench.h"
#include "object/bridge.h"
#include "series.h"
#include "table/exact_match.h"

#define BURST	64
#define LOOKUPS (1u << 18)
/* A round is short, so that a shared machine leaves most of them alone. */
#define ROUND_LOOKUPS (LOOKUPS / 8)

enum contender {
	EXACT_MATCH,
	RTE_HASH,	 /* hashes by the function that it was given */
	RTE_HASH_HASHED, /* is given hashes that were inlined */
	CONTENDERS,
};

static const char *const contender_names[CONTENDERS] = {"exact_match", "rte_hash",
							"rte_hash_hashed"};

struct contest {
	uint32_t entries;
	uint32_t active; /* entries that lookups are of */
	uint32_t rounds;
	struct em_table exact_match;
	struct rte_rcu_qsbr *qsbr;
	struct rte_hash *rte_hash;
	size_t bytes[CONTENDERS];
	uint64_t *keys;			  /* [entries] */
	uint64_t *lookups;		  /* [LOOKUPS] */
	struct series cycles[CONTENDERS]; /* of a lookup */
	double cpu_share;
};

/* Stations of one network whose addresses count up, as the forwarding table has them. */
static uint64_t key_of(uint32_t station)
{
	const struct rte_ether_addr mac = bench_near_mac(station);
	uint8_t bytes[8] = {0};

	memcpy(bytes, &mac, sizeof(mac));
	return fdb_key(1, bytes);
}

static uint64_t heap_bytes(void)
{
	struct rte_malloc_socket_stats stats;
	uint64_t bytes = 0;

	for (int socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			bytes += stats.heap_allocsz_bytes;
	return bytes;
}

static void *room(size_t size)
{
	void *at = calloc(1, size);

	if (at == NULL)
		bench_die("no memory for the keys");
	return at;
}

static void tables_make(struct contest *contest)
{
	/* As many lock-free readers as there are, and a place for every key. */
	const struct rte_hash_parameters parameters = {
		.name = "bench",
		.entries = contest->entries,
		.key_len = sizeof(uint64_t),
		.hash_func = rte_hash_crc,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag =
			RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	uint64_t before = heap_bytes();

	if (em_create(&contest->exact_match, "bench", contest->entries, contest->qsbr) != 0)
		bench_die("no memory for a table of %" PRIu32 " entries", contest->entries);
	contest->bytes[EXACT_MATCH] = heap_bytes() - before;
	before = heap_bytes();
	contest->rte_hash = rte_hash_create(&parameters);
	if (contest->rte_hash == NULL)
		bench_die("rte_hash of %" PRIu32 " entries: %s", contest->entries,
			  rte_strerror(rte_errno));
	contest->bytes[RTE_HASH] = contest->bytes[RTE_HASH_HASHED] = heap_bytes() - before;
	for (uint32_t i = 0; i < contest->entries; i++) {
		contest->keys[i] = key_of(i);
		/* A key that finds no place in ours is then one that neither has. */
		if (em_put(&contest->exact_match, contest->keys[i], i, 0) == 0 &&
		    rte_hash_add_key_data(contest->rte_hash, &contest->keys[i],
					  (void *)(uintptr_t)i) != 0)
			bench_die("rte_hash is full after %" PRIu32 " entries", i);
	}
}

/* Active ones are spread over the table, and come in any order. */
static void lookups_choose(struct contest *contest)
{
	const uint32_t step = contest->entries / contest->active;

	for (uint32_t i = 0; i < LOOKUPS; i++)
		contest->lookups[i] = contest->keys[(uint32_t)random() % contest->active * step];
}

static uint64_t exact_match_burst(const struct contest *contest, const uint64_t *keys)
{
	struct em_lookup lookups[BURST];
	uint64_t sum = 0;

	for (uint32_t i = 0; i < BURST; i++)
		lookups[i] = em_begin(&contest->exact_match, keys[i]);
	for (uint32_t i = 0; i < BURST; i++) {
		const struct em_slot slot = em_find_at(&contest->exact_match, lookups[i]);

		sum += slot.bucket != NULL ? em_value(slot) : 0;
	}
	return sum;
}

static uint64_t data_sum(void *const *data, uint64_t hits)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < BURST; i++)
		sum += hits >> i & 1 ? (uintptr_t)data[i] : 0;
	return sum;
}

static uint64_t rte_hash_burst(const struct contest *contest, const void **keys)
{
	void *data[BURST];
	uint64_t hits = 0;

	rte_hash_lookup_bulk_data(contest->rte_hash, keys, BURST, &hits, data);
	return data_sum(data, hits);
}

static uint64_t rte_hash_hashed_burst(const struct contest *contest, const void **keys)
{
	hash_sig_t hashes[BURST];
	void *data[BURST];
	uint64_t hits = 0;

	for (uint32_t i = 0; i < BURST; i++)
		hashes[i] = rte_hash_crc_8byte(*(const uint64_t *)keys[i], 0);
	rte_hash_lookup_with_hash_bulk_data(contest->rte_hash, keys, hashes, BURST, &hits, data);
	return data_sum(data, hits);
}

/* Returns the sum of the values that were found. */
static uint64_t round_run(const struct contest *contest, uint32_t round, enum contender contender)
{
	const uint64_t *lookups = &contest->lookups[round * ROUND_LOOKUPS % LOOKUPS];
	uint64_t burst[BURST];
	const void *keys[BURST];
	uint64_t sum = 0;

	for (uint32_t i = 0; i < BURST; i++)
		keys[i] = &burst[i];
	for (uint32_t at = 0; at < ROUND_LOOKUPS; at += BURST) {
		memcpy(burst, &lookups[at], sizeof(burst));
		if (contender == EXACT_MATCH)
			sum += exact_match_burst(contest, burst);
		else if (contender == RTE_HASH)
			sum += rte_hash_burst(contest, keys);
		else
			sum += rte_hash_hashed_burst(contest, keys);
	}
	return sum;
}

static double seconds_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/*
 * On the worker's core. Contenders take turns, so that they meet the same moods of the machine, and
 * another begins each round.
 */
static int contest_run(void *context)
{
	struct contest *contest = context;
	const double cpu_begin_s = seconds_of(CLOCK_THREAD_CPUTIME_ID);
	const double begin_s = seconds_of(CLOCK_MONOTONIC);

	for (uint32_t round = 0; round < contest->rounds; round++) {
		uint64_t sums[CONTENDERS];

		for (uint32_t turn = 0; turn < CONTENDERS; turn++) {
			const enum contender contender = (round + turn) % CONTENDERS;
			const uint64_t begin = rte_rdtsc();

			sums[contender] = round_run(contest, round, contender);
			series_add(&contest->cycles[contender],
				   (double)(rte_rdtsc() - begin) / ROUND_LOOKUPS);
		}
		if (sums[RTE_HASH] != sums[EXACT_MATCH] ||
		    sums[RTE_HASH_HASHED] != sums[EXACT_MATCH])
			return -EILSEQ;
	}
	contest->cpu_share = (seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_begin_s) /
			     (seconds_of(CLOCK_MONOTONIC) - begin_s);
	return 0;
}

static void contest_print(struct contest *contest)
{
	printf("{\"entries\": %" PRIu32 ", \"active\": %" PRIu32 ", \"runs\": %" PRIu32
	       ", \"cpu_share\": %.4f",
	       contest->entries, contest->active, contest->rounds, contest->cpu_share);
	for (enum contender contender = 0; contender < CONTENDERS; contender++)
		printf(", \"%s\": {\"cycles\": %.1f, \"min\": %.1f, \"max\": %.1f, "
		       "\"bytes_per_entry\": %.1f}",
		       contender_names[contender],
		       series_percentile(&contest->cycles[contender], 50),
		       series_percentile(&contest->cycles[contender], 0),
		       series_percentile(&contest->cycles[contender], 100),
		       (double)contest->bytes[contender] / contest->entries);
	printf("}");
}

void bench_tables(const struct bench_site *site, const struct bench_plan *plan)
{
	static const uint32_t entries[] = {200000, 1048576};
	static const uint32_t active[] = {1000, 100000};
	static struct contest contest;
	const char *separator = "";

	bench_machine_start(site);
	contest.rounds = plan->windows;
	contest.keys = room(sizeof(contest.keys[0]) * entries[RTE_DIM(entries) - 1]);
	contest.lookups = room(sizeof(contest.lookups[0]) * LOOKUPS);
	contest.qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(1));
	if (contest.qsbr == NULL || rte_rcu_qsbr_init(contest.qsbr, 1) != 0)
		bench_die("no memory for an RCU variable");
	printf("{\"tsc_hz\": %" PRIu64 ", \"hugepages\": %s, \"contests\": [", rte_get_tsc_hz(),
	       site->no_hugepages ? "false" : "true");
	for (size_t i = 0; i < RTE_DIM(entries); i++) {
		contest.entries = entries[i];
		tables_make(&contest);
		for (size_t j = 0; j < RTE_DIM(active); j++) {
			contest.active = active[j];
			memset(contest.cycles, 0, sizeof(contest.cycles));
			lookups_choose(&contest);
			if (rte_eal_remote_launch(contest_run, &contest, 1) != 0)
				bench_die("the worker does not start");
			if (rte_eal_wait_lcore(1) != 0)
				bench_die("the tables answer differently");
			fputs(separator, stdout);
			contest_print(&contest);
			separator = ", ";
		}
		em_destroy(&contest.exact_match);
		rte_hash_free(contest.rte_hash);
	}
	puts("]}");
	free(contest.qsbr);
	free(contest.lookups);
	free(contest.keys);
}
