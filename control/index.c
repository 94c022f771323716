/* SPDX-License-Identifier: BSD-3-Clause */
#include "index.h"

#include <stdlib.h>

#include <bgw/dataplane.h>

#include "fdb.h"

struct pool {
	uint32_t limit;
	uint32_t unused; /* from here on no index was ever taken */
	uint32_t *free;	 /* stack */
	uint32_t free_count;
};

struct resting {
	enum index_kind kind;
	uint32_t index;
};

enum round_phase {
	ROUND_NONE,
	ROUND_DRAIN, /* a pass over the FDB removes what names them */
	ROUND_GRACE, /* workers may still hold what was cleared */
};

struct indexes {
	struct bgw_dataplane *dp;
	struct fdb *fdb;
	struct pool pools[INDEX_KIND_COUNT];
	/* The first `round_count` are let go by the round that is on, the others by the next. */
	struct resting *resting;
	size_t count, room, round_count;
	enum round_phase phase;
	uint64_t pass, grace;
};

struct indexes *indexes_create(struct bgw_dataplane *dp, struct fdb *fdb,
			       const uint32_t limits[INDEX_KIND_COUNT])
{
	struct indexes *indexes = calloc(1, sizeof(*indexes));
	size_t total = 0;

	if (indexes == NULL)
		return NULL;
	indexes->dp = dp;
	indexes->fdb = fdb;
	for (unsigned int kind = 0; kind < INDEX_KIND_COUNT; kind++) {
		struct pool *pool = &indexes->pools[kind];

		pool->limit = limits[kind];
		pool->unused = 1;
		pool->free = calloc(limits[kind], sizeof(pool->free[0]));
		total += limits[kind];
		if (pool->free == NULL) {
			indexes_destroy(indexes);
			return NULL;
		}
	}
	/* Each index rests once at most, so giving back needs no memory and cannot fail. */
	indexes->room = total;
	indexes->resting = calloc(total, sizeof(indexes->resting[0]));
	if (indexes->resting == NULL) {
		indexes_destroy(indexes);
		return NULL;
	}
	return indexes;
}

void indexes_destroy(struct indexes *indexes)
{
	if (indexes == NULL)
		return;
	for (unsigned int kind = 0; kind < INDEX_KIND_COUNT; kind++)
		free(indexes->pools[kind].free);
	free(indexes->resting);
	free(indexes);
}

uint32_t index_take(struct indexes *indexes, enum index_kind kind)
{
	struct pool *pool = &indexes->pools[kind];

	if (pool->free_count > 0)
		return pool->free[--pool->free_count];
	return pool->unused < pool->limit ? pool->unused++ : 0;
}

void index_give_back(struct indexes *indexes, enum index_kind kind, uint32_t index)
{
	if (index != 0 && indexes->count < indexes->room)
		indexes->resting[indexes->count++] = (struct resting){kind, index};
}

uint32_t index_free_count(const struct indexes *indexes, enum index_kind kind)
{
	const struct pool *pool = &indexes->pools[kind];

	return pool->free_count + (pool->limit - pool->unused);
}

static void let_go(struct indexes *indexes, const struct resting *resting)
{
	struct pool *pool = &indexes->pools[resting->kind];

	switch (resting->kind) {
	case INDEX_ATTACHMENT:
		fdb_attachment_forget(indexes->fdb, resting->index);
		break;
	case INDEX_CONNECTION:
		fdb_connection_forget(indexes->fdb, resting->index);
		break;
	case INDEX_DOMAIN:
		fdb_domain_forget(indexes->fdb, (uint16_t)resting->index);
		break;
	case INDEX_PATH:
	case INDEX_PEER:
	case INDEX_NEIGHBOUR:
	case INDEX_KIND_COUNT:
		break;
	}
	pool->free[pool->free_count++] = resting->index;
}

static void round_end(struct indexes *indexes)
{
	for (size_t i = 0; i < indexes->round_count; i++)
		let_go(indexes, &indexes->resting[i]);
	for (size_t i = indexes->round_count; i < indexes->count; i++)
		indexes->resting[i - indexes->round_count] = indexes->resting[i];
	indexes->count -= indexes->round_count;
	indexes->round_count = 0;
	indexes->phase = ROUND_NONE;
}

void indexes_tick(struct indexes *indexes, bool flood_lists_current)
{
	if (indexes->phase == ROUND_NONE && indexes->count > 0) {
		indexes->round_count = indexes->count;
		indexes->pass = fdb_pass_request(indexes->fdb);
		indexes->phase = ROUND_DRAIN;
	}
	if (indexes->phase == ROUND_DRAIN && flood_lists_current &&
	    fdb_pass_done(indexes->fdb, indexes->pass)) {
		indexes->grace = bgw_grace_start(indexes->dp);
		indexes->phase = ROUND_GRACE;
	}
	/* Events that were on their way when the grace period ended name them too. */
	if (indexes->phase == ROUND_GRACE && bgw_grace_passed(indexes->dp, indexes->grace) &&
	    fdb_events_are_drained(indexes->fdb))
		round_end(indexes);
}
