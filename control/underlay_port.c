/* SPDX-License-Identifier: BSD-3-Clause */
/* Underlay ports, and which netdevs of Linux are theirs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "underlay_state.h"

static struct underlay_port_entry *find(const struct underlay *underlay, uint16_t index)
{
	struct underlay_port_entry *entry = underlay->ports;

	while (entry != NULL && entry->port.index != index)
		entry = entry->next;
	return entry;
}

const struct underlay_port *underlay_port_by_index(const struct underlay *underlay, uint16_t index)
{
	const struct underlay_port_entry *entry = find(underlay, index);

	return entry != NULL ? &entry->port : NULL;
}

const struct underlay_port *underlay_port_of_link(const struct underlay *underlay,
						  const struct netlink_link *link)
{
	const struct netlink_link *parent =
		link->vlan != 0 ? underlay_link_find(underlay, link->parent) : NULL;

	for (const struct underlay_port_entry *entry = underlay->ports; entry != NULL;
	     entry = entry->next) {
		const struct netlink_link *device = entry->port.vlan != 0 ? parent : link;

		if (entry->port.netdev[0] != '\0' && device != NULL &&
		    (entry->port.vlan == 0 || entry->port.vlan == link->vlan) &&
		    strcmp(entry->port.netdev, device->name) == 0)
			return &entry->port;
	}
	return NULL;
}

int underlay_port_set(struct underlay *underlay, const struct underlay_port *port)
{
	struct underlay_port_entry *entry = find(underlay, port->index);

	if (entry == NULL) {
		entry = calloc(1, sizeof(*entry));
		if (entry == NULL)
			return -ENOMEM;
		entry->next = underlay->ports;
		underlay->ports = entry;
	}
	if (memcmp(&entry->port, port, sizeof(*port)) == 0)
		return 0;
	entry->port = *port;
	underlay_own_update(underlay);
	underlay_paths_resolve(underlay);
	return 0;
}

int underlay_static_address_add(struct underlay *underlay, const struct bgw_prefix *address)
{
	struct underlay_static_address *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return -ENOMEM;
	entry->prefix = *address;
	entry->next = underlay->static_addresses;
	underlay->static_addresses = entry;
	underlay_own_update(underlay);
	return 0;
}

int underlay_static_neighbour_add(struct underlay *underlay, const struct bgw_address *ip,
				  const struct bgw_mac *mac, uint16_t port)
{
	struct underlay_static_neighbour *entry = calloc(1, sizeof(*entry)), **bucket;

	if (entry == NULL)
		return -ENOMEM;
	entry->ip = *ip;
	entry->mac = *mac;
	entry->port = port;
	entry->since_ms = underlay_now_ms(underlay);
	entry->next = underlay->static_neighbours;
	underlay->static_neighbours = entry;
	bucket = &underlay->static_by_ip[underlay_address_bucket(ip)];
	entry->next_of_bucket = *bucket;
	*bucket = entry;
	underlay_paths_resolve(underlay);
	return 0;
}

const struct underlay_static_neighbour *underlay_static_neighbour_find(
	const struct underlay *underlay, const struct bgw_address *ip)
{
	const struct underlay_static_neighbour *entry =
		underlay->static_by_ip[underlay_address_bucket(ip)];

	while (entry != NULL && !bgw_address_equal(&entry->ip, ip))
		entry = entry->next_of_bucket;
	return entry;
}
