/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_ENCAP_H
#define BGW_ENCAP_H

#include <stdint.h>

/*
 * The encapsulations. A new one is a row here, its file in dataplane/encap/ and its tests.
 * X(id, name, help)
 */
#define BGW_ENCAP_LIST(X)                                                                 \
	X(VXLAN, vxlan, "VXLAN over UDP, RFC 7348")                                       \
	X(GRE, gre, "Ethernet in GRE, RFC 2784 and 2890, the key is the segmentation id") \
	X(NVGRE, nvgre, "NVGRE, RFC 7637")

enum bgw_encap {
#define X(id, name, help) BGW_ENCAP_##id,
	BGW_ENCAP_LIST(X)
#undef X
	BGW_ENCAP_COUNT
};

/* The name in the API, or NULL. Any thread. */
const char *bgw_encap_name(enum bgw_encap encap);
/* The encapsulation of that name, or -1. */
int bgw_encap_by_name(const char *name);
/* Range of segmentation ids that the encapsulation can carry. */
uint32_t bgw_encap_key_min(enum bgw_encap encap);
uint32_t bgw_encap_key_max(enum bgw_encap encap);
/*
 * Bytes between the outer IP packet's length and the inner Ethernet frame's, with the outer IP
 * header of `family` 4. A keyless tunnel (GRE only) has no key on the wire.
 */
uint16_t bgw_encap_overhead_bytes(enum bgw_encap encap, int family, int keyless);

#endif
