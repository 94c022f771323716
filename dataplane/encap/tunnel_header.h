/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_TUNNEL_HEADER_H
#define ENCAP_TUNNEL_HEADER_H

#include <stdint.h>

#include <bgw/drop.h>

/* What parsers of received packets return: ENCAP_OK, or the drop reason (enum bgw_drop, >= 0). */
#define ENCAP_OK (-1)

/* What stands between the outer IP header and the inner frame. */
struct tunnel_header {
	uint32_t key;	 /* VXLAN: the VNI; GRE: the whole key field, in host order */
	uint8_t keyless; /* GRE without a key field: key is 0 */
	uint8_t length;	 /* bytes of it, L4 and shim */
};

#endif
