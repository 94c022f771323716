/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_LOCATE_H
#define BGWGEN_LOCATE_H

#include <stdint.h>

/*
 * Where the signature of a received frame would be. The frame is foreign input: what it says of
 * itself is checked against what there is. A tunnel (VXLAN on `vxlan_port`, GRE with Ethernet,
 * NVGRE) is recognised whether one was expected or not, up to two VLAN tags are passed over outside
 * and inside, and padding is left out by the packet's own length. Pure functions, any thread.
 */
enum locate_tunnel {
	LOCATE_PLAIN,
	LOCATE_VXLAN,
	LOCATE_GRE, /* and NVGRE: the wire does not tell the two apart */
};

struct location {
	uint32_t offset; /* of the signature, bytes from the start of the frame */
	uint32_t key;	 /* VNI, or the whole GRE key; 0 without */
	enum locate_tunnel tunnel;
};

/*
 * `readable` bytes can be read at `frame`, of `length` that it has in all. 0; or -ENOENT: it is no
 * UDP to SIGNATURE_UDP_PORT with room for a signature.
 */
int locate_signature(const uint8_t *frame, uint32_t readable, uint32_t length, uint16_t vxlan_port,
		     struct location *location);

#endif
