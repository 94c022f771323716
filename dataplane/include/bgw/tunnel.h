/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_TUNNEL_H
#define BGW_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include <bgw/bridge.h>
#include <bgw/dataplane.h>
#include <bgw/encap.h>

/*
 * Tunnels: peers (whom packets may come from), paths (how packets get to a peer) and connections
 * (a tunnel into a domain).
 *
 * A received packet is found by two exact matches: (local, remote address) to peer, then
 * (peer, encapsulation, key) to connection. A sent one follows its connection to its path, which
 * holds the ready outer header.
 */

/* Outer source and destination of packets that may be received. Peer indexes fit 24 bits. */
struct bgw_peer_spec {
	struct bgw_ip local;
	struct bgw_ip remote;
	bool nvgre; /* GRE keys of this peer are NVGRE's VSID and FlowID */
};

/* -EEXIST: another peer has this pair of addresses. -EINVAL, -ENOMEM, -ENOSPC. */
int bgw_peer_set(struct bgw_dataplane *dp, uint32_t index, const struct bgw_peer_spec *spec);
int bgw_peer_clear(struct bgw_dataplane *dp, uint32_t index);

enum bgw_path_state {
	BGW_PATH_UP,
	BGW_PATH_UNRESOLVED, /* dropped as path_unresolved */
	BGW_PATH_NO_ROUTE,   /* path_no_route */
	BGW_PATH_LINK_DOWN,  /* path_link_down */
};

/* The outer TOS field (RFC 2983, RFC 6040). ECN is always carried as RFC 6040 says. */
#define BGW_DSCP_COPY (-1) /* the inner packet's DSCP; 0 for what is no IP */

struct bgw_path_spec {
	enum bgw_path_state state;
	enum bgw_encap encap;
	bool keyless; /* GRE with no key field */
	struct bgw_ip local;
	struct bgw_ip remote;
	uint16_t port; /* port index of the underlay port */
	uint16_t vlan; /* of the underlay, 0: none */
	struct rte_ether_addr source_mac;
	struct rte_ether_addr next_hop_mac;
	uint16_t mtu_bytes; /* of the outer IP packet */
	uint8_t ttl;	    /* 64 by default */
	int8_t dscp;	    /* 0 .. 63, or BGW_DSCP_COPY */
	uint16_t udp_port;  /* destination, of encapsulations over UDP */
};

/* Addresses and MACs may be zero unless the state is BGW_PATH_UP. -EINVAL, -ENOMEM. */
int bgw_path_set(struct bgw_dataplane *dp, uint32_t index, const struct bgw_path_spec *spec);
int bgw_path_clear(struct bgw_dataplane *dp, uint32_t index);

struct bgw_connection_spec {
	uint16_t domain;
	uint32_t path;
	uint32_t peer;
	enum bgw_encap encap;
	uint32_t segmentation_id; /* 0 .. 16,777,215 */
	bool keyless;
	bool admin_up;
	bool mtu_signal; /* answer frames that do not fit (at most 100 a second) */
};

/* -EEXIST: another connection of the peer has this encapsulation and segmentation id. */
int bgw_connection_set(struct bgw_dataplane *dp, uint32_t index,
		       const struct bgw_connection_spec *spec);
int bgw_connection_clear(struct bgw_dataplane *dp, uint32_t index);

/*
 * The gateway's own underlay addresses: a packet to another one is not ours (to Linux, or dropped
 * as not_our_address). At most 64. Replaces the set. -EINVAL, -ENOMEM.
 */
int bgw_own_addresses_set(struct bgw_dataplane *dp, const struct bgw_ip *addresses, uint32_t count);
/* UDP port on which VXLAN is received (4789). */
void bgw_vxlan_port_set(struct bgw_dataplane *dp, uint16_t udp_port);

#endif
