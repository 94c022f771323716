/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths: when they are looked up, and who is told what became of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "underlay_state.h"

const char *underlay_state_name(enum underlay_state state)
{
	static const char *const names[] = {
		[UNDERLAY_UP] = "up",
		[UNDERLAY_UNRESOLVED] = "unresolved",
		[UNDERLAY_NO_ROUTE] = "no_route",
		[UNDERLAY_LINK_DOWN] = "link_down",
		[UNDERLAY_ADMIN_DOWN] = "admin_down",
	};

	return names[state];
}

/* Wants the next hop that its route says, and no other. */
static void follow_hop(struct underlay_path *path)
{
	struct bgw_address next_hop = {0};
	struct underlay_hop *before = path->hop;
	int ifindex = underlay_resolve_hop(path, &next_hop);

	if (before != NULL && before->now.ifindex == ifindex &&
	    bgw_address_equal(&before->now.ip, &next_hop))
		return;
	path->hop = ifindex != 0 ? underlay_hop_acquire(path->underlay, ifindex, &next_hop) : NULL;
	underlay_hop_release(before);
}

/* Whether its state changed. */
static bool judge(struct underlay_path *path)
{
	struct underlay_path_state state;

	follow_hop(path);
	underlay_resolve(path, &state);
	if (memcmp(&state, &path->state, sizeof(state)) == 0)
		return false;
	path->state = state;
	return true;
}

static void look_up(struct underlay_path *path)
{
	const struct underlay_environment *environment = &path->underlay->environment;

	if (path->learned_mtu_bytes != 0 &&
	    underlay_now_ms(path->underlay) >= path->learned_until_ms)
		path->learned_mtu_bytes = 0;
	memset(&path->route, 0, sizeof(path->route));
	if (underlay_local_find(path->underlay, &path->local) == NULL)
		path->lookup = -EADDRNOTAVAIL;
	else
		path->lookup = environment->route_get(environment->context, &path->remote,
						      &path->local, &path->route);
}

static bool is_own(const struct underlay *underlay, const struct bgw_address *ip)
{
	for (size_t i = 0; i < underlay->own_count; i++)
		if (bgw_address_equal(&underlay->own[i], ip))
			return true;
	return false;
}

struct underlay_path *underlay_path_add(struct underlay *underlay, const struct bgw_address *remote,
					const struct bgw_address *local,
					underlay_path_changed *changed, void *context)
{
	struct underlay_path *path = calloc(1, sizeof(*path));

	if (path == NULL)
		return NULL;
	path->underlay = underlay;
	path->remote = *remote;
	path->local = *local;
	path->changed = changed;
	path->context = context;
	look_up(path);
	(void)judge(path);
	path->previous = underlay->last;
	if (underlay->last != NULL)
		underlay->last->next = path;
	else
		underlay->first = path;
	underlay->last = path;
	if (!is_own(underlay, local))
		underlay_own_update(underlay);
	if (underlay->lookup_ms == UNDERLAY_NEVER)
		underlay->lookup_ms = underlay_now_ms(underlay) + UNDERLAY_LOOKUP_MS;
	underlay_wake_at(underlay, underlay->lookup_ms);
	return path;
}

void underlay_path_remove(struct underlay_path *path)
{
	struct underlay *underlay;
	const struct netlink_address *local;
	const struct netlink_link *link;

	if (path == NULL)
		return;
	underlay = path->underlay;
	if (underlay->visit == path)
		underlay->visit = path->next;
	if (underlay->lookup == path)
		underlay->lookup = path->next;
	*(path->previous != NULL ? &path->previous->next : &underlay->first) = path->next;
	*(path->next != NULL ? &path->next->previous : &underlay->last) = path->previous;
	underlay_hop_release(path->hop);
	local = underlay_local_find(underlay, &path->local);
	link = local != NULL ? underlay_link_find(underlay, local->ifindex) : NULL;
	/* An address that was ours only because this path used it. */
	if (link != NULL && underlay_port_of_link(underlay, link) == NULL)
		underlay_own_update(underlay);
	free(path);
}

const struct underlay_path_state *underlay_path_state(const struct underlay_path *path)
{
	return &path->state;
}

static void visit_all(struct underlay *underlay, const struct underlay_hop *hop)
{
	underlay->visit = underlay->first;
	while (underlay->visit != NULL) {
		struct underlay_path *path = underlay->visit;

		underlay->visit = path->next;
		if ((hop == NULL || path->hop == hop) && judge(path))
			path->changed(path->context, &path->state);
	}
}

void underlay_paths_resolve(struct underlay *underlay)
{
	visit_all(underlay, NULL);
}

void underlay_paths_resolve_hop(struct underlay *underlay, const struct underlay_hop *hop)
{
	visit_all(underlay, hop);
}

void underlay_paths_lookup_soon(struct underlay *underlay)
{
	uint64_t now_ms = underlay_now_ms(underlay);

	if (underlay->first == NULL)
		return;
	if (underlay->lookup_latest_ms == UNDERLAY_NEVER)
		underlay->lookup_latest_ms = now_ms + UNDERLAY_DEBOUNCE_MAX_MS;
	underlay->lookup_ms = now_ms + UNDERLAY_DEBOUNCE_MS;
	if (underlay->lookup_ms > underlay->lookup_latest_ms)
		underlay->lookup_ms = underlay->lookup_latest_ms;
	underlay_wake_at(underlay, underlay->lookup_ms);
}

void underlay_paths_timer(struct underlay *underlay, uint64_t now_ms)
{
	if (now_ms >= underlay->lookup_ms) {
		underlay->lookup = underlay->first;
		underlay->lookup_latest_ms = UNDERLAY_NEVER;
		underlay->lookup_ms =
			underlay->first != NULL ? now_ms + UNDERLAY_LOOKUP_MS : UNDERLAY_NEVER;
	}
	for (unsigned int n = 0; n < UNDERLAY_LOOKUP_SLICE && underlay->lookup != NULL; n++) {
		struct underlay_path *path = underlay->lookup;

		underlay->lookup = path->next;
		look_up(path);
		if (judge(path))
			path->changed(path->context, &path->state);
	}
	/* What is due at once would go before all else that waits. */
	if (underlay->lookup != NULL)
		underlay_wake_at(underlay, now_ms + 1);
	else if (underlay->lookup_ms != UNDERLAY_NEVER)
		underlay_wake_at(underlay, underlay->lookup_ms);
}
