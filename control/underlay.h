/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_UNDERLAY_H
#define BGW_CONTROL_UNDERLAY_H

/**
 * How packets get to remote gateways: follows Linux (addresses, routes, neighbours, links) for the
 * ports that Linux has, and the configuration's static addresses and neighbours for those it has
 * not. Each asker gets the state of its path and every change of it.
 *
 * Linux decides, this follows: a next hop that Linux has not resolved is asked for through Linux
 * and never guessed. REACHABLE, STALE, DELAY and PROBE are usable alike; only FAILED, INCOMPLETE
 * and removal withdraw a path. Neighbours that are in use are kept fresh by the kernel (managed),
 * since tunnel packets do not pass it.
 *
 * Control thread only. Nothing here knows sockets, the event loop or the dataplane: they are given
 * by struct underlay_environment (underlay_linux.h for the real one).
 */

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/message.h"
#include "values.h"

struct underlay;
struct underlay_path;

#define UNDERLAY_NEVER UINT64_MAX

/** What it needs of the world. Functions as in netlink/request.h. */
struct underlay_environment {
	void *context;
	uint64_t (*now_ms)(void *context); /**< monotonic */
	/** underlay_timer() is to be called once, in delay_ms; replaces what was asked before. */
	void (*timer_set)(void *context, uint64_t delay_ms);
	int (*route_get)(void *context, const struct bgw_address *destination,
			 const struct bgw_address *source, struct netlink_route *route);
	int (*neighbour_get)(void *context, int ifindex, const struct bgw_address *ip,
			     struct netlink_neighbour *neighbour);
	int (*neighbour_manage)(void *context, int ifindex, const struct bgw_address *ip,
				bool *managed);
	int (*neighbour_use)(void *context, int ifindex, const struct bgw_address *ip);
	int (*neighbour_delete)(void *context, int ifindex, const struct bgw_address *ip);
};

/** `vtep`: the configuration's underlay.vtep, family 0 when absent. NULL without memory. */
struct underlay *underlay_create(const struct underlay_environment *environment,
				 const struct bgw_address *vtep);
/** Every path must have been removed. Leaves none of our neighbours in the kernel. Accepts NULL. */
void underlay_destroy(struct underlay *underlay);

/* --- ports and the configuration --- */

struct underlay_port {
	uint16_t index; /**< of the dataplane */
	char name[64];
	char netdev[IFNAMSIZ]; /**< as Linux knows it (netdev or mirror); "": Linux does not */
	uint16_t vlan;	       /**< of the underlay, 0 none */
	bool admin_up;
	/* What Linux says of a netdev; given here for a port that Linux does not have. */
	bool link_up;
	struct bgw_mac mac;
	uint16_t mtu_bytes;
};

/** An underlay port is there, or changed (by index). -ENOMEM. */
int underlay_port_set(struct underlay *underlay, const struct underlay_port *port);

/** Of the configuration (underlay.addresses, underlay.neighbours). -ENOMEM. */
int underlay_static_address_add(struct underlay *underlay, const struct bgw_prefix *address);
int underlay_static_neighbour_add(struct underlay *underlay, const struct bgw_address *ip,
				  const struct bgw_mac *mac, uint16_t port);

/* --- own addresses --- */

/**
 * The addresses at which tunnels may end: underlay.vtep, those on underlay netdevs, static ones,
 * and those of paths that Linux has elsewhere (a loopback). Without link-local ones. Writes at most
 * `max`, returns how many there are.
 */
size_t underlay_own_addresses(const struct underlay *underlay, struct bgw_address *addresses,
			      size_t max);

/** Called after each change of that set. Several may watch. -ENOMEM. */
typedef void underlay_own_changed(void *context);
int underlay_own_watch(struct underlay *underlay, underlay_own_changed *changed, void *context);

/**
 * The source address of tunnels to `remote`: local_ip (NULL or family 0: none given), else
 * underlay.vtep, else the only underlay address. It never follows a reroute.
 *
 * @return 0 and *source; -EINVAL (another family, or several addresses to choose from) or
 * -EADDRNOTAVAIL (no address at all) with one sentence in `why`.
 */
int underlay_source(const struct underlay *underlay, const struct bgw_address *remote,
		    const struct bgw_address *local_ip, struct bgw_address *source, char *why,
		    size_t why_size);

/* --- paths --- */

enum underlay_state {
	UNDERLAY_UP,
	UNDERLAY_UNRESOLVED, /**< the next hop's MAC is not known */
	UNDERLAY_NO_ROUTE,   /**< or none by an underlay port, or none from the local address */
	UNDERLAY_LINK_DOWN,
	UNDERLAY_ADMIN_DOWN, /**< the operator took the port out of service */
};

#define UNDERLAY_REASON_SIZE 160

struct underlay_path_state {
	enum underlay_state state;
	uint16_t port; /**< port index; this and the rest is valid when the state is up */
	uint16_t vlan; /**< 0 none */
	struct bgw_mac source_mac;
	struct bgw_mac next_hop_mac;
	struct bgw_address next_hop;
	uint16_t mtu_bytes;		   /**< of the outer IP packet */
	char reason[UNDERLAY_REASON_SIZE]; /**< one sentence for the operator, in any state */
};

/** "up", "unresolved", "no_route", "link_down", "admin_down" */
const char *underlay_state_name(enum underlay_state state);

/** Called after each change, but never from inside underlay_path_add(). May add and remove other
 * paths, not its own. */
typedef void underlay_path_changed(void *context, const struct underlay_path_state *state);

/** NULL without memory. Its state is there at once. */
struct underlay_path *underlay_path_add(struct underlay *underlay, const struct bgw_address *remote,
					const struct bgw_address *local,
					underlay_path_changed *changed, void *context);
/** No callback after it. Accepts NULL. */
void underlay_path_remove(struct underlay_path *path);
const struct underlay_path_state *underlay_path_state(const struct underlay_path *path);

/**
 * A router on the way said that a packet of ours was too big (ICMP Fragmentation Needed, RFC 1191,
 * or Packet Too Big, RFC 8201). `packet` is the ICMP message with its quote, from the ICMP header
 * on. Lowers the MTU of the path whose header is quoted for ten minutes, not below 576 bytes (IPv6:
 * 1,280).
 *
 * @return 0; -EBADMSG: malformed; -ENOENT: no path of ours is quoted, or nothing to lower.
 */
int underlay_too_big(struct underlay *underlay, uint8_t family, const uint8_t *packet,
		     size_t packet_bytes);
/** UDP destination port of tunnels; what quotes another one is not ours. Default 4789. */
void underlay_udp_port_set(struct underlay *underlay, uint16_t udp_port);

/* --- next hops, for the API --- */

struct underlay_next_hop {
	struct bgw_address ip;
	struct bgw_mac mac; /**< zero when unknown */
	const char *port;   /**< name */
	const char *state;  /**< "reachable", "stale", ... as Linux says, or "static" */
	uint64_t since_ms;  /**< for how long it has had this MAC or been without one */
};

typedef void underlay_next_hop_visit(void *context, const struct underlay_next_hop *next_hop);
void underlay_next_hops(const struct underlay *underlay, underlay_next_hop_visit *visit,
			void *context);

/* --- what happens --- */

/** From netlink/monitor.h. */
void underlay_message(struct underlay *underlay, const struct netlink_message *message);
void underlay_dump_begin(struct underlay *underlay, enum netlink_kind kind);
void underlay_dump_end(struct underlay *underlay, enum netlink_kind kind);

/** The time asked for by timer_set() has come. */
void underlay_timer(struct underlay *underlay);

#endif
