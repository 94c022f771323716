/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_debug.h>

#include "table/retire.h"

int retire_queue_create(struct retire_queue *queue, uint32_t room, struct rte_rcu_qsbr *qsbr)
{
	room = rte_align32pow2(room);
	*queue = (struct retire_queue){.qsbr = qsbr, .mask = room - 1};
	queue->entries = calloc(room, sizeof(queue->entries[0]));
	return queue->entries ? 0 : -ENOMEM;
}

void retire_queue_destroy(struct retire_queue *queue)
{
	while (queue->head != queue->tail) {
		struct retired *entry = &queue->entries[queue->head++ & queue->mask];

		entry->release(entry->object);
	}
	free(queue->entries);
	*queue = (struct retire_queue){0};
}

void retire_queue_add(struct retire_queue *queue, void *object, void (*release)(void *object))
{
	if (!object)
		return;
	if (retire_queue_room(queue) == 0)
		rte_panic("more objects replaced than may wait for the workers\n");
	queue->entries[queue->tail++ & queue->mask] = (struct retired){
		.object = object,
		.release = release,
		.token = rte_rcu_qsbr_start(queue->qsbr),
	};
}

uint32_t retire_queue_poll(struct retire_queue *queue, uint32_t max)
{
	while (queue->head != queue->tail && max-- > 0) {
		struct retired *entry = &queue->entries[queue->head & queue->mask];

		if (rte_rcu_qsbr_check(queue->qsbr, entry->token, false) != 1)
			break;
		entry->release(entry->object);
		queue->head++;
	}
	/* Mostly few wait: then these few are always the same lines of the cache, and memory that
	 * only a crowd would need is never touched. */
	if (queue->head == queue->tail)
		queue->head = queue->tail = 0;
	return queue->tail - queue->head;
}
