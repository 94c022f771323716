/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_DOMAIN_H
#define BGW_CONTROL_DOMAIN_H

/**
 * Broadcast domains in use: one for each network that something is attached to, and the private one
 * of a gateway without l2_gateway_connection. A domain exists as long as somebody uses it; its
 * flood list is published once after a batch of changes.
 *
 * Control thread only.
 */

#include <bgw/ref.h>
#include <stdbool.h>
#include <stdint.h>

#include "objects.h"

struct control;
struct domains;

/** Whose domain it is. */
struct domain_key {
	bool is_private; /**< id is that of a gateway, else of a network */
	struct bgw_uuid id;
};

struct domain {
	struct domain_key key;
	uint16_t id; /**< by which the dataplane knows it */
	uint32_t users;
	uint32_t addresses; /**< answered at the edge */
	bgw_ref *flood;
	uint32_t flood_count, flood_room;
	bool is_dirty;
	struct domain *next_dirty;
	struct domain *next; /**< of all */
};

/** NULL without memory. */
struct domains *domains_create(struct control *control);
void domains_destroy(struct domains *domains);

bool domain_key_equal(const struct domain_key *a, const struct domain_key *b);

/** NULL: no id is free now, or no memory. */
struct domain *domain_acquire(struct domains *domains, const struct domain_key *key);
/** Frees it with the last user. Accepts NULL. */
void domain_release(struct domains *domains, struct domain *domain);
/** NULL: nobody uses it. */
struct domain *domain_find(const struct domains *domains, const struct domain_key *key);
/** By the dataplane's id; NULL when there is none. */
struct domain *domain_by_id(const struct domains *domains, uint16_t id);

/** Takes the members of the network that concern the domain as a whole. */
void domain_update(struct domains *domains, struct domain *domain);

/** What unknown unicast, broadcast and multicast is sent to. Adding fails without memory. */
bool domain_flood_add(struct domains *domains, struct domain *domain, bgw_ref ref);
void domain_flood_remove(struct domains *domains, struct domain *domain, bgw_ref ref);
/** One more or less address that is answered at the edge. */
void domain_address_count(struct domains *domains, struct domain *domain, int by);

/** Publishes what changed. False while something remains. */
bool domains_publish(struct domains *domains);
bool domains_are_published(const struct domains *domains);

#endif
