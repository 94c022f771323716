/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TABLE_RETIRE_H
#define TABLE_RETIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

/*
 * Objects that were replaced and that a worker may still read: freed in order, each once every
 * worker has passed a quiescent state. Bounded; the control thread's alone. Polled, never awaited.
 */
struct retired {
	void *object;
	void (*release)(void *object);
	uint64_t token;
};

struct retire_queue {
	struct rte_rcu_qsbr *qsbr;
	struct retired *entries;
	uint32_t mask;
	uint32_t head; /* next to free */
	uint32_t tail; /* next to fill */
};

/* `room` is rounded up to a power of two. -ENOMEM. */
int retire_queue_create(struct retire_queue *queue, uint32_t room, struct rte_rcu_qsbr *qsbr);
/* Frees all that waits: no worker may run any more. */
void retire_queue_destroy(struct retire_queue *queue);
/* NULL is nothing to retire. The caller has made sure of room (retire_queue_room()). */
void retire_queue_add(struct retire_queue *queue, void *object, void (*release)(void *object));
/* Frees up to `max` objects. Returns how many still wait. */
uint32_t retire_queue_poll(struct retire_queue *queue, uint32_t max);

static inline uint32_t retire_queue_room(const struct retire_queue *queue)
{
	return queue->mask + 1 - (queue->tail - queue->head);
}

#endif
