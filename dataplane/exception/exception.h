/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXCEPTION_EXCEPTION_H
#define EXCEPTION_EXCEPTION_H

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <bgw/exception.h>

/*
 * A mirror as workers see it (struct port.mirror).
 *
 * The thread may lose its CPU at any instruction, so it never takes from or gives to the pool of
 * buffers, where it could keep workers waiting: the port's tx owner hands it empty buffers and
 * takes back used ones, over rings with one producer and one consumer.
 */
struct port_mirror {
	struct rte_ring *to_linux[BGW_EXCEPTION_COUNT]; /* many workers to the thread */
	struct rte_ring *from_linux;			/* the thread to the owner */
	struct rte_ring *used;				/* likewise: to be freed */
	struct rte_ring *empty;				/* the owner to the thread */
	struct rte_mempool *pool;
	uint64_t policed_pkts[BGW_EXCEPTION_COUNT];
};

/*
 * Hands frames to Linux, in one segment or several, as they came from the wire. Returns how many
 * it took; the others, whose class is over its rate, are moved to the front of `frames`, to be
 * dropped by the caller (BGW_DROP_TO_LINUX_FULL). Any worker.
 */
uint16_t exception_send(struct port_mirror *mirror, struct rte_mbuf **frames, uint16_t count);

/*
 * Takes up to `max` frames that Linux sends, to go out by the port as they are. The port's tx owner
 * alone, in each round: it also recycles buffers.
 */
uint16_t exception_receive(struct port_mirror *mirror, struct rte_mbuf **frames, uint16_t max);

/* What a frame is to the policer. Reads its first segment alone. */
enum bgw_exception_class exception_classify(const struct rte_mbuf *frame);

#endif
