/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Frames of tests, written as the list of their layers:
 *
 *   PACKET(eth(HOST_A, HOST_B), vlan(10), ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(64))
 *
 * Lengths, ethertypes, protocols and checksums follow from the layers; a layer's further arguments
 * say what shall be otherwise. Nothing here knows the gateway's own code: what is expected is built
 * from the standards alone.
 *
 * Arguments come in the order from, to. Addresses are text. A frame lives until packet_free_all().
 */
struct packet {
	uint32_t length_bytes;
	uint8_t *bytes;
	uint8_t *mask; /* per byte: the bits that count in a comparison */
};

struct layer {
	uint8_t kind;
	uint8_t ip_protocol; /* as what IP carries it; 0: not at all */
	uint16_t ethertype;  /* as what Ethernet and GRE carry it; 0: not at all */
	bool fixed_type;     /* its own type field is given, and does not follow from the next */
	bool no_checksum;
	uint16_t checksum_error; /* xored into the right checksum */
	int16_t length_error;	 /* added to the right length */
	uint32_t length_bytes;
	const uint8_t *data; /* instead of `bytes` */
	uint8_t bytes[64];
	uint8_t ignored[64]; /* bits that do not count in a comparison */
};

#define PACKET(...)                                       \
	packet_build((const struct layer[]){__VA_ARGS__}, \
		     sizeof((const struct layer[]){__VA_ARGS__}) / sizeof(struct layer))

const struct packet *packet_build(const struct layer *layers, size_t count);
/* A copy that may be changed. */
struct packet *packet_copy(const struct packet *packet);
/* A copy of the first `length_bytes`; zeros follow where the frame is shorter. */
struct packet *packet_resize(const struct packet *packet, uint32_t length_bytes);
struct packet *packet_of_bytes(const void *bytes, uint32_t length_bytes);
void packet_free_all(void);

/* Hexadecimal bytes with what the two differ in marked, into `text`. */
void packet_describe_difference(const struct packet *expected, const struct packet *got, char *text,
				size_t size);
bool packet_matches(const struct packet *expected, const struct packet *got);

uint16_t internet_checksum(const void *bytes, size_t length_bytes, uint32_t sum);

/* An argument that any value matches: source ports and flow ids that carry entropy. */
#define ANY 0x10000u

struct eth_args {
	const char *from, *to;
	uint16_t type; /* 0: follows from the next layer */
};
#define eth(...) layer_eth((struct eth_args){__VA_ARGS__})
struct layer layer_eth(struct eth_args args);

struct vlan_args {
	uint16_t vid;
	uint16_t tpid; /* 0: 0x8100 */
	uint8_t pcp;
	bool dei;
	uint16_t type;
};
#define vlan(...) layer_vlan((struct vlan_args){__VA_ARGS__})
struct layer layer_vlan(struct vlan_args args);

struct ipv4_args {
	const char *from, *to;
	uint8_t ttl; /* 0: 64 */
	uint8_t tos;
	uint16_t id;
	bool df, mf;
	uint16_t offset;       /* of a fragment, in 8 bytes */
	uint8_t protocol;      /* 0: follows from the next layer */
	uint8_t options_bytes; /* no-operation options: 0 .. 40, a multiple of 4 */
	uint8_t version;       /* 0: 4 */
	uint8_t ihl;	       /* 0: the right one */
	uint16_t checksum_error;
	int16_t length_error;
};
#define ipv4(...) layer_ipv4((struct ipv4_args){__VA_ARGS__})
struct layer layer_ipv4(struct ipv4_args args);

struct ipv6_args {
	const char *from, *to;
	uint8_t hop_limit; /* 0: 64 */
	uint8_t traffic_class;
	uint8_t next_header; /* 0: follows from the next layer */
	int16_t length_error;
};
#define ipv6(...) layer_ipv6((struct ipv6_args){__VA_ARGS__})
struct layer layer_ipv6(struct ipv6_args args);

struct udp_args {
	uint32_t from, to; /* ANY */
	bool no_checksum;
	uint16_t checksum_error;
	int16_t length_error;
};
#define udp(...) layer_udp((struct udp_args){__VA_ARGS__})
struct layer layer_udp(struct udp_args args);

/* Type, code and the four bytes after the checksum. */
struct layer icmp(uint8_t type, uint8_t code, uint32_t rest);
struct layer icmpv6(uint8_t type, uint8_t code, uint32_t rest);

struct arp_args {
	uint16_t operation;
	const char *sender_mac, *sender_ip, *target_mac, *target_ip;
};
#define arp(...) layer_arp((struct arp_args){__VA_ARGS__})
struct layer layer_arp(struct arp_args args);

struct vxlan_args {
	uint32_t vni;
	uint8_t flags; /* with no_flags: none, else 0 means the I flag */
	bool no_flags;
	uint32_t reserved;     /* the 24 bits after the flags */
	uint8_t last_reserved; /* the 8 bits after the VNI */
};
#define vxlan(...) layer_vxlan((struct vxlan_args){__VA_ARGS__})
struct layer layer_vxlan(struct vxlan_args args);

/* GRE. `flags` is or-ed into the first 16 bits; fields are there if their flag is set by `has_`. */
struct gre_args {
	bool has_key;
	uint32_t key;
	bool has_checksum;
	uint16_t checksum_error;
	bool has_sequence;
	uint32_t sequence;
	uint16_t flags;
	uint16_t type;	  /* 0: follows from the next layer */
	bool any_flow_id; /* the key's low 8 bits match anything */
};
#define gre(...) layer_gre((struct gre_args){__VA_ARGS__})
struct layer layer_gre(struct gre_args args);

/* Recognisable bytes. */
struct layer payload(uint32_t length_bytes);
/* The bytes have to last until the frame is built. */
struct layer bytes_of(const void *bytes, uint32_t length_bytes);
/* A whole packet, in a tunnel. */
struct layer inner(const struct packet *packet);
/* Zeros at the end up to a frame of `length_bytes`, that no length of a header counts. */
struct layer padded_to(uint32_t length_bytes);

#endif
