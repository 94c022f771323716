/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include <bgw/memif_peer.h>

#include "dataplane.h"
#include "negotiation/tag.h"
#include "object/tunnel.h"
#include "table/slab.h"
#include "worker/worker.h"

/* Objects that may wait for their grace period. */
#define RETIRED_ROOM (256u * 1024)
/* Objects freed, and so time spent, in one call of bgw_dataplane_poll(). */
#define RETIRED_SLICE 2048

void *object_alloc(size_t size_bytes)
{
	void *object = NULL;

	if (posix_memalign(&object, RTE_CACHE_LINE_SIZE, size_bytes) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	return memset(object, 0, size_bytes);
}

void published_free(void *object)
{
	free(object);
}

static bool limits_are_sane(const struct bgw_limits *limits)
{
	return limits->macs > 0 && limits->macs <= 1048576 && limits->connections > 1 &&
	       limits->connections <= BGW_REF_INDEX && limits->attachments > 1 &&
	       limits->attachments <= BGW_REF_INDEX && limits->domains > 1 &&
	       limits->domains <= BGW_MAX_DOMAIN_ID + 1 && limits->paths > 1 &&
	       limits->paths <= 1u << CONNECTION_PATH_BITS && limits->peers > 1 &&
	       limits->peers <= PEER_INDEX_MASK && limits->neighbours > 0 && limits->workers > 0 &&
	       limits->workers <= BGW_MAX_WORKERS;
}

static int rcu_create(struct bgw_dataplane *dp)
{
	const size_t size = rte_rcu_qsbr_get_memsize(dp->limits.workers);

	dp->qsbr = rte_zmalloc("rcu", size, RTE_CACHE_LINE_SIZE);
	if (!dp->qsbr)
		return -ENOMEM;
	return rte_rcu_qsbr_init(dp->qsbr, dp->limits.workers) == 0 ? 0 : -ENOMEM;
}

/* Buckets for peers: they are many where sessions are, and take a quarter of the room then. */
static uint32_t peers_room(uint32_t peers)
{
	const uint32_t few = 16384;

	return peers <= few ? peers * 8 : RTE_MAX(few * 8, peers + peers / 2);
}

static int tables_create(struct bgw_dataplane *dp)
{
	const struct bgw_limits *limits = &dp->limits;
	int status;

	/*
	 * What must not fail once it was validated gets room where no key is ever without a place:
	 * neighbours, which may be a million, six times and more of what they need, others more.
	 */
	status = em_create(&dp->fdb, "fdb", limits->macs, dp->qsbr);
	if (status == 0)
		status = em_create(&dp->tags, "tags", limits->attachments * 8, dp->qsbr);
	if (status == 0)
		status = em_create(&dp->peers, "peers", peers_room(limits->peers), dp->qsbr);
	if (status == 0)
		status = em_create(&dp->connection_keys, "connections", limits->connections * 8,
				   dp->qsbr);
	if (status == 0)
		status = em_create(&dp->neighbour_keys, "neighbours",
				   limits->neighbours + limits->neighbours / 2, dp->qsbr);
	return status;
}

static int arrays_create(struct bgw_dataplane *dp)
{
	const struct bgw_limits *limits = &dp->limits;

	dp->attachments = calloc(limits->attachments, sizeof(dp->attachments[0]));
	dp->connections = calloc(limits->connections, sizeof(dp->connections[0]));
	dp->domains = calloc(limits->domains, sizeof(dp->domains[0]));
	dp->paths = calloc(limits->paths, sizeof(dp->paths[0]));
	dp->neighbours = calloc(limits->neighbours, sizeof(dp->neighbours[0]));
	dp->key_of_peer = calloc(limits->peers, sizeof(dp->key_of_peer[0]));
	dp->key_of_connection = calloc(limits->connections, sizeof(dp->key_of_connection[0]));
	dp->storm_meters = calloc(limits->attachments, sizeof(dp->storm_meters[0]));
	dp->signal_meters = calloc(limits->connections, sizeof(dp->signal_meters[0]));
	dp->hello_meters = calloc(limits->peers, sizeof(dp->hello_meters[0]));
	dp->negotiation_peers = calloc(limits->peers, sizeof(dp->negotiation_peers[0]));
	dp->negotiation_sessions = calloc(limits->peers, sizeof(dp->negotiation_sessions[0]));
	if (!dp->attachments || !dp->connections || !dp->domains || !dp->paths || !dp->neighbours ||
	    !dp->key_of_peer || !dp->key_of_connection || !dp->storm_meters || !dp->signal_meters ||
	    !dp->hello_meters || !dp->negotiation_peers || !dp->negotiation_sessions)
		return -ENOMEM;
	return 0;
}

struct bgw_dataplane *bgw_dataplane_create(const struct bgw_limits *limits)
{
	struct bgw_dataplane *dp;
	int status;

	if (!limits_are_sane(limits)) {
		errno = EINVAL;
		return NULL;
	}
	dp = object_alloc(sizeof(*dp));
	if (!dp)
		return NULL;
	dp->limits = *limits;
	dp->vxlan_port = 4789;
	dp->start_cycles = rte_rdtsc();
	dp->ns_per_cycle_q32 = (uint64_t)((1e9 / (double)rte_get_tsc_hz()) * 4294967296.0);
	status = tag_open();
	if (status == 0)
		status = rcu_create(dp);
	if (status == 0)
		status = retire_queue_create(&dp->retired, RETIRED_ROOM, dp->qsbr);
	if (status == 0)
		status = tables_create(dp);
	if (status == 0)
		status = arrays_create(dp);
	for (uint16_t id = 0; status == 0 && id < limits->workers; id++) {
		dp->workers[id] = worker_create(dp, id);
		if (!dp->workers[id])
			status = -ENOMEM;
	}
	if (status != 0) {
		bgw_dataplane_destroy(dp);
		errno = -status;
		return NULL;
	}
	return dp;
}

static void objects_free(void *array, uint32_t count, void (*release)(void *object))
{
	void **objects = array;

	for (uint32_t i = 0; objects && i < count; i++)
		release(objects[i]);
	free(objects);
}

void bgw_dataplane_destroy(struct bgw_dataplane *dp)
{
	if (!dp)
		return;
	for (uint16_t id = 0; id < dp->limits.workers; id++)
		worker_destroy(dp->workers[id]);
	if (dp->retired.entries)
		retire_queue_destroy(&dp->retired);
	published_free(dp->own_addresses);
	free(dp->negotiation_sessions);
	objects_free(dp->negotiation_peers, dp->limits.peers, slab_free);
	free(dp->hello_meters);
	free(dp->signal_meters);
	free(dp->storm_meters);
	free(dp->key_of_connection);
	free(dp->key_of_peer);
	objects_free(dp->neighbours, dp->limits.neighbours, published_free);
	objects_free(dp->paths, dp->limits.paths, published_free);
	objects_free(dp->domains, dp->limits.domains, published_free);
	free(dp->connections);
	objects_free(dp->attachments, dp->limits.attachments, published_free);
	em_destroy(&dp->neighbour_keys);
	em_destroy(&dp->connection_keys);
	em_destroy(&dp->peers);
	em_destroy(&dp->tags);
	em_destroy(&dp->fdb);
	rte_free(dp->qsbr);
	published_free(dp);
}

uint32_t bgw_dataplane_poll(struct bgw_dataplane *dp)
{
	if (!dp->clock_is_set) {
		const uint64_t seconds = (rte_rdtsc() - dp->start_cycles) / rte_get_tsc_hz();

		__atomic_store_n(&dp->now_s, (uint16_t)seconds, __ATOMIC_RELAXED);
	}
	bgw_memif_peer_poll();
	em_reclaim(&dp->fdb, dp->now_s);
	em_reclaim(&dp->tags, dp->now_s);
	em_reclaim(&dp->peers, dp->now_s);
	em_reclaim(&dp->connection_keys, dp->now_s);
	em_reclaim(&dp->neighbour_keys, dp->now_s);
	return retire_queue_poll(&dp->retired, RETIRED_SLICE);
}

bool bgw_dataplane_can_publish(const struct bgw_dataplane *dp, uint32_t n)
{
	return retire_queue_room(&dp->retired) >= n;
}

uint64_t bgw_grace_start(struct bgw_dataplane *dp)
{
	return rte_rcu_qsbr_start(dp->qsbr);
}

bool bgw_grace_passed(struct bgw_dataplane *dp, uint64_t grace)
{
	return rte_rcu_qsbr_check(dp->qsbr, grace, false) == 1;
}

uint16_t bgw_dataplane_now_s(const struct bgw_dataplane *dp)
{
	return __atomic_load_n(&dp->now_s, __ATOMIC_RELAXED);
}

void dataplane_clock_set(struct bgw_dataplane *dp, uint16_t now_s)
{
	dp->clock_is_set = true;
	__atomic_store_n(&dp->now_s, now_s, __ATOMIC_RELAXED);
}
