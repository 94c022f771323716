/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_DECAP_H
#define STAGE_DECAP_H

#include "stage/stage.h"

/* What is known of a received tunnel packet before its peer and connection are. */
struct tunnel_packet {
	struct rte_mbuf *mbuf;
	uint64_t addresses; /* key of the table of peers */
	uint64_t hash;
	uint32_t key;
	uint16_t strip_bytes; /* all before the inner frame */
	uint16_t inner_bytes;
	uint8_t encap; /* GRE, for both forms of it */
	uint8_t tos;
	bool keyless;
};

/*
 * Finds the peer and connection of each packet, strips the outer headers, and bridges the inner
 * frames.
 */
void stage_decap(struct worker *worker, const struct tunnel_packet *packets, uint32_t count);

#endif
