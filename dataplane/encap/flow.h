/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_FLOW_H
#define ENCAP_FLOW_H

#include "encap/entropy.h"

/* What an outer header needs to know of the inner frame. Pure functions, any thread. */
struct inner_flow {
	uint32_t entropy; /* entropy_hash() */
	uint8_t tos;	  /* of the IP packet; 0 if it is none */
};

/* inner_flow_read() of any frame. Apart, so that it takes no registers from the usual frame's. */
struct inner_flow inner_flow_read_unusual(const uint8_t *frame, uint32_t length);

/* Of a frame of which `length` bytes can be read. */
static __rte_always_inline struct inner_flow inner_flow_read(const uint8_t *frame, uint32_t length)
{
	/* The usual frame is read at offsets that the compiler knows. */
	if (likely(inner_l3_is_plain_ipv4(frame, length)))
		return (struct inner_flow){entropy_hash_plain_ipv4(frame),
					   frame[INNER_ETHERNET_BYTES + 1]};
	return inner_flow_read_unusual(frame, length);
}

#endif
