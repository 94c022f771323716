/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <bgw/memif_peer.h>

#include "worker/worker.h"

/*
 * A worker reports quiescence by time and not by rounds: a round over many queues may be long, one
 * over an idle queue short.
 */
#define QUIESCENCE_US 50

/* Rounds with nothing in them before the first nap; naps double from the first to the longest. */
#define NAP_AFTER_ROUNDS 64
#define NAP_FIRST_NS	 50000
#define NAP_LONGEST_NS	 1000000

struct nap {
	uint32_t idle_rounds;
	long next_ns;
};

static void nap_take(struct worker *worker, struct nap *nap)
{
	struct timespec duration = {.tv_nsec = nap->next_ns};

	rte_rcu_qsbr_thread_offline(worker->dp->qsbr, worker->id);
	nanosleep(&duration, NULL);
	rte_rcu_qsbr_thread_online(worker->dp->qsbr, worker->id);
	nap->next_ns = RTE_MIN(nap->next_ns * 2, NAP_LONGEST_NS);
	worker->counters.naps++;
}

static void rounds_run(struct worker *worker)
{
	const uint64_t quiescence_cycles = rte_get_tsc_hz() / 1000000 * QUIESCENCE_US;
	struct nap nap = {.next_ns = NAP_FIRST_NS};
	uint64_t quiescent_at = 0;
	uint64_t before = rte_rdtsc();

	while (__atomic_load_n(&worker->dp->workers_run, __ATOMIC_ACQUIRE)) {
		const uint32_t count = worker_round(worker);
		const uint64_t now = rte_rdtsc();

		worker->counters.rounds++;
		if (count > 0) {
			worker->counters.busy_cycles += now - before;
			nap = (struct nap){.next_ns = NAP_FIRST_NS};
		} else {
			worker->counters.idle_cycles += now - before;
			if (worker->nap_when_idle && ++nap.idle_rounds > NAP_AFTER_ROUNDS)
				nap_take(worker, &nap);
		}
		before = now;
		if (now >= quiescent_at) {
			rte_rcu_qsbr_quiescent(worker->dp->qsbr, worker->id);
			quiescent_at = now + quiescence_cycles;
		}
	}
}

static int worker_main(void *argument)
{
	struct worker *worker = argument;
	struct rte_rcu_qsbr *qsbr = worker->dp->qsbr;

	rte_rcu_qsbr_thread_online(qsbr, worker->id);
	rounds_run(worker);
	rte_rcu_qsbr_thread_offline(qsbr, worker->id);
	return 0;
}

int bgw_workers_start(struct bgw_dataplane *dp, bool nap_when_idle)
{
	if (dp->workers_run)
		return -EBUSY;
	bgw_memif_peer_workers_set(dp->qsbr);
	__atomic_store_n(&dp->workers_run, true, __ATOMIC_RELEASE);
	for (uint16_t id = 0; id < dp->limits.workers; id++) {
		int status;

		dp->workers[id]->nap_when_idle = nap_when_idle;
		rte_rcu_qsbr_thread_register(dp->qsbr, id);
		status = rte_eal_remote_launch(worker_main, dp->workers[id], id + 1u);
		if (status != 0) {
			rte_rcu_qsbr_thread_unregister(dp->qsbr, id);
			bgw_workers_stop(dp);
			return status;
		}
	}
	return 0;
}

void bgw_workers_stop(struct bgw_dataplane *dp)
{
	if (!dp->workers_run)
		return;
	__atomic_store_n(&dp->workers_run, false, __ATOMIC_RELEASE);
	for (uint16_t id = 0; id < dp->limits.workers; id++) {
		rte_eal_wait_lcore(id + 1u);
		rte_rcu_qsbr_thread_unregister(dp->qsbr, id);
	}
	bgw_memif_peer_workers_set(NULL);
}
