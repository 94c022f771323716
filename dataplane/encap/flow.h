/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_FLOW_H
#define ENCAP_FLOW_H

#include "encap/ecn.h"
#include "encap/entropy.h"

/* What an outer header needs to know of the inner frame. Pure functions, any thread. */
struct inner_flow {
	uint32_t entropy; /* entropy_hash() */
	uint8_t tos;	  /* ecn_encap_tos() */
};

/* Of a frame of which `length` bytes can be read. */
static __rte_always_inline struct inner_flow inner_flow_read(const uint8_t *frame, uint32_t length,
							     struct tos_rule rule)
{
	struct inner_l3 l3 = {INNER_ETHERNET_BYTES, INNER_TYPE_IPV4, 4, INNER_IPV4_BYTES};

	/* The usual frame is read at offsets that the compiler knows. */
	if (likely(inner_l3_is_plain_ipv4(frame, length)))
		return (struct inner_flow){entropy_hash_plain_ipv4(frame),
					   ecn_encap_tos(frame, l3, rule)};
	l3 = inner_l3_find(frame, length);
	return (struct inner_flow){entropy_hash(frame, length, l3), ecn_encap_tos(frame, l3, rule)};
}

#endif
