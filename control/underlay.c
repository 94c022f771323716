/* SPDX-License-Identifier: BSD-3-Clause */
#include "underlay.h"

#include <stdlib.h>

#include "underlay_state.h"

#define VXLAN_PORT 4789

struct underlay *underlay_create(const struct underlay_environment *environment,
				 const struct bgw_address *vtep)
{
	struct underlay *underlay = calloc(1, sizeof(*underlay));

	if (underlay == NULL)
		return NULL;
	underlay->environment = *environment;
	underlay->vtep = *vtep;
	underlay->udp_port = VXLAN_PORT;
	underlay->starting = true;
	underlay->lookup_ms = UNDERLAY_NEVER;
	underlay->lookup_latest_ms = UNDERLAY_NEVER;
	underlay->hop_ms = UNDERLAY_NEVER;
	underlay->orphan_ms = UNDERLAY_NEVER;
	underlay->armed_ms = UNDERLAY_NEVER;
	return underlay;
}

#define FREE_LIST(list)                \
	while ((list) != NULL) {       \
		void *first = (list);  \
                                       \
		(list) = (list)->next; \
		free(first);           \
	}

void underlay_destroy(struct underlay *underlay)
{
	if (underlay == NULL)
		return;
	underlay_orphans_remove(underlay);
	underlay_address_free(underlay);
	FREE_LIST(underlay->ports)
	FREE_LIST(underlay->static_addresses)
	FREE_LIST(underlay->static_neighbours)
	FREE_LIST(underlay->watches)
	free(underlay->own);
	free(underlay);
}

void underlay_wake_at(struct underlay *underlay, uint64_t at_ms)
{
	uint64_t now_ms = underlay_now_ms(underlay);

	if (at_ms >= underlay->armed_ms)
		return;
	underlay->armed_ms = at_ms;
	underlay->environment.timer_set(underlay->environment.context,
					at_ms > now_ms ? at_ms - now_ms : 0);
}

void underlay_timer(struct underlay *underlay)
{
	uint64_t now_ms = underlay_now_ms(underlay);

	underlay->armed_ms = UNDERLAY_NEVER;
	underlay_paths_timer(underlay, now_ms);
	if (now_ms >= underlay->hop_ms)
		underlay_hops_timer(underlay, now_ms);
	else if (underlay->hop_ms != UNDERLAY_NEVER)
		underlay_wake_at(underlay, underlay->hop_ms);
	if (now_ms >= underlay->orphan_ms)
		underlay_orphans_remove(underlay);
	else if (underlay->orphan_ms != UNDERLAY_NEVER)
		underlay_wake_at(underlay, underlay->orphan_ms);
}

void underlay_message(struct underlay *underlay, const struct netlink_message *message)
{
	switch (message->kind) {
	case NETLINK_KIND_LINK:
		underlay_link_message(underlay, message);
		break;
	case NETLINK_KIND_ADDRESS:
		underlay_address_message(underlay, message);
		break;
	case NETLINK_KIND_NEIGHBOUR:
		underlay_neighbour_message(underlay, message);
		break;
	default:
		underlay_paths_lookup_soon(underlay);
		break;
	}
}

void underlay_dump_begin(struct underlay *underlay, enum netlink_kind kind)
{
	if (kind == NETLINK_KIND_NEIGHBOUR)
		underlay_neighbour_dump(underlay, false);
	else if (kind != NETLINK_KIND_ROUTE)
		underlay_address_dump(underlay, kind, false);
}

void underlay_dump_end(struct underlay *underlay, enum netlink_kind kind)
{
	if (kind == NETLINK_KIND_NEIGHBOUR)
		underlay_neighbour_dump(underlay, true);
	else if (kind == NETLINK_KIND_ROUTE)
		underlay_paths_lookup_soon(underlay);
	else
		underlay_address_dump(underlay, kind, true);
}
