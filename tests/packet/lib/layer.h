/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_LAYER_H
#define PACKET_LAYER_H

#include "packet.h"

enum layer_kind {
	LAYER_OPAQUE,
	LAYER_ETHERNET,
	LAYER_VLAN,
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_UDP,
	LAYER_ICMP,
	LAYER_ICMPV6,
	LAYER_GRE,
	LAYER_PADDING,
};

/* A layer in a frame. */
struct layer_place {
	const struct layer *layer;
	uint32_t at; /* byte of the frame */
};

/*
 * Fills the fields of layer `i` that follow from the others: types, lengths, checksums. `end` is
 * where the frame's content ends; padding may follow.
 */
void layer_finish(struct packet *packet, const struct layer_place *places, size_t count, size_t i,
		  uint32_t end);

#endif
