/* SPDX-License-Identifier: BSD-3-Clause */
/* Links and local addresses, as Linux has them. */
#include <stdlib.h>
#include <string.h>

#include "underlay_state.h"

static struct underlay_link **link_place(struct underlay *underlay, int ifindex)
{
	struct underlay_link **place = &underlay->links[(unsigned int)ifindex % UNDERLAY_BUCKETS];

	while (*place != NULL && (*place)->now.ifindex != ifindex)
		place = &(*place)->next;
	return place;
}

const struct netlink_link *underlay_link_find(const struct underlay *underlay, int ifindex)
{
	const struct underlay_link *link =
		underlay->links[(unsigned int)ifindex % UNDERLAY_BUCKETS];

	while (link != NULL && link->now.ifindex != ifindex)
		link = link->next;
	return link != NULL ? &link->now : NULL;
}

static void link_changed(struct underlay *underlay, int ifindex)
{
	underlay_own_update(underlay);
	underlay_hops_ask(underlay, ifindex);
	underlay_paths_resolve(underlay);
	/* Linux does not announce the IPv4 routes that a link takes with it. */
	underlay_paths_lookup_soon(underlay);
}

void underlay_link_message(struct underlay *underlay, const struct netlink_message *message)
{
	struct underlay_link **place = link_place(underlay, message->link.ifindex);
	struct underlay_link *link = *place;

	if (message->removed) {
		if (link == NULL)
			return;
		*place = link->next;
		free(link);
		link_changed(underlay, message->link.ifindex);
		return;
	}
	if (link == NULL) {
		link = calloc(1, sizeof(*link));
		if (link == NULL)
			return;
		*place = link;
	} else if (memcmp(&link->now, &message->link, sizeof(link->now)) == 0) {
		link->told = true;
		return;
	}
	link->now = message->link;
	link->told = true;
	link_changed(underlay, message->link.ifindex);
}

size_t underlay_address_bucket(const struct bgw_address *ip)
{
	unsigned int hash = 0;

	for (size_t i = 0; i < sizeof(ip->bytes); i++)
		hash = hash * 31 + ip->bytes[i];
	return hash % UNDERLAY_BUCKETS;
}

const struct netlink_address *underlay_local_find(const struct underlay *underlay,
						  const struct bgw_address *ip)
{
	const struct underlay_local *local = underlay->locals[underlay_address_bucket(ip)];

	while (local != NULL &&
	       !(local->now.usable && bgw_address_equal(&local->now.prefix.ip, ip)))
		local = local->next;
	return local != NULL ? &local->now : NULL;
}

const struct underlay_static_address *underlay_static_find(const struct underlay *underlay,
							   const struct bgw_address *ip)
{
	const struct underlay_static_address *entry = underlay->static_addresses;

	while (entry != NULL && !bgw_address_equal(&entry->prefix.ip, ip))
		entry = entry->next;
	return entry;
}

static void address_changed(struct underlay *underlay)
{
	underlay_own_update(underlay);
	underlay_paths_resolve(underlay);
	underlay_paths_lookup_soon(underlay);
}

void underlay_address_message(struct underlay *underlay, const struct netlink_message *message)
{
	const struct netlink_address *now = &message->address;
	struct underlay_local **place = &underlay->locals[underlay_address_bucket(&now->prefix.ip)];
	struct underlay_local *local;

	while (*place != NULL && ((*place)->now.ifindex != now->ifindex ||
				  (*place)->now.prefix.length != now->prefix.length ||
				  !bgw_address_equal(&(*place)->now.prefix.ip, &now->prefix.ip)))
		place = &(*place)->next;
	local = *place;
	if (message->removed) {
		if (local == NULL)
			return;
		*place = local->next;
		free(local);
		address_changed(underlay);
		return;
	}
	if (local == NULL) {
		local = calloc(1, sizeof(*local));
		if (local == NULL)
			return;
		*place = local;
	} else if (local->now.usable == now->usable) {
		local->told = true;
		return;
	}
	local->now = *now;
	local->told = true;
	address_changed(underlay);
}

static void links_dump(struct underlay *underlay, bool end)
{
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++) {
		struct underlay_link **place = &underlay->links[i];

		while (*place != NULL) {
			struct underlay_link *link = *place;
			int ifindex = link->now.ifindex;

			if (end && !link->told) {
				*place = link->next;
				free(link);
				link_changed(underlay, ifindex);
			} else {
				link->told = end && link->told;
				place = &link->next;
			}
		}
	}
}

static void locals_dump(struct underlay *underlay, bool end)
{
	bool changed = false;

	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++) {
		struct underlay_local **place = &underlay->locals[i];

		while (*place != NULL) {
			struct underlay_local *local = *place;

			if (end && !local->told) {
				*place = local->next;
				free(local);
				changed = true;
			} else {
				local->told = end && local->told;
				place = &local->next;
			}
		}
	}
	if (changed)
		address_changed(underlay);
}

void underlay_address_dump(struct underlay *underlay, enum netlink_kind kind, bool end)
{
	if (kind == NETLINK_KIND_LINK)
		links_dump(underlay, end);
	else
		locals_dump(underlay, end);
}

void underlay_address_free(struct underlay *underlay)
{
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++) {
		while (underlay->links[i] != NULL) {
			struct underlay_link *link = underlay->links[i];

			underlay->links[i] = link->next;
			free(link);
		}
		while (underlay->locals[i] != NULL) {
			struct underlay_local *local = underlay->locals[i];

			underlay->locals[i] = local->next;
			free(local);
		}
	}
}
