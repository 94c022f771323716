/* SPDX-License-Identifier: BSD-3-Clause */
#include "domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/bridge.h>

#include "control.h"
#include "fdb.h"
#include "index.h"
#include "model.h"

#define BUCKETS		     1024
#define PRIVATE_AGEING_S     300
#define PUBLISH_MARGIN_COUNT 16

struct domains {
	struct control *control;
	struct domain *buckets[BUCKETS];
	struct domain **by_id;
	uint32_t ids;
	struct domain *dirty;
};

struct domains *domains_create(struct control *control)
{
	struct domains *domains = calloc(1, sizeof(*domains));

	if (domains == NULL)
		return NULL;
	domains->control = control;
	domains->ids = UINT16_MAX + 1;
	domains->by_id = calloc(domains->ids, sizeof(domains->by_id[0]));
	if (domains->by_id == NULL) {
		free(domains);
		return NULL;
	}
	return domains;
}

void domains_destroy(struct domains *domains)
{
	if (domains == NULL)
		return;
	for (uint32_t id = 0; id < domains->ids; id++) {
		if (domains->by_id[id] != NULL)
			free(domains->by_id[id]->flood);
		free(domains->by_id[id]);
	}
	free(domains->by_id);
	free(domains);
}

bool domain_key_equal(const struct domain_key *a, const struct domain_key *b)
{
	return a->is_private == b->is_private && bgw_uuid_equal(&a->id, &b->id);
}

static struct domain **bucket_of(const struct domains *domains, const struct domain_key *key)
{
	uint32_t hash;

	/* A client that chooses ids chooses its own collisions. */
	memcpy(&hash, key->id.bytes + 12, sizeof(hash));
	hash *= 0x9e3779b1u;
	return (struct domain **)&domains->buckets[(hash >> 16) % BUCKETS];
}

struct domain *domain_find(const struct domains *domains, const struct domain_key *key)
{
	struct domain *domain = *bucket_of(domains, key);

	while (domain != NULL && !domain_key_equal(&domain->key, key))
		domain = domain->next;
	return domain;
}

struct domain *domain_by_id(const struct domains *domains, uint16_t id)
{
	return domains->by_id[id];
}

static void mark_dirty(struct domains *domains, struct domain *domain)
{
	if (domain->is_dirty)
		return;
	domain->is_dirty = true;
	domain->next_dirty = domains->dirty;
	domains->dirty = domain;
}

static void unmark_dirty(struct domains *domains, struct domain *domain)
{
	struct domain **at = &domains->dirty;

	if (!domain->is_dirty)
		return;
	while (*at != domain)
		at = &(*at)->next_dirty;
	*at = domain->next_dirty;
	domain->is_dirty = false;
}

void domain_update(struct domains *domains, struct domain *domain)
{
	uint32_t ageing_s = PRIVATE_AGEING_S, mac_limit = 0;
	const struct object *object =
		domain->key.is_private
			? NULL
			: model_find(domains->control->model, &bgw_network_type, &domain->key.id);

	if (object != NULL) {
		const struct bgw_network *network = object_record(object);

		ageing_s = network->mac_ageing_s;
		mac_limit = network->mac_limit;
	}
	fdb_domain_set(domains->control->fdb, domain->id, ageing_s, mac_limit);
}

static int domain_publish(struct domains *domains, const struct domain *domain)
{
	const struct bgw_domain_spec spec = {
		.flood_count = domain->flood_count,
		.flood = domain->flood,
		.suppress = domain->addresses > 0,
	};

	return bgw_domain_set(domains->control->dataplane, domain->id, &spec);
}

struct domain *domain_acquire(struct domains *domains, const struct domain_key *key)
{
	struct indexes *indexes = domains->control->indexes;
	struct domain *domain = domain_find(domains, key);
	struct domain **bucket = bucket_of(domains, key);

	if (domain != NULL) {
		domain->users++;
		return domain;
	}
	domain = calloc(1, sizeof(*domain));
	if (domain == NULL)
		return NULL;
	domain->key = *key;
	domain->users = 1;
	domain->id = (uint16_t)index_take(indexes, INDEX_DOMAIN);
	/* Members must find it when they are published, its flood list may follow. */
	if (domain->id == 0 || domain_publish(domains, domain) != 0) {
		index_give_back(indexes, INDEX_DOMAIN, domain->id);
		free(domain);
		return NULL;
	}
	domain->next = *bucket;
	*bucket = domain;
	domains->by_id[domain->id] = domain;
	domain_update(domains, domain);
	return domain;
}

void domain_release(struct domains *domains, struct domain *domain)
{
	struct domain **at;

	if (domain == NULL || --domain->users > 0)
		return;
	at = bucket_of(domains, &domain->key);
	while (*at != domain)
		at = &(*at)->next;
	*at = domain->next;
	domains->by_id[domain->id] = NULL;
	unmark_dirty(domains, domain);
	bgw_domain_clear(domains->control->dataplane, domain->id);
	fdb_domain_retire(domains->control->fdb, domain->id);
	index_give_back(domains->control->indexes, INDEX_DOMAIN, domain->id);
	free(domain->flood);
	free(domain);
}

bool domain_flood_add(struct domains *domains, struct domain *domain, bgw_ref ref)
{
	if (domain->flood_count == domain->flood_room) {
		uint32_t room = domain->flood_room != 0 ? domain->flood_room * 2 : 8;
		bgw_ref *flood = reallocarray(domain->flood, room, sizeof(flood[0]));

		if (flood == NULL)
			return false;
		domain->flood = flood;
		domain->flood_room = room;
	}
	domain->flood[domain->flood_count++] = ref;
	mark_dirty(domains, domain);
	return true;
}

void domain_flood_remove(struct domains *domains, struct domain *domain, bgw_ref ref)
{
	for (uint32_t i = 0; i < domain->flood_count; i++) {
		if (domain->flood[i] == ref) {
			domain->flood[i] = domain->flood[--domain->flood_count];
			mark_dirty(domains, domain);
			return;
		}
	}
}

void domain_address_count(struct domains *domains, struct domain *domain, int by)
{
	bool suppressed = domain->addresses > 0;

	domain->addresses = (uint32_t)((int)domain->addresses + by);
	if (suppressed != (domain->addresses > 0))
		mark_dirty(domains, domain);
}

bool domains_publish(struct domains *domains)
{
	while (domains->dirty != NULL) {
		struct domain *domain = domains->dirty;

		if (!bgw_dataplane_can_publish(domains->control->dataplane, PUBLISH_MARGIN_COUNT) ||
		    domain_publish(domains, domain) != 0)
			return false;
		domains->dirty = domain->next_dirty;
		domain->is_dirty = false;
	}
	return true;
}

bool domains_are_published(const struct domains *domains)
{
	return domains->dirty == NULL;
}
