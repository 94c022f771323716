/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_ENCAPSULATION_H
#define BGW_PROTO_ENCAPSULATION_H

/**
 * The encapsulations, in one list: the API takes its names from it, the packet path its rows. A new
 * one is a row here, its file in dataplane/encap/ and its tests.
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

#endif
