/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_BUFFERS_H
#define PACKET_BUFFERS_H

#include <rte_mbuf.h>

#include <bgw/port.h>

#include "site.h"

/* Lets workers take what waits, with `left` free buffers in the pool. */
static inline void buffers_run_with(uint32_t left)
{
	static struct rte_mbuf *taken[16384];
	uint32_t count = 0;

	while (count < RTE_DIM(taken) && (taken[count] = rte_pktmbuf_alloc(bgw_mbuf_pool(0))))
		count++;
	while (left-- > 0)
		rte_pktmbuf_free(taken[--count]);
	site_run();
	while (count > 0)
		rte_pktmbuf_free(taken[--count]);
}

#endif
