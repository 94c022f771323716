/* SPDX-License-Identifier: BSD-3-Clause */
#include "fdb_moves.h"

#include <stdlib.h>
#include <string.h>

#include "fdb.h"

#define SETS 2048
#define WAYS 8

struct mover {
	uint16_t domain; /* 0: free */
	struct rte_ether_addr mac;
	bool frozen;
	uint8_t count;			     /* of the times below */
	uint32_t times[FDB_MOVES_TO_FREEZE]; /* oldest first; of a frozen one the last is when */
};

struct fdb_moves {
	uint32_t used;
	struct mover movers[SETS][WAYS];
};

struct fdb_moves *fdb_moves_create(void)
{
	return calloc(1, sizeof(struct fdb_moves));
}

void fdb_moves_destroy(struct fdb_moves *moves)
{
	free(moves);
}

static struct mover *set_of(struct fdb_moves *moves, uint16_t domain,
			    const struct rte_ether_addr *mac)
{
	uint64_t key = domain;

	for (unsigned int i = 0; i < RTE_ETHER_ADDR_LEN; i++)
		key = key << 8 ^ key >> 56 ^ mac->addr_bytes[i];
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return moves->movers[(key >> 40) % SETS];
}

static struct mover *mover_find(struct mover *set, uint16_t domain,
				const struct rte_ether_addr *mac)
{
	for (unsigned int i = 0; i < WAYS; i++)
		if (set[i].domain == domain && rte_is_same_ether_addr(&set[i].mac, mac))
			return &set[i];
	return NULL;
}

static uint32_t last_move_s(const struct mover *mover)
{
	return mover->times[mover->count - 1];
}

/* A free place, or that of the one that has not moved for longest. NULL: all are frozen. */
static struct mover *mover_place(struct fdb_moves *moves, struct mover *set)
{
	struct mover *oldest = NULL;

	for (unsigned int i = 0; i < WAYS; i++) {
		if (set[i].domain == 0) {
			moves->used++;
			return &set[i];
		}
		if (!set[i].frozen &&
		    (oldest == NULL || last_move_s(&set[i]) < last_move_s(oldest)))
			oldest = &set[i];
	}
	return oldest;
}

static void times_expire(struct mover *mover, uint32_t now_s)
{
	uint8_t expired = 0;

	while (expired < mover->count && now_s - mover->times[expired] > FDB_MOVES_WITHIN_S)
		expired++;
	mover->count = (uint8_t)(mover->count - expired);
	memmove(mover->times, mover->times + expired, mover->count * sizeof(mover->times[0]));
}

bool fdb_moves_add(struct fdb_moves *moves, uint16_t domain, const struct rte_ether_addr *mac,
		   uint32_t now_s)
{
	struct mover *set = set_of(moves, domain, mac);
	struct mover *mover = mover_find(set, domain, mac);

	if (mover == NULL) {
		mover = mover_place(moves, set);
		if (mover == NULL)
			return false;
		*mover = (struct mover){.domain = domain, .mac = *mac};
	}
	if (mover->frozen)
		return false;
	times_expire(mover, now_s);
	mover->times[mover->count++] = now_s;
	mover->frozen = mover->count == FDB_MOVES_TO_FREEZE;
	return mover->frozen;
}

static void mover_free(struct fdb_moves *moves, struct mover *mover)
{
	*mover = (struct mover){0};
	moves->used--;
}

void fdb_moves_forget(struct fdb_moves *moves, uint16_t domain, const struct rte_ether_addr *mac)
{
	struct mover *mover;

	if (moves->used == 0)
		return;
	mover = mover_find(set_of(moves, domain, mac), domain, mac);
	if (mover != NULL)
		mover_free(moves, mover);
}

void fdb_moves_forget_domain(struct fdb_moves *moves, uint16_t domain)
{
	for (unsigned int i = 0; moves->used > 0 && i < SETS * WAYS; i++)
		if (moves->movers[i / WAYS][i % WAYS].domain == domain)
			mover_free(moves, &moves->movers[i / WAYS][i % WAYS]);
}

void fdb_moves_sweep(struct fdb_moves *moves, uint32_t now_s, fdb_moves_thawed *thawed, void *arg)
{
	for (unsigned int i = 0; moves->used > 0 && i < SETS * WAYS; i++) {
		struct mover *mover = &moves->movers[i / WAYS][i % WAYS];
		struct mover was = *mover;

		if (mover->domain == 0)
			continue;
		if (now_s - last_move_s(mover) <=
		    (mover->frozen ? FDB_FROZEN_S - 1 : FDB_MOVES_WITHIN_S))
			continue;
		mover_free(moves, mover);
		if (was.frozen)
			thawed(arg, was.domain, &was.mac);
	}
}
