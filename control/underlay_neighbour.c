/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops: their state in Linux, and that Linux keeps them resolved. */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/request.h"
#include "underlay_state.h"

#define NUD_USABLE (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)
/* States that a question would take away: an administrator's word, which needs no question. */
#define NUD_FIXED (NUD_PERMANENT | NUD_NOARP)

static struct underlay_hop **place_of(struct underlay *underlay, int ifindex,
				      const struct bgw_address *ip)
{
	unsigned int hash = (unsigned int)ifindex;
	struct underlay_hop **place;

	for (size_t i = 0; i < sizeof(ip->bytes); i++)
		hash = hash * 31 + ip->bytes[i];
	place = &underlay->hops[hash % UNDERLAY_BUCKETS];
	while (*place != NULL &&
	       ((*place)->now.ifindex != ifindex || !bgw_address_equal(&(*place)->now.ip, ip)))
		place = &(*place)->next;
	return place;
}

static bool is_station(const struct bgw_mac *mac)
{
	static const struct bgw_mac none;

	return (mac->bytes[0] & 1) == 0 && memcmp(mac, &none, sizeof(none)) != 0;
}

bool underlay_hop_is_usable(const struct underlay_hop *hop)
{
	return (hop->now.state & NUD_USABLE) != 0 && is_station(&hop->now.mac);
}

/* When to ask for it next. */
static void schedule(struct underlay_hop *hop)
{
	if ((hop->now.state & NUD_FIXED) != 0)
		hop->ask_ms = UNDERLAY_NEVER;
	else if (!underlay_hop_is_usable(hop))
		hop->ask_ms = hop->asked_ms + UNDERLAY_ASK_MS;
	else if (hop->now.managed)
		hop->ask_ms = UNDERLAY_NEVER;
	else
		hop->ask_ms = hop->asked_ms + (hop->managed ? UNDERLAY_ASK_MS : UNDERLAY_USE_MS);
	if (hop->ask_ms == UNDERLAY_NEVER)
		return;
	if (hop->ask_ms < hop->underlay->hop_ms)
		hop->underlay->hop_ms = hop->ask_ms;
	underlay_wake_at(hop->underlay, hop->ask_ms);
}

/* What Linux says now; NULL: it has no such entry. Whether that changes anything for a path. */
static bool take(struct underlay_hop *hop, const struct netlink_neighbour *neighbour)
{
	struct netlink_neighbour before = hop->now;
	bool was_usable = underlay_hop_is_usable(hop);

	hop->now.state = neighbour != NULL ? neighbour->state : 0;
	hop->now.mac = neighbour != NULL ? neighbour->mac : (struct bgw_mac){0};
	hop->now.managed = neighbour != NULL && neighbour->managed;
	hop->now.protocol = neighbour != NULL ? neighbour->protocol : 0;
	if (underlay_hop_is_usable(hop) != was_usable ||
	    memcmp(&before.mac, &hop->now.mac, sizeof(before.mac)) != 0)
		hop->since_ms = underlay_now_ms(hop->underlay);
	return before.state != hop->now.state ||
	       memcmp(&before.mac, &hop->now.mac, sizeof(before.mac)) != 0;
}

static bool read_again(struct underlay_hop *hop)
{
	const struct underlay_environment *environment = &hop->underlay->environment;
	struct netlink_neighbour neighbour;
	int rc = environment->neighbour_get(environment->context, hop->now.ifindex, &hop->now.ip,
					    &neighbour);

	return take(hop, rc == 0 ? &neighbour : NULL);
}

/* Sees to it that Linux resolves it and keeps it. Whether its state was found changed. */
static bool ask(struct underlay_hop *hop)
{
	const struct underlay_environment *environment = &hop->underlay->environment;
	bool changed = read_again(hop);

	hop->asked_ms = underlay_now_ms(hop->underlay);
	if ((hop->now.state & NUD_FIXED) == 0) {
		if (!hop->now.managed) {
			bool managed = false;

			if (environment->neighbour_manage(environment->context, hop->now.ifindex,
							  &hop->now.ip, &managed) == 0)
				hop->managed = managed;
			changed |= read_again(hop);
		} else if ((hop->now.state & NUD_FAILED) != 0 || hop->now.state == NUD_NONE) {
			(void)environment->neighbour_use(environment->context, hop->now.ifindex,
							 &hop->now.ip);
		}
	}
	schedule(hop);
	return changed;
}

struct underlay_hop *underlay_hop_acquire(struct underlay *underlay, int ifindex,
					  const struct bgw_address *ip)
{
	struct underlay_hop **place = place_of(underlay, ifindex, ip);
	struct underlay_hop *hop = *place;

	if (hop == NULL) {
		hop = calloc(1, sizeof(*hop));
		if (hop == NULL)
			return NULL;
		hop->underlay = underlay;
		hop->now.ifindex = ifindex;
		hop->now.ip = *ip;
		hop->since_ms = underlay_now_ms(underlay);
		*place = hop;
		(void)ask(hop);
	}
	hop->users++;
	return hop;
}

/* Deletes the entry if we made Linux keep it; one by a killed process of ours counts. */
static void give_up(struct underlay *underlay, int ifindex, const struct bgw_address *ip)
{
	const struct underlay_environment *environment = &underlay->environment;
	struct netlink_neighbour neighbour;

	if (environment->neighbour_get(environment->context, ifindex, ip, &neighbour) == 0 &&
	    neighbour.protocol == NETLINK_PROTOCOL_BGW && (neighbour.state & NUD_FIXED) == 0)
		(void)environment->neighbour_delete(environment->context, ifindex, ip);
}

void underlay_hop_release(struct underlay_hop *hop)
{
	struct underlay_hop **place;

	if (hop == NULL || --hop->users > 0)
		return;
	place = place_of(hop->underlay, hop->now.ifindex, &hop->now.ip);
	*place = hop->next;
	give_up(hop->underlay, hop->now.ifindex, &hop->now.ip);
	free(hop);
}

/* An entry of ours that no path wants: left by a process that was killed. */
static void orphan_add(struct underlay *underlay, const struct netlink_neighbour *neighbour)
{
	struct underlay_orphan *orphan = underlay->orphans;

	while (orphan != NULL && (orphan->ifindex != neighbour->ifindex ||
				  !bgw_address_equal(&orphan->ip, &neighbour->ip)))
		orphan = orphan->next;
	if (orphan != NULL)
		return;
	orphan = calloc(1, sizeof(*orphan));
	if (orphan == NULL)
		return;
	orphan->ifindex = neighbour->ifindex;
	orphan->ip = neighbour->ip;
	orphan->next = underlay->orphans;
	underlay->orphans = orphan;
	if (underlay->orphan_ms == UNDERLAY_NEVER)
		underlay->orphan_ms = underlay_now_ms(underlay) + UNDERLAY_ORPHAN_MS;
	underlay_wake_at(underlay, underlay->orphan_ms);
}

void underlay_orphans_remove(struct underlay *underlay)
{
	underlay->orphan_ms = UNDERLAY_NEVER;
	while (underlay->orphans != NULL) {
		struct underlay_orphan *orphan = underlay->orphans;

		underlay->orphans = orphan->next;
		if (*place_of(underlay, orphan->ifindex, &orphan->ip) == NULL)
			give_up(underlay, orphan->ifindex, &orphan->ip);
		free(orphan);
	}
}

void underlay_neighbour_message(struct underlay *underlay, const struct netlink_message *message)
{
	const struct netlink_neighbour *neighbour = &message->neighbour;
	struct underlay_hop *hop = *place_of(underlay, neighbour->ifindex, &neighbour->ip);
	bool changed;

	if (hop == NULL) {
		if (!message->removed && neighbour->managed &&
		    neighbour->protocol == NETLINK_PROTOCOL_BGW && underlay->starting)
			orphan_add(underlay, neighbour);
		return;
	}
	hop->told = true;
	changed = take(hop, message->removed ? NULL : neighbour);
	schedule(hop);
	if (changed)
		underlay_paths_resolve_hop(underlay, hop);
}

void underlay_neighbour_dump(struct underlay *underlay, bool end)
{
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (struct underlay_hop *hop = underlay->hops[i]; hop != NULL; hop = hop->next) {
			if (end && !hop->told)
				hop->stale = true;
			hop->told = false;
		}
	if (end) {
		underlay->starting = false;
		underlay_hops_timer(underlay, underlay_now_ms(underlay));
	}
}

/* Asking may change paths and so the buckets: one at a time, from the start. */
static struct underlay_hop *first_due(struct underlay *underlay, uint64_t now_ms)
{
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (struct underlay_hop *hop = underlay->hops[i]; hop != NULL; hop = hop->next)
			if (hop->stale || hop->ask_ms <= now_ms)
				return hop;
	return NULL;
}

void underlay_hops_timer(struct underlay *underlay, uint64_t now_ms)
{
	struct underlay_hop *hop = NULL;

	for (unsigned int n = 0; n < UNDERLAY_LOOKUP_SLICE; n++) {
		hop = first_due(underlay, now_ms);
		if (hop == NULL)
			break;
		hop->stale = false;
		if (ask(hop))
			underlay_paths_resolve_hop(underlay, hop);
	}
	underlay->hop_ms = hop != NULL ? now_ms : UNDERLAY_NEVER;
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (hop = underlay->hops[i]; hop != NULL; hop = hop->next)
			if (hop->ask_ms < underlay->hop_ms)
				underlay->hop_ms = hop->ask_ms;
	if (underlay->hop_ms != UNDERLAY_NEVER)
		underlay_wake_at(underlay, underlay->hop_ms);
}

void underlay_hops_ask(struct underlay *underlay, int ifindex)
{
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (struct underlay_hop *hop = underlay->hops[i]; hop != NULL; hop = hop->next)
			if (hop->now.ifindex == ifindex && !underlay_hop_is_usable(hop))
				hop->stale = true;
	underlay_hops_timer(underlay, underlay_now_ms(underlay));
}

static const char *state_text(uint16_t state)
{
	static const struct {
		uint16_t bit;
		const char *text;
	} names[] = {
		{NUD_PERMANENT, "permanent"}, {NUD_NOARP, "noarp"},
		{NUD_REACHABLE, "reachable"}, {NUD_STALE, "stale"},
		{NUD_DELAY, "delay"},	      {NUD_PROBE, "probe"},
		{NUD_FAILED, "failed"},	      {NUD_INCOMPLETE, "incomplete"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((state & names[i].bit) != 0)
			return names[i].text;
	return "none";
}

void underlay_next_hops(const struct underlay *underlay, underlay_next_hop_visit *visit,
			void *context)
{
	uint64_t now_ms = underlay_now_ms(underlay);

	for (const struct underlay_static_neighbour *entry = underlay->static_neighbours;
	     entry != NULL; entry = entry->next) {
		const struct underlay_port *port = underlay_port_by_index(underlay, entry->port);
		struct underlay_next_hop next_hop = {
			.ip = entry->ip,
			.mac = entry->mac,
			.port = port != NULL ? port->name : "",
			.state = "static",
			.since_ms = now_ms - entry->since_ms,
		};

		visit(context, &next_hop);
	}
	for (size_t i = 0; i < UNDERLAY_BUCKETS; i++)
		for (const struct underlay_hop *hop = underlay->hops[i]; hop != NULL;
		     hop = hop->next) {
			const struct netlink_link *link =
				underlay_link_find(underlay, hop->now.ifindex);
			const struct underlay_port *port =
				link != NULL ? underlay_port_of_link(underlay, link) : NULL;
			struct underlay_next_hop next_hop = {
				.ip = hop->now.ip,
				.mac = hop->now.mac,
				.port = port != NULL ? port->name : "",
				.state = state_text(hop->now.state),
				.since_ms = now_ms - hop->since_ms,
			};

			visit(context, &next_hop);
		}
}
