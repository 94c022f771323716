/* SPDX-License-Identifier: BSD-3-Clause */
#include "exception/exception.h"

/* The workers' side of a mirror. */

#define EMPTY_BURST 32

uint16_t exception_send(struct port_mirror *mirror, struct rte_mbuf **frames, uint16_t count)
{
	uint16_t refused = 0;

	for (uint16_t i = 0; i < count; i++) {
		const enum bgw_exception_class class = exception_classify(frames[i]);

		if (rte_ring_enqueue(mirror->to_linux[class], frames[i]) == 0)
			continue;
		__atomic_fetch_add(&mirror->policed_pkts[class], 1, __ATOMIC_RELAXED);
		frames[refused++] = frames[i];
	}
	return (uint16_t)(count - refused);
}

uint16_t exception_receive(struct port_mirror *mirror, struct rte_mbuf **frames, uint16_t max)
{
	struct rte_mbuf *mbufs[EMPTY_BURST];
	unsigned int count;

	count = rte_ring_dequeue_burst(mirror->used, (void **)mbufs, EMPTY_BURST, NULL);
	for (unsigned int i = 0; i < count; i++)
		rte_pktmbuf_free(mbufs[i]);
	if (unlikely(rte_ring_free_count(mirror->empty) >= EMPTY_BURST) &&
	    rte_pktmbuf_alloc_bulk(mirror->pool, mbufs, EMPTY_BURST) == 0)
		rte_ring_enqueue_bulk(mirror->empty, (void **)mbufs, EMPTY_BURST, NULL);
	return (uint16_t)rte_ring_dequeue_burst(mirror->from_linux, (void **)frames, max, NULL);
}
