/* SPDX-License-Identifier: BSD-3-Clause */
#include "offers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "plan.h"
#include "tunnel.h"

struct named_offer *offers_add(struct offers *offers)
{
	struct named_offer *items = offers->items;
	uint32_t room = offers->room != 0 ? offers->room * 2 : 16;

	if (offers->count == offers->room) {
		if (room > OFFERS_MAX)
			return NULL;
		items = reallocarray(items, room, sizeof(*items));
		if (items == NULL)
			return NULL;
		offers->items = items;
		offers->room = room;
	}
	memset(&items[offers->count], 0, sizeof(*items));
	return &items[offers->count++];
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct named_offer *)a)->name, ((const struct named_offer *)b)->name);
}

void offers_sort(struct offers *offers)
{
	struct named_offer *items = offers->items;

	if (offers->count > 0)
		qsort(items, offers->count, sizeof(*items), compare);
	for (uint32_t i = 1; i < offers->count; i++)
		if (compare(&items[i - 1], &items[i]) == 0)
			items[i - 1].is_ambiguous = items[i].is_ambiguous = true;
}

void offers_clear(struct offers *offers)
{
	free(offers->items);
	*offers = (struct offers){0};
}

uint64_t offers_hash_add(uint64_t hash, const void *bytes, size_t count)
{
	hash = hash != 0 ? hash : 0xcbf29ce484222325u;
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
	return hash;
}

uint64_t offers_hash(const struct offers *offers)
{
	uint64_t hash = offers_hash_add(0, "", 1);

	for (uint32_t i = 0; i < offers->count; i++) {
		const struct named_offer *item = &offers->items[i];

		hash = offers_hash_add(hash, item->name, strlen(item->name) + 1);
		hash = offers_hash_add(hash, &item->connection, sizeof(item->connection));
		hash = offers_hash_add(hash, &item->is_auto, 1);
		hash = offers_hash_add(hash, &item->offer, sizeof(item->offer));
	}
	return hash;
}

/* The connection's own name, else that of its network, or of the gateway whose private domain it
 * is in. */
static const char *name_of(const struct control *control,
			   const struct bgw_l2_remote_gateway_connection *connection,
			   const struct domain_key *domain)
{
	const struct object *object;

	if (connection->peer_name != NULL && connection->peer_name[0] != '\0')
		return connection->peer_name;
	object = model_find(control->model,
			    domain->is_private ? &bgw_l2_gateway_type : &bgw_network_type,
			    &domain->id);
	return object != NULL ? object_name(object) : "";
}

static void add_segmentation_id(struct bgw_offer *offer, uint32_t id)
{
	if (offer->segmentation_id_count == 0 || offer->segmentation_ids[0] != id)
		offer->segmentation_ids[offer->segmentation_id_count++] = id;
}

static void fill(const struct control *control, struct named_offer *item,
		 const struct object *object, const struct bgw_l2_remote_gateway *remote,
		 const struct domain_key *domain)
{
	const struct bgw_l2_remote_gateway_connection *connection = object_record(object);
	struct bgw_offer *offer = &item->offer;
	const struct object *network;
	struct error ignored;

	snprintf(item->name, sizeof(item->name), "%s", name_of(control, connection, domain));
	item->connection = connection->id;
	item->is_auto = connection->encapsulation == BGW_ENCAPSULATION_AUTO;
	if (!item->is_auto)
		offer->encapsulations[offer->encapsulation_count++] = connection->encapsulation;
	for (uint32_t i = 0; item->is_auto && i < remote->encapsulations.count; i++)
		offer->encapsulations[offer->encapsulation_count++] =
			((const uint32_t *)remote->encapsulations.items)[i];
	if (object_given(object, "seg_id"))
		add_segmentation_id(offer, connection->seg_id);
	network = item->is_auto && !domain->is_private
			  ? model_find(control->model, &bgw_network_type, &domain->id)
			  : NULL;
	if (network != NULL && object_given(network, "provider:segmentation_id"))
		add_segmentation_id(
			offer,
			((const struct bgw_network *)object_record(network))->segmentation_id);
	if (tunnel_source(control, &remote->ipaddr, &remote->local_ip, &offer->addresses[0],
			  &ignored) == 0)
		offer->address_count = 1;
}

int offers_collect(const struct control *control, const struct bgw_uuid *remote_gateway,
		   struct offers *offers)
{
	const struct object *remote =
		model_find(control->model, &bgw_l2_remote_gateway_type, remote_gateway);
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type,
			    "remote_gateway", remote_gateway);

	for (; remote != NULL && object != NULL;
	     object = model_match_next(object, "remote_gateway")) {
		const struct bgw_l2_remote_gateway_connection *connection = object_record(object);
		struct named_offer *item;
		struct domain_key domain;

		/* Without a key there is one connection and nothing to agree on. */
		if (!connection->admin_state_up || connection->gre_key == BGW_GRE_KEY_NONE ||
		    remote_connection_domain(control, connection, &domain) < 0)
			continue;
		item = offers_add(offers);
		if (item == NULL)
			return -ENOMEM;
		fill(control, item, object, object_record(remote), &domain);
	}
	offers_sort(offers);
	return 0;
}
