/* SPDX-License-Identifier: BSD-3-Clause */
#include "entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/agent_answer.h"
#include "rpc/configuration_message.h"

static bool is_prefix(const struct bgw_prefix *a, const struct bgw_prefix *b)
{
	return a->length == b->length && bgw_address_equal(&a->ip, &b->ip);
}

static bool has_key(const struct entry *entry, const struct agent_applied *what)
{
	if (entry->what.kind != what->kind)
		return false;
	switch (what->kind) {
	case AGENT_ADDRESS:
		return is_prefix(&entry->what.address.ip, &what->address.ip) &&
		       strcmp(entry->what.address.interface, what->address.interface) == 0;
	case AGENT_ROUTE:
		return is_prefix(&entry->what.route.destination, &what->route.destination) &&
		       bgw_address_equal(&entry->what.route.next_hop, &what->route.next_hop);
	default:
		return is_prefix(&entry->what.nat.remapping, &what->nat.remapping);
	}
}

struct entry *entry_find(const struct entries *entries, const struct agent_applied *what)
{
	struct entry *entry;

	STAILQ_FOREACH(entry, entries, link)
	if (has_key(entry, what))
		return entry;
	return NULL;
}

bool entry_is(const struct entry *entry, const struct agent_applied *what)
{
	const struct agent_nat *a = &entry->what.nat, *b = &what->nat;

	if (!has_key(entry, what))
		return false;
	return what->kind != AGENT_NAT ||
	       (is_prefix(&a->internal, &b->internal) && a->table == b->table &&
		is_prefix(&a->peer, &b->peer) && a->mark == b->mark &&
		strcmp(a->interface, b->interface) == 0 &&
		bgw_address_equal(&a->next_hop, &b->next_hop));
}

int entry_owner(const struct entry *entry, const char *owner)
{
	for (size_t i = 0; i < entry->owner_count; i++)
		if (strcmp(entry->owners[i], owner) == 0)
			return (int)i;
	return -1;
}

int entry_owner_add(struct entry *entry, const char *owner)
{
	if (entry_owner(entry, owner) >= 0)
		return 0;
	if (entry->owner_count == APPLIED_MAX_OWNERS)
		return -ENOSPC;
	snprintf(entry->owners[entry->owner_count++], AGENT_OWNER_SIZE, "%s", owner);
	return 0;
}

void entry_owner_remove(struct entry *entry, const char *owner)
{
	int index = entry_owner(entry, owner);

	if (index < 0)
		return;
	entry->owner_count--;
	memmove(entry->owners[index], entry->owners[index + 1],
		(entry->owner_count - (size_t)index) * AGENT_OWNER_SIZE);
}

/* One entry's messages: all that the big one points to. */
struct packing {
	struct agent_texts texts;
	char *owners[APPLIED_MAX_OWNERS];
	union {
		Configurator__IPAssignment ip;
		Configurator__Route route;
		Configurator__NatConfiguration nat;
	};
	union {
		Configurator__AppliedAddress address;
		Configurator__AppliedRoute way;
		Configurator__AppliedNat translation;
	};
};

#define COMMON_SET(to, entry, packing)                 \
	do {                                           \
		(to)->owners = (packing)->owners;      \
		(to)->n_owners = (entry)->owner_count; \
		(to)->existed = (entry)->what.existed; \
		(to)->present = (entry)->what.present; \
	} while (0)

static void packing_fill(struct packing *packing, struct entry *entry,
			 Configurator__Applied *applied)
{
	for (size_t i = 0; i < entry->owner_count; i++)
		packing->owners[i] = entry->owners[i];
	switch (entry->what.kind) {
	case AGENT_ADDRESS:
		agent_address_write(&entry->what.address, "", &packing->texts, &packing->ip);
		configurator__applied_address__init(&packing->address);
		packing->address.what = &packing->ip;
		COMMON_SET(&packing->address, entry, packing);
		applied->addresses[applied->n_addresses++] = &packing->address;
		break;
	case AGENT_ROUTE:
		agent_route_write(&entry->what.route, "", &packing->texts, &packing->route);
		configurator__applied_route__init(&packing->way);
		packing->way.what = &packing->route;
		COMMON_SET(&packing->way, entry, packing);
		applied->routes[applied->n_routes++] = &packing->way;
		break;
	default:
		agent_nat_write(&entry->what.nat, "", &packing->texts, &packing->nat);
		configurator__applied_nat__init(&packing->translation);
		packing->translation.what = &packing->nat;
		COMMON_SET(&packing->translation, entry, packing);
		applied->nats[applied->n_nats++] = &packing->translation;
		break;
	}
}

uint8_t *entries_pack(const struct entries *entries, const char *owner, size_t *bytes)
{
	Configurator__Applied applied = CONFIGURATOR__APPLIED__INIT;
	struct packing *packings = calloc(APPLIED_MAX, sizeof(*packings));
	void **pointers = calloc(3 * APPLIED_MAX, sizeof(*pointers));
	uint8_t *packed = NULL;
	struct entry *entry;
	size_t count = 0;

	if (packings != NULL && pointers != NULL) {
		applied.addresses = (Configurator__AppliedAddress **)pointers;
		applied.routes = (Configurator__AppliedRoute **)(pointers + APPLIED_MAX);
		applied.nats = (Configurator__AppliedNat **)(pointers + 2 * APPLIED_MAX);
		STAILQ_FOREACH(entry, entries, link)
		if (owner[0] == '\0' || entry_owner(entry, owner) >= 0)
			packing_fill(&packings[count++], entry, &applied);
		*bytes = configurator__applied__get_packed_size(&applied);
		packed = malloc(*bytes + 1);
		if (packed != NULL)
			configurator__applied__pack(&applied, packed);
	}
	free(pointers);
	free(packings);
	return packed;
}

static int entry_take(struct entries *entries, const struct agent_applied *what)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	int rc = 0;

	if (entry == NULL)
		return -ENOMEM;
	entry->what = *what;
	entry->what.owners = NULL;
	entry->what.owner_count = 0;
	for (size_t i = 0; i < what->owner_count && rc == 0; i++)
		rc = entry_owner_add(entry, what->owners[i]);
	if (rc < 0 || entry_find(entries, what) != NULL) {
		free(entry);
		return -EBADMSG;
	}
	STAILQ_INSERT_TAIL(entries, entry, link);
	return 0;
}

int entries_unpack(struct entries *entries, const uint8_t *bytes, size_t size, char *error,
		   size_t error_size)
{
	struct agent_list list;
	int rc = agent_list_read(bytes, size, &list, error, error_size);

	if (rc < 0)
		return rc;
	if (list.count > APPLIED_MAX)
		rc = -EBADMSG;
	for (size_t i = 0; i < list.count && rc == 0; i++)
		rc = entry_take(entries, &list.entries[i]);
	if (rc < 0)
		snprintf(error, error_size, "%s",
			 rc == -ENOMEM ? "out of memory"
				       : "it has an entry twice, or more of them than an agent");
	agent_list_clear(&list);
	return rc;
}

void entries_clear(struct entries *entries)
{
	struct entry *entry;

	while ((entry = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, link);
		free(entry);
	}
}
