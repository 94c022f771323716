/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/pool.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

#include <bgw/why.h>

/* Frames of a worker in flight between its own caches and a driver's rings, many bursts deep. */
#define CACHE_MBUFS 256

_Static_assert(BGW_MBUF_HEADROOM == RTE_PKTMBUF_HEADROOM, "as DPDK was built");

static struct rte_mempool *pools[RTE_MAX_NUMA_NODES];
static uint32_t driver_held;
static uint32_t driver_forgotten;

uint64_t pool_bytes(uint32_t mbufs, uint16_t data_room)
{
	const uint32_t element =
		rte_mempool_calc_obj_size((uint32_t)(sizeof(struct rte_mbuf)) + data_room, 0, NULL);

	/* and a pointer each in the pool's ring */
	return (uint64_t)mbufs * (element + 2 * sizeof(void *));
}

/*
 * Without a PCI device buffers lie side by side, across page boundaries. The AF_XDP driver of DPDK
 * 22.11 takes a pool for as long as its buffers are without gaps: where each has a page to itself,
 * it registers hardly more than half of them with the kernel, which silently drops what is sent
 * from the others. A PCI device needs every buffer within one page.
 */
static struct rte_mempool *pool_create(const struct bgw_eal_config *config, const char *name,
				       int node)
{
	const uint32_t element = (uint32_t)sizeof(struct rte_mbuf) + config->mbuf_data_room;
	struct rte_pktmbuf_pool_private private = {.mbuf_data_room_size = config->mbuf_data_room};
	struct rte_mempool *pool;

	if (config->pci_devices_count > 0)
		return rte_pktmbuf_pool_create(name, config->mbufs, CACHE_MBUFS, 0,
					       config->mbuf_data_room, node);
	pool = rte_mempool_create_empty(name, config->mbufs, element, CACHE_MBUFS, sizeof(private),
					node, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (pool == NULL)
		return NULL;
	rte_pktmbuf_pool_init(pool, &private);
	if (rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL) < 0 ||
	    rte_mempool_populate_default(pool) < 0) {
		rte_mempool_free(pool);
		return NULL;
	}
	rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
	return pool;
}

int pool_create_all(const struct bgw_eal_config *config, char *why, size_t why_size)
{
	for (unsigned int worker = 0; worker < config->worker_cores_count; worker++) {
		const unsigned int node = rte_lcore_to_socket_id(worker + 1);
		char name[32];

		if (node >= RTE_MAX_NUMA_NODES || pools[node] != NULL)
			continue;
		snprintf(name, sizeof(name), "mbufs_%u", node);
		pools[node] = pool_create(config, name, (int)node);
		if (pools[node] == NULL)
			return bgw_refuse(why, why_size, ENOMEM,
					  "memory.mbufs %u do not fit the memory of NUMA node %u "
					  "(%s): raise memory.mbytes or lower mbufs",
					  config->mbufs, node, rte_strerror(rte_errno));
	}
	return 0;
}

void pool_free_all(void)
{
	for (unsigned int node = 0; node < RTE_MAX_NUMA_NODES; node++) {
		rte_mempool_free(pools[node]);
		pools[node] = NULL;
	}
}

struct rte_mempool *bgw_mbuf_pool(int numa_node)
{
	if (numa_node >= 0 && numa_node < RTE_MAX_NUMA_NODES && pools[numa_node] != NULL)
		return pools[numa_node];
	for (unsigned int node = 0; node < RTE_MAX_NUMA_NODES; node++)
		if (pools[node] != NULL)
			return pools[node];
	return NULL;
}

void bgw_mbuf_usage_get(struct bgw_mbuf_usage *usage)
{
	*usage = (struct bgw_mbuf_usage){0};
	for (unsigned int node = 0; node < RTE_MAX_NUMA_NODES; node++) {
		if (pools[node] == NULL)
			continue;
		usage->size += pools[node]->size;
		usage->in_use += rte_mempool_in_use_count(pools[node]);
	}
	usage->in_use -= driver_forgotten < usage->in_use ? driver_forgotten : usage->in_use;
}

void pool_driver_holds(int32_t mbufs)
{
	driver_held += (uint32_t)mbufs;
}

void pool_driver_wrote_off(uint32_t mbufs)
{
	driver_forgotten += mbufs;
}
