/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_TUNNEL_H
#define BGW_CONTROL_TUNNEL_H

/**
 * What is kept of published remote gateways, their connections and the MACs behind those, and how
 * these become peers, tunnels and forwarding entries of the dataplane (bgw/tunnel.h).
 *
 * Control thread only.
 */

#include <bgw/counter.h>
#include <bgw/tunnel.h>

#include "domain.h"
#include "error.h"
#include "forwarding.h"
#include "negotiator/agreement.h"

struct negotiation_udp_peer;
struct path;

struct remote_gateway_state {
	struct work work;
	uint32_t peer; /**< 0: not published, for want of a local address */
	bool nvgre;
	struct bgw_address local, remote;
	struct negotiation_udp_peer *negotiation; /**< NULL: it is off */
};

struct remote_mac_state;

struct connection_state {
	struct work work;
	uint32_t index; /**< 0: not published */
	struct domain *domain;
	struct path *path;
	bool is_agreed; /**< with the peer, of encapsulation "auto" */
	enum bgw_encap agreed_encapsulation;
	uint32_t agreed_seg_id;
	bool is_set; /**< spec is what workers have */
	bool is_in_flood;
	bool is_forgotten; /**< what was learned behind it, for its remote gateway is down */
	struct bgw_connection_spec spec;
	struct bgw_traffic_counters before; /**< of earlier owners of the index */
	struct remote_mac_state *macs;	    /**< those in the dataplane */
};

struct remote_mac_state {
	struct work work;
	struct connection_state *connection; /**< NULL: not in the dataplane */
	struct remote_mac_state *next, **previous;
	struct rte_ether_addr mac;
	uint32_t neighbour; /**< 0: has no address */
	struct bgw_address ip;
	bool router;
};

/** Takes what is behind a connection out of the dataplane, and queues it to be put back. False: not
 * done, call again. */
bool connection_macs_withdraw(struct control *control, struct connection_state *connection);

/** Queues the connections of a remote gateway: something that they depend on changed. */
void remote_gateway_touch_connections(struct control *control, const struct bgw_uuid *gateway);

/** The source of tunnels to `remote`. 0 or negative with *error set. */
int tunnel_source(const struct control *control, const struct bgw_address *remote,
		  const struct bgw_address *local_ip, struct bgw_address *source,
		  struct error *error);

/** Whether that encapsulation and the remote gateway's list have GRE and NVGRE, which the wire does
 * not tell apart. */
bool encapsulations_clash(const struct bgw_l2_remote_gateway *gateway, uint32_t encapsulation);

/** What the peer and we agreed on for a connection whose encapsulation is "auto". 0, or negative
 * with *error set: it is not as configured here, or another connection has it. */
int connection_agree(struct control *control, const struct bgw_uuid *connection,
		     const struct bgw_agreement *agreement, struct error *error);

/** By the dataplane's index; NULL when there is none. */
const struct object *connection_by_index(const struct control *control, uint32_t index);
/** Counted since the connection was made; zeroes while it is not published. */
void connection_counters(const struct control *control, const struct connection_state *connection,
			 struct bgw_traffic_counters *counters);

#endif
