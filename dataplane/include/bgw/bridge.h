/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_BRIDGE_H
#define BGW_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include <bgw/dataplane.h>
#include <bgw/ref.h>

/*
 * Domains (broadcast domains: a network, or the private domain of a gateway) and attachments (a
 * port and the tags on it that belong to a domain).
 */

enum bgw_attachment_kind {
	BGW_ATTACHMENT_UNTAGGED, /* no tag, or VID 0 */
	BGW_ATTACHMENT_VLAN,	 /* one tag: outer_vid */
	BGW_ATTACHMENT_QINQ,	 /* two tags: outer_vid (the port's TPID), inner_vid (0x8100) */
	BGW_ATTACHMENT_PORT,	 /* every frame of the port, tags kept */
};

/* Packets a second; 0: no limit. The burst is a tenth of a second's worth, at least 32. */
struct bgw_storm_limits {
	uint32_t broadcast_pps;
	uint32_t multicast_pps;
	uint32_t unknown_unicast_pps;
};

#define BGW_MAX_ALLOWED_SOURCES	   64
#define BGW_MAX_ALLOWED_ETHERTYPES 16

struct bgw_attachment_spec {
	uint16_t port;	 /* port index */
	uint16_t domain; /* domain id */
	enum bgw_attachment_kind kind;
	uint16_t outer_vid; /* 1 .. 4094 */
	uint16_t inner_vid; /* 1 .. 4094 */
	uint8_t pcp;	    /* of a tag pushed on a frame that had none */
	bool dei;
	bool admin_up;
	bool l2_control_tunnel;	 /* bridge 01-80-C2-00-00-00..0F, but never PAUSE (01) and LACP (02)
				  */
	bool refuse_new_sources; /* its MAC limit is reached: a frame from a new source is dropped
				  */
	struct bgw_storm_limits storm;
	uint16_t allowed_sources_count; /* 0: any source */
	struct rte_ether_addr allowed_sources[BGW_MAX_ALLOWED_SOURCES];
	uint16_t allowed_ethertypes_count; /* 0: any; compared after the tags that are taken off */
	rte_be16_t allowed_ethertypes[BGW_MAX_ALLOWED_ETHERTYPES];
};

/*
 * Publishes attachment `index`, and that the port's frames with its tags are its own.
 * -EEXIST: another attachment of the port has the same tags, or one of the two is of kind PORT.
 * -EINVAL: out of range. -ENOMEM.
 */
int bgw_attachment_set(struct bgw_dataplane *dp, uint32_t index,
		       const struct bgw_attachment_spec *spec);
int bgw_attachment_clear(struct bgw_dataplane *dp, uint32_t index);

struct bgw_domain_spec {
	/*
	 * Where a frame with no known destination goes: attachments, and the connections whose
	 * `flood` is true. A frame never goes back to where it came from, nor from tunnel to
	 * tunnel. Any order. Copied.
	 */
	uint32_t flood_count;
	const bgw_ref *flood;
	bool suppress; /* the domain has addresses that are answered at the edge */
};

/* Publishes domain `id`. -EINVAL, -ENOMEM. */
int bgw_domain_set(struct bgw_dataplane *dp, uint16_t id, const struct bgw_domain_spec *spec);
int bgw_domain_clear(struct bgw_dataplane *dp, uint16_t id);

/*
 * ARP and ND suppression: an address of a domain whose owner's MAC is known. Queries for it are
 * answered at the edge (RFC 9161), with `mac` as the answer's Ethernet source.
 */
struct bgw_ip {
	uint8_t family; /* 4 or 6 */
	union {
		rte_be32_t v4;
		uint8_t v6[16];
	};
};

struct bgw_neighbour_spec {
	uint16_t domain;
	struct bgw_ip ip;
	struct rte_ether_addr mac;
	bgw_ref place; /* no answer is sent to where the owner is */
	bool router;   /* the R flag of neighbour advertisements */
};

/* Index as for other objects. -EEXIST: another index has this address of this domain. */
int bgw_neighbour_set(struct bgw_dataplane *dp, uint32_t index,
		      const struct bgw_neighbour_spec *spec);
int bgw_neighbour_clear(struct bgw_dataplane *dp, uint32_t index);

#endif
