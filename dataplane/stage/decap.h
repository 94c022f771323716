/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_DECAP_H
#define STAGE_DECAP_H

#include "stage/stage.h"

/* What the outer headers say of the tunnel that a packet came by. */
struct tunnel_id {
	uint64_t addresses; /* key of the table of peers */
	uint32_t key;
	uint16_t encap; /* GRE, for both forms of it */
	uint16_t keyless;
};

/* What is known of a received tunnel packet before its peer and connection are. */
struct tunnel_packet {
	struct rte_mbuf *mbuf;
	uint8_t *inner; /* the inner frame */
	uint16_t inner_bytes;
	uint8_t tos;
};

/*
 * The tunnel packets of a burst. Those that follow one another through the same tunnel are a run,
 * and looked up once.
 */
struct tunnel_burst {
	uint32_t count;
	uint32_t runs;
	struct tunnel_packet packets[BURST_FRAMES];
	struct tunnel_id tunnels[BURST_FRAMES]; /* of each run */
	uint32_t first[BURST_FRAMES];		/* packet of each run */
};

/*
 * Finds the peer and connection of each run, strips the outer headers, and bridges the inner
 * frames.
 */
void stage_decap(struct worker *worker, const struct tunnel_burst *burst);

#endif
