/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses at which tunnels end, and which of them a tunnel starts from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "underlay_state.h"

struct set {
	struct bgw_address *items;
	size_t count, room;
};

static bool is_link_local(const struct bgw_address *ip)
{
	return ip->family == 4 ? ip->bytes[0] == 169 && ip->bytes[1] == 254
			       : ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

static int order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct bgw_address));
}

/* Without memory the set stays as it is, which the next change mends. */
static void put(struct set *set, const struct bgw_address *ip)
{
	for (size_t i = 0; i < set->count; i++)
		if (bgw_address_equal(&set->items[i], ip))
			return;
	if (set->count == set->room) {
		size_t room = set->room != 0 ? set->room * 2 : 16;
		void *items = realloc(set->items, room * sizeof(*set->items));

		if (items == NULL)
			return;
		set->items = items;
		set->room = room;
	}
	memset(&set->items[set->count], 0, sizeof(*set->items));
	set->items[set->count].family = ip->family;
	memcpy(set->items[set->count].bytes, ip->bytes, sizeof(ip->bytes));
	set->count++;
}

/* Those of underlay ports. */
static void put_ports(const struct underlay *underlay, struct set *set)
{
	for (const struct underlay_static_address *entry = underlay->static_addresses;
	     entry != NULL; entry = entry->next)
		put(set, &entry->prefix.ip);
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (const struct underlay_local *local = underlay->locals[i]; local != NULL;
		     local = local->next) {
			const struct netlink_link *link =
				underlay_link_find(underlay, local->now.ifindex);

			if (link != NULL && local->now.usable &&
			    !is_link_local(&local->now.prefix.ip) &&
			    underlay_port_of_link(underlay, link) != NULL)
				put(set, &local->now.prefix.ip);
		}
}

void underlay_own_update(struct underlay *underlay)
{
	struct set set = {0};

	put_ports(underlay, &set);
	if (underlay->vtep.family != 0)
		put(&set, &underlay->vtep);
	for (const struct underlay_path *path = underlay->first; path != NULL; path = path->next)
		if (underlay_local_find(underlay, &path->local) != NULL ||
		    underlay_static_neighbour_find(underlay, &path->remote) != NULL)
			put(&set, &path->local);
	if (set.count != 0)
		qsort(set.items, set.count, sizeof(*set.items), order);
	if (set.count == underlay->own_count &&
	    (set.count == 0 ||
	     memcmp(set.items, underlay->own, set.count * sizeof(*set.items)) == 0)) {
		free(set.items);
		return;
	}
	free(underlay->own);
	underlay->own = set.items;
	underlay->own_count = set.count;
	for (const struct underlay_watch *watch = underlay->watches; watch != NULL;
	     watch = watch->next)
		watch->changed(watch->context);
}

size_t underlay_own_addresses(const struct underlay *underlay, struct bgw_address *addresses,
			      size_t max)
{
	for (size_t i = 0; i < underlay->own_count && i < max; i++)
		addresses[i] = underlay->own[i];
	return underlay->own_count;
}

int underlay_own_watch(struct underlay *underlay, underlay_own_changed *changed, void *context)
{
	struct underlay_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return -ENOMEM;
	watch->changed = changed;
	watch->context = context;
	watch->next = underlay->watches;
	underlay->watches = watch;
	return 0;
}

/* The addresses of one family of underlay ports; `text` gets the first two. */
static size_t choices(const struct underlay *underlay, uint8_t family, struct bgw_address *only,
		      char text[2][BGW_ADDRESS_TEXT_SIZE])
{
	struct set set = {0};
	size_t count = 0;

	put_ports(underlay, &set);
	if (set.count != 0)
		qsort(set.items, set.count, sizeof(*set.items), order);
	for (size_t i = 0; i < set.count; i++) {
		if (set.items[i].family != family)
			continue;
		if (count == 0)
			*only = set.items[i];
		if (count < 2)
			bgw_address_format(&set.items[i], text[count]);
		count++;
	}
	free(set.items);
	return count;
}

int underlay_source(const struct underlay *underlay, const struct bgw_address *remote,
		    const struct bgw_address *local_ip, struct bgw_address *source, char *why,
		    size_t why_size)
{
	char text[2][BGW_ADDRESS_TEXT_SIZE];
	struct bgw_address only;
	size_t count;

	if (local_ip != NULL && local_ip->family != 0) {
		if (local_ip->family != remote->family) {
			snprintf(why, why_size,
				 "local_ip %s and the remote gateway's address are not of the same "
				 "IP version; give a local_ip of IPv%u",
				 bgw_address_format(local_ip, text[0]), remote->family);
			return -EINVAL;
		}
		*source = *local_ip;
		return 0;
	}
	if (underlay->vtep.family == remote->family) {
		*source = underlay->vtep;
		return 0;
	}
	count = choices(underlay, remote->family, &only, text);
	if (count == 1) {
		*source = only;
		return 0;
	}
	if (count == 0) {
		snprintf(why, why_size,
			 "no underlay port has an IPv%u address; give local_ip, or add an address "
			 "to an underlay netdev",
			 remote->family);
		return -EADDRNOTAVAIL;
	}
	snprintf(why, why_size,
		 "the underlay has several IPv%u addresses (%s, %s%s); give local_ip, or set "
		 "underlay.vtep",
		 remote->family, text[0], text[1], count > 2 ? ", ..." : "");
	return -EINVAL;
}
