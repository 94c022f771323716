/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_FRAME_H
#define BGWGEN_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include <bgw/encap.h>

/*
 * Test frames: Ethernet, VLAN tags, IPv4 or IPv6, UDP, the signature, zeros; in a tunnel or not.
 *
 * A flow is one combination of MAC addresses, IP addresses, UDP source port, tags and segmentation
 * id. Everything of flow n follows from n, each list taken round and round. Addresses are those set
 * aside for benchmarks: 198.18.0.0/15 (RFC 2544 section C.2.2), 2001:2::/48 (RFC 5180 section 8).
 *
 * Sizes are those of RFC 2544: of the Ethernet frame with its tags and FCS, which DPDK does not
 * show: a frame of 64 bytes is 60 bytes of a buffer. In a tunnel it is the inner frame that has the
 * size, with an FCS that does not travel; the outer headers are on top. Pure functions, any thread.
 */
#define FRAME_FCS_BYTES	 4
#define FRAME_SIZE_MIN	 64
#define FRAME_SIZE_MAX	 9216
#define FRAME_HEADER_MAX 192

/* Numbers first, first + 1, ... of which there are `count`. */
struct frame_range {
	uint32_t first;
	uint32_t count;
};

/* VLAN tags of a port's frames. A range with count 0: there is no such tag. */
struct frame_tags {
	struct frame_range outer;
	struct frame_range inner; /* only with an outer one, which is 802.1ad then */
};

/* The tunnel that a port's frames are in. */
struct frame_tunnel {
	bool is_used;
	enum bgw_encap encap;
	bool keyless;	  /* GRE */
	rte_be32_t local; /* our address: source of what is sent */
	rte_be32_t remote;
	struct rte_ether_addr source_mac;
	struct rte_ether_addr next_hop_mac;
	struct frame_range ids; /* segmentation ids */
	uint16_t udp_port;	/* VXLAN */
	uint16_t vlan;		/* of the underlay; 0: none */
};

/* The frames that one port sends to another. */
struct frame_plan {
	uint8_t ip_version; /* 4 or 6 */
	uint8_t pair;	    /* number of the stream: other addresses than those of other streams */
	bool reverse;	    /* from the far side of the pair to the near one */
	uint32_t source_macs;
	uint32_t destination_macs;
	uint32_t flows;
	struct frame_tags tags;
	struct frame_tunnel tunnel;
};

/* A frame's headers, ready made. */
struct frame_headers {
	uint8_t bytes[FRAME_HEADER_MAX];
	uint16_t length;      /* of all headers: where the signature begins */
	uint16_t frame_bytes; /* what DPDK sends: no FCS */
};

/* The least size that has room for the signature. */
uint16_t frame_size_min(const struct frame_plan *plan);
/* Bytes of headers that a tunnel adds. */
uint16_t frame_tunnel_bytes(const struct frame_tunnel *tunnel);
/*
 * Headers of flow `flow` (below plan->flows) for frames of `size` bytes, FCS included, in a run
 * with this key. The UDP checksum counts in the signature that comes. -EINVAL: the size is below
 * frame_size_min() or above FRAME_SIZE_MAX, or the tunnel's addresses or ids are wrong.
 */
int frame_build(struct frame_headers *headers, const struct frame_plan *plan, uint32_t flow,
		uint16_t size, uint16_t key);

#endif
