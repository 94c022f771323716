/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_forwarding_seen.h"

#include "encap/outer_ipv4.h"
#include "object/bridge.h"
#include "object/tunnel.h"

static uint32_t value_of(const struct em_table *table, uint64_t key)
{
	const struct em_slot slot = em_find(table, key);

	return slot.bucket != NULL ? em_value(slot) : 0;
}

uint32_t seen_attachment(struct bgw_dataplane *dp, uint16_t port, uint16_t outer, uint16_t inner)
{
	return outer == 0 ? dp->port_attachments[port].untagged
			  : value_of(&dp->tags, tags_key(port, outer, inner));
}

uint32_t seen_peer(struct bgw_dataplane *dp, rte_be32_t local, rte_be32_t remote)
{
	return value_of(&dp->peers, outer_ipv4_addresses(local, remote)) & PEER_INDEX_MASK;
}

uint32_t seen_connection(struct bgw_dataplane *dp, uint32_t peer, enum bgw_encap encap,
			 uint32_t key)
{
	return value_of(&dp->connection_keys, connection_key(peer, encap, key));
}

uint16_t seen_attachment_domain(struct bgw_dataplane *dp, uint32_t attachment)
{
	return dp->attachments[attachment]->domain;
}

bool seen_attachment_is_up(struct bgw_dataplane *dp, uint32_t attachment)
{
	return (dp->attachments[attachment]->flags & ATTACHMENT_ADMIN_UP) != 0;
}

uint16_t seen_connection_domain(struct bgw_dataplane *dp, uint32_t connection)
{
	return (uint16_t)connection_get(dp, connection).domain;
}

bool seen_connection_is_up(struct bgw_dataplane *dp, uint32_t connection)
{
	return connection_get(dp, connection).admin_up;
}

const void *seen_path(struct bgw_dataplane *dp, uint32_t connection)
{
	return connection_path(dp, connection_get(dp, connection));
}

bool seen_floods(struct bgw_dataplane *dp, uint16_t domain, bgw_ref to)
{
	for (uint32_t i = 0; i < dp->domains[domain]->targets_count; i++)
		if (dp->domains[domain]->targets[i] == to)
			return true;
	return false;
}

uint32_t seen_flood_count(struct bgw_dataplane *dp, uint16_t domain)
{
	return dp->domains[domain]->targets_count;
}

bool seen_suppresses(struct bgw_dataplane *dp, uint16_t domain)
{
	return dp->domains[domain]->suppress;
}

bool seen_answers(struct bgw_dataplane *dp, uint16_t domain, const struct bgw_ip *ip)
{
	return value_of(&dp->neighbour_keys, neighbour_key(&dp->neighbour_keys, domain, ip)) != 0;
}

static uint32_t count(void *array, uint32_t limit)
{
	void **objects = array;
	uint32_t found = 0;

	for (uint32_t i = 0; i < limit; i++)
		found += objects[i] != NULL;
	return found;
}

struct seen_counts seen_counts(struct bgw_dataplane *dp)
{
	return (struct seen_counts){
		.attachments = count(dp->attachments, dp->limits.attachments),
		.connections = dp->connection_keys.count,
		.domains = count(dp->domains, dp->limits.domains),
		.paths = count(dp->paths, dp->limits.paths),
		.neighbours = count(dp->neighbours, dp->limits.neighbours),
		.peers = dp->peers.count,
		.macs = dp->fdb.count,
	};
}
