/* SPDX-License-Identifier: BSD-3-Clause */
#include "peering.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "journal.h"
#include "tunnel.h"

#define TICK_MS 50
/* Half of the time is left to others. */
#define TICK_AGAIN_MS 1
#define LOOK_EVERY    UINT64_C(500000000)

static bool where(void *arg, uint32_t link, uint16_t *domain, uint32_t *place)
{
	const struct peering *peering = arg;
	const struct object *object;
	const struct connection_state *state;

	if (link >= peering->link_count)
		return false;
	object = model_find(peering->control->model, &bgw_l2_remote_gateway_connection_type,
			    &peering->links[link].connection);
	state = object != NULL ? object->runtime : NULL;
	if (state == NULL || state->index == 0)
		return false;
	*domain = state->domain->id;
	*place = bgw_ref_connection(state->index);
	return true;
}

static void tick(void *arg)
{
	struct peering *peering = arg;

	if (peering->synced != NULL && peering->control->fdb != NULL &&
	    synced_tick(peering->synced, peering->control->fdb, where, peering))
		loop_timer_set(peering->timer, TICK_AGAIN_MS, TICK_MS);
}

int peering_init(struct peering *peering, struct control *control, const char *name,
		 const struct bgw_address *ip)
{
	*peering = (struct peering){.control = control, .name = name, .ip = *ip};
	peering->timer = loop_timer_create(control->loop, LOOP_NEVER, 0, tick, peering);
	return peering->timer != NULL ? 0 : -ENOMEM;
}

int peering_init_gateway(struct peering *peering, struct control *control,
			 const struct bgw_uuid *gateway)
{
	const struct bgw_address none = {0};
	int rc = peering_init(peering, control, NULL, &none);

	peering->gateway = *gateway;
	return rc;
}

void peering_clear(struct peering *peering)
{
	loop_timer_close(peering->timer);
	synced_destroy(peering->synced, peering->control->fdb);
	free(peering->links);
	*peering = (struct peering){0};
}

const struct object *peering_remote_gateway(const struct peering *peering)
{
	const struct model *model = peering->control->model;

	if (!bgw_uuid_is_nil(&peering->gateway))
		return model_find(model, &bgw_l2_remote_gateway_type, &peering->gateway);
	if (peering->name != NULL)
		return model_match(model, &bgw_l2_remote_gateway_type, "name", &peering->name);
	return model_match(model, &bgw_l2_remote_gateway_type, "ipaddr", &peering->ip);
}

void peering_begin(struct peering *peering)
{
	peering->has_offered = peering->has_synced = false;
	peering->looked_ns = 0;
}

int peering_offers(struct peering *peering, struct offers *offers)
{
	const struct object *remote = peering_remote_gateway(peering);

	peering->remote_gateway = remote != NULL ? object_base(remote)->id : (struct bgw_uuid){0};
	return offers_collect(peering->control, &peering->remote_gateway, offers);
}

/* What we would offer now, against what we did. Not while a batch may still be undone. */
static void look(struct peering *peering, uint64_t now_ns)
{
	struct offers offers = {0};

	if (peering->looked_ns != 0 && now_ns - peering->looked_ns < LOOK_EVERY)
		return;
	if (!batch_is_idle(peering->control->batch))
		return;
	peering->looked_ns = now_ns;
	if (peering_offers(peering, &offers) == 0 && offers_hash(&offers) != peering->offered_hash)
		peering->has_offered = false;
	offers_clear(&offers);
}

bool peering_wants(struct peering *peering, enum bgw_negotiation protocol, uint64_t now_ns)
{
	const struct journal *journal = peering->control->journal;

	switch (protocol) {
	case BGW_NEGOTIATION_TUNNEL:
		look(peering, now_ns);
		return !peering->has_offered;
	case BGW_NEGOTIATION_RESYNC:
		return peering->has_offered && peering->is_behind && peering->link_count > 0;
	case BGW_NEGOTIATION_MAC_SYNC:
		return peering->has_offered && peering->link_count > 0 &&
		       (!peering->has_synced || peering->told_sequence != journal->sequence);
	default:
		return false;
	}
}

bool peering_can(const struct peering *peering, enum bgw_negotiation protocol)
{
	return protocol == BGW_NEGOTIATION_TUNNEL || peering->has_offered;
}

static void __attribute__((format(printf, 2, 3)))
complain(struct peering *peering, const char *format, ...)
{
	va_list arguments;

	if (peering->error_count++ >= PEERING_ERRORS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(peering->errors[peering->error_count - 1], PEERING_ERROR_SIZE, format, arguments);
	va_end(arguments);
}

static void settle(struct peering *peering, const struct named_offer *ours,
		   const struct named_offer *theirs)
{
	struct bgw_agreement agreement;
	struct error why;

	switch (bgw_tunnel_agree(&ours->offer, &theirs->offer, &agreement)) {
	case BGW_NO_ENCAPSULATION:
		complain(peering, "%s: the two ends have no encapsulation in common", ours->name);
		return;
	case BGW_NO_SEGMENTATION_ID:
		complain(peering, "%s: the two ends have no segmentation id in common", ours->name);
		return;
	case BGW_NO_ADDRESSES:
		complain(peering, "%s: the two ends have no addresses of one family", ours->name);
		return;
	case BGW_AGREED:
		break;
	}
	if (ours->is_auto &&
	    connection_agree(peering->control, &ours->connection, &agreement, &why) < 0)
		complain(peering, "%s: %s", ours->name, why.message);
}

static int link_add(struct peering *peering, const struct named_offer *ours)
{
	struct link *links = reallocarray(peering->links, peering->link_count + 1, sizeof(*links));

	if (links == NULL)
		return -ENOMEM;
	peering->links = links;
	links[peering->link_count].connection = ours->connection;
	strcpy(links[peering->link_count++].name, ours->name);
	return 0;
}

static int match(struct peering *peering, const struct offers *ours, const struct offers *theirs)
{
	uint32_t i = 0, j = 0;

	while (i < ours->count) {
		const struct named_offer *mine = &ours->items[i];
		const struct named_offer *other = j < theirs->count ? &theirs->items[j] : NULL;
		int order = other != NULL ? strcmp(mine->name, other->name) : -1;

		if (order > 0) {
			j++;
			continue;
		}
		i++;
		if (mine->is_ambiguous)
			complain(peering, "%s: several connections here have that peer_name",
				 mine->name);
		else if (order < 0)
			complain(peering, "%s: no connection of the peer has that peer_name",
				 mine->name);
		else if (other->is_ambiguous)
			complain(peering, "%s: several connections of the peer have that peer_name",
				 mine->name);
		else if (link_add(peering, mine) < 0)
			return -ENOMEM;
		else
			settle(peering, mine, other);
	}
	return 0;
}

int peering_agree(struct peering *peering, const struct offers *ours, const struct offers *theirs)
{
	uint64_t hash = offers_hash_add(0, "", 1);
	int rc;

	free(peering->links);
	peering->links = NULL;
	peering->link_count = peering->error_count = 0;
	rc = match(peering, ours, theirs);
	for (uint32_t i = 0; i < peering->link_count; i++)
		hash = offers_hash_add(hash, peering->links[i].name,
				       strlen(peering->links[i].name) + 1);
	if (rc < 0 || hash != peering->links_hash) {
		/* Numbers of links mean something else now: an empty table. */
		if (peering->synced != NULL) {
			synced_begin_table(peering->synced);
			synced_end_table(peering->synced);
		}
		peering->epoch = peering->sequence = 0;
	}
	peering->links_hash = hash;
	peering->offered_hash = offers_hash(ours);
	peering->has_offered = rc == 0;
	peering->has_synced = false;
	return rc;
}

bool peering_link_domain(const struct peering *peering, uint32_t link, uint16_t *domain)
{
	uint32_t place;

	return where((void *)(uintptr_t)peering, link, domain, &place);
}

int peering_mac_add(struct peering *peering, uint32_t link, const struct rte_ether_addr *mac)
{
	if (peering->synced == NULL) {
		peering->synced = synced_create(peering->control->config.tables.macs);
		if (peering->synced == NULL)
			return -ENOMEM;
		loop_timer_set(peering->timer, TICK_MS, TICK_MS);
	}
	peering->changes++;
	return synced_add(peering->synced, peering->control->fdb, where, peering, link, mac);
}

void peering_mac_remove(struct peering *peering, uint32_t link, const struct rte_ether_addr *mac)
{
	peering->changes++;
	if (peering->synced != NULL)
		synced_remove(peering->synced, peering->control->fdb, link, mac);
}

void peering_table_begin(struct peering *peering)
{
	peering->resyncs++;
	peering->epoch = peering->sequence = 0;
	if (peering->synced != NULL)
		synced_begin_table(peering->synced);
}

void peering_position(struct peering *peering, uint64_t epoch, uint64_t sequence)
{
	if (peering->synced != NULL)
		synced_end_table(peering->synced);
	peering->epoch = epoch;
	peering->sequence = sequence;
	peering->is_behind = false;
}
