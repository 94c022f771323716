/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_PORT_H
#define BGWGEN_PORT_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "options.h"

/* The DPDK ports, each with one queue pair, and their buffers. For the main thread. */
struct ports {
	uint16_t ethdevs[GENERATOR_PORTS_MAX];
	uint16_t count;	      /* of those that are started */
	double line_rate_bps; /* the slowest NIC's, 0: none says */
	struct rte_mempool *rx_pool;
	struct rte_mempool *tx_pools[GENERATOR_STREAMS_MAX];
};

bool port_is_pci(const char *device);
/* What the buffers of all ports and streams need. */
unsigned int port_memory_mbytes(const struct options *options);
/*
 * Opens and starts the ports and waits for their links. 0, or -errno with a sentence (-EINTR: a
 * signal handler set `interrupted`); what was opened before stays for ports_close().
 */
int ports_open(struct ports *ports, const struct options *options,
	       const volatile sig_atomic_t *interrupted, char *why, size_t why_size);
void ports_close(struct ports *ports);

#endif
