/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_INPUT_H
#define BENCH_INPUT_H

#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

/* The addresses and ids that a benchmark's frames carry and its objects are made with. */

#define INPUT_CONNECTIONS_OF_REMOTE 64

rte_be32_t input_local_address(void);
rte_be32_t input_remote_address(uint32_t remote);
struct rte_ether_addr input_underlay_mac(void);

/* Of connection `index`, unique among those of its remote gateway and of any other. */
static inline uint32_t input_segmentation_id(uint32_t index)
{
	return 4096 + index;
}

/* The tags of attachment i, counted from 0. */
static inline uint16_t input_outer_vid(uint32_t i)
{
	return (uint16_t)(1 + i / 1024);
}

static inline uint16_t input_inner_vid(uint32_t i)
{
	return (uint16_t)(1 + i % 1024);
}

#endif
