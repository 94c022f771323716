/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of a path: a pure function of its last lookup and of what Linux and configuration say.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "underlay_state.h"

__attribute__((format(printf, 3, 4))) static void say(struct underlay_path_state *state,
						      enum underlay_state value, const char *format,
						      ...)
{
	va_list arguments;

	state->state = value;
	va_start(arguments, format);
	vsnprintf(state->reason, sizeof(state->reason), format, arguments);
	va_end(arguments);
}

static uint16_t mtu_least(const struct underlay_path *path, uint32_t link_bytes)
{
	uint32_t least = link_bytes < UINT16_MAX ? link_bytes : UINT16_MAX;

	if (path->lookup == 0 && path->route.mtu_bytes != 0 && path->route.mtu_bytes < least)
		least = path->route.mtu_bytes;
	if (path->learned_mtu_bytes != 0 && path->learned_mtu_bytes < least)
		least = path->learned_mtu_bytes;
	return (uint16_t)least;
}

static bool is_same_net(const struct bgw_prefix *prefix, const struct bgw_address *ip)
{
	unsigned int bits = prefix->length, whole = bits / 8;
	uint8_t rest = (uint8_t)(0xff00u >> bits % 8);

	return prefix->ip.family == ip->family && memcmp(prefix->ip.bytes, ip->bytes, whole) == 0 &&
	       (bits % 8 == 0 || ((prefix->ip.bytes[whole] ^ ip->bytes[whole]) & rest) == 0);
}

static void say_up(const struct underlay_path *path, const struct underlay_port *port,
		   struct underlay_path_state *state)
{
	char remote[BGW_ADDRESS_TEXT_SIZE], hop[BGW_ADDRESS_TEXT_SIZE], mac[BGW_MAC_TEXT_SIZE];

	state->port = port->index;
	say(state, UNDERLAY_UP, "%s is reached by %s, next hop %s at %s, MTU %u",
	    bgw_address_format(&path->remote, remote), port->name,
	    bgw_address_format(&state->next_hop, hop), bgw_mac_format(&state->next_hop_mac, mac),
	    state->mtu_bytes);
}

/* Whether the port can send; if not, *state says why. */
static bool port_is_up(const struct underlay_port *port, const struct netlink_link *link,
		       struct underlay_path_state *state)
{
	if (!port->admin_up)
		say(state, UNDERLAY_ADMIN_DOWN, "underlay port %s is administratively down",
		    port->name);
	else if (link == NULL && port->netdev[0] != '\0')
		say(state, UNDERLAY_LINK_DOWN, "netdev %s of underlay port %s does not exist",
		    port->netdev, port->name);
	else if (link == NULL && !port->link_up)
		say(state, UNDERLAY_LINK_DOWN, "underlay port %s has no link", port->name);
	else if (link != NULL && !link->admin_up)
		say(state, UNDERLAY_LINK_DOWN, "netdev %s of underlay port %s is down in Linux",
		    link->name, port->name);
	else if (link != NULL && !link->carrier)
		say(state, UNDERLAY_LINK_DOWN, "netdev %s of underlay port %s has no carrier",
		    link->name, port->name);
	else
		return true;
	return false;
}

/* The netdev of a port by which its packets leave: its own, or the VLAN device on it. */
static const struct netlink_link *link_of_port(const struct underlay *underlay,
					       const struct underlay_port *port)
{
	if (port->netdev[0] == '\0')
		return NULL;
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (const struct underlay_link *link = underlay->links[i]; link != NULL;
		     link = link->next)
			if (strcmp(link->now.name, port->netdev) == 0)
				return &link->now;
	return NULL;
}

static void resolve_static(const struct underlay_path *path,
			   const struct underlay_static_neighbour *neighbour,
			   struct underlay_path_state *state)
{
	const struct underlay *underlay = path->underlay;
	const struct underlay_port *port = underlay_port_by_index(underlay, neighbour->port);
	const struct netlink_link *link;

	if (port == NULL) {
		say(state, UNDERLAY_NO_ROUTE, "the port of its static neighbour does not exist");
		return;
	}
	link = link_of_port(underlay, port);
	if (!port_is_up(port, link, state))
		return;
	state->vlan = port->vlan;
	state->source_mac = link != NULL ? link->mac : port->mac;
	state->next_hop = neighbour->ip;
	state->next_hop_mac = neighbour->mac;
	state->mtu_bytes = mtu_least(path, link != NULL ? link->mtu_bytes : port->mtu_bytes);
	say_up(path, port, state);
}

/* The local address is static, and so must the neighbour have been. */
static void say_no_static(const struct underlay_path *path, struct underlay_path_state *state)
{
	char remote[BGW_ADDRESS_TEXT_SIZE];

	bgw_address_format(&path->remote, remote);
	for (const struct underlay_static_address *entry = path->underlay->static_addresses;
	     entry != NULL; entry = entry->next)
		if (is_same_net(&entry->prefix, &path->remote)) {
			say(state, UNDERLAY_UNRESOLVED,
			    "%s has no MAC: add it to underlay.neighbours of the configuration",
			    remote);
			return;
		}
	say(state, UNDERLAY_NO_ROUTE,
	    "no underlay.addresses of the configuration is in the network of %s, and no "
	    "underlay.neighbours names it",
	    remote);
}

/* There is no route from the local address; maybe because its link is down. */
static void say_no_route(const struct underlay_path *path, struct underlay_path_state *state)
{
	const struct netlink_address *local = underlay_local_find(path->underlay, &path->local);
	const struct netlink_link *link =
		local != NULL ? underlay_link_find(path->underlay, local->ifindex) : NULL;
	const struct underlay_port *port =
		link != NULL ? underlay_port_of_link(path->underlay, link) : NULL;
	char remote[BGW_ADDRESS_TEXT_SIZE], text[BGW_ADDRESS_TEXT_SIZE];

	bgw_address_format(&path->remote, remote);
	bgw_address_format(&path->local, text);
	if (local == NULL)
		say(state, UNDERLAY_NO_ROUTE, "%s is no address of this machine: add it in Linux",
		    text);
	else if (port == NULL || port_is_up(port, link, state))
		say(state, UNDERLAY_NO_ROUTE, "Linux has no route to %s from %s (%s)", remote, text,
		    strerror(-path->lookup));
}

/* The port by which the route leaves; NULL with *state set. */
static const struct underlay_port *route_port(const struct underlay_path *path,
					      const struct netlink_link *link,
					      struct underlay_path_state *state)
{
	const struct underlay_port *port;
	char remote[BGW_ADDRESS_TEXT_SIZE];

	bgw_address_format(&path->remote, remote);
	if (path->route.type != RTN_UNICAST) {
		say(state, UNDERLAY_NO_ROUTE, "%s is %s", remote,
		    path->route.type == RTN_LOCAL ? "an address of this machine"
						  : "no unicast address to Linux");
		return NULL;
	}
	if (link == NULL || path->route.encapsulated) {
		say(state, UNDERLAY_NO_ROUTE,
		    "the route to %s has no plain next hop on an underlay port", remote);
		return NULL;
	}
	port = underlay_port_of_link(path->underlay, link);
	if (port == NULL || !link->ethernet) {
		say(state, UNDERLAY_NO_ROUTE, "the route to %s leaves by %s, which is %s", remote,
		    link->name,
		    port == NULL ? "no underlay port (nor its VLAN)" : "no Ethernet interface");
		return NULL;
	}
	return port;
}

void underlay_resolve(const struct underlay_path *path, struct underlay_path_state *state)
{
	const struct underlay *underlay = path->underlay;
	const struct underlay_static_neighbour *neighbour =
		underlay_static_neighbour_find(underlay, &path->remote);
	const struct underlay_port *port;
	const struct netlink_link *link;
	char hop[BGW_ADDRESS_TEXT_SIZE];

	memset(state, 0, sizeof(*state));
	if (neighbour != NULL) {
		resolve_static(path, neighbour, state);
		return;
	}
	if (underlay_static_find(underlay, &path->local) != NULL) {
		say_no_static(path, state);
		return;
	}
	if (path->lookup < 0) {
		say_no_route(path, state);
		return;
	}
	link = underlay_link_find(underlay, path->route.ifindex);
	port = route_port(path, link, state);
	if (port == NULL || !port_is_up(port, link, state))
		return;
	state->next_hop = path->route.gateway.family != 0 ? path->route.gateway : path->remote;
	bgw_address_format(&state->next_hop, hop);
	if (path->hop == NULL || !underlay_hop_is_usable(path->hop) ||
	    memcmp(&path->hop->now.mac, &link->mac, sizeof(link->mac)) == 0) {
		say(state, UNDERLAY_UNRESOLVED,
		    "next hop %s on %s is not resolved: Linux gets no "
		    "answer from it",
		    hop, port->name);
		return;
	}
	state->vlan = port->vlan;
	state->source_mac = link->mac;
	state->next_hop_mac = path->hop->now.mac;
	state->mtu_bytes = mtu_least(path, link->mtu_bytes);
	say_up(path, port, state);
}

int underlay_resolve_hop(const struct underlay_path *path, struct bgw_address *next_hop)
{
	const struct underlay *underlay = path->underlay;
	const struct netlink_link *link;

	if (path->lookup < 0 || path->route.type != RTN_UNICAST || path->route.encapsulated ||
	    underlay_static_neighbour_find(underlay, &path->remote) != NULL)
		return 0;
	link = underlay_link_find(underlay, path->route.ifindex);
	if (link == NULL || !link->ethernet || underlay_port_of_link(underlay, link) == NULL)
		return 0;
	*next_hop = path->route.gateway.family != 0 ? path->route.gateway : path->remote;
	return link->ifindex;
}
