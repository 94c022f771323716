/* SPDX-License-Identifier: BSD-3-Clause */
#include "fdb_private.h"

#include <errno.h>
#include <stdlib.h>

#define EVENTS_AT_ONCE 64
#define SLICE_NS       UINT64_C(2000000)
#define TICK_MS	       10
/* Half of the time is left to others. */
#define TICK_AGAIN_MS  1
#define SECOND_NS      UINT64_C(1000000000)
#define REPORT_AGAIN_S 60
#define AGEING_MAX_S   65000

struct fdb *fdb_create(struct bgw_dataplane *dp, const struct bgw_limits *limits,
		       const struct fdb_operations *operations, void *arg)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (fdb == NULL)
		return NULL;
	fdb->dp = dp;
	fdb->limits = *limits;
	fdb->operations = *operations;
	fdb->arg = arg;
	fdb->domains = calloc(limits->domains, sizeof(fdb->domains[0]));
	fdb->attachments = calloc(limits->attachments, sizeof(fdb->attachments[0]));
	fdb->connections = calloc(limits->connections, sizeof(fdb->connections[0]));
	fdb->moves = fdb_moves_create();
	if (fdb->domains == NULL || fdb->attachments == NULL || fdb->connections == NULL ||
	    fdb->moves == NULL) {
		fdb_destroy(fdb);
		return NULL;
	}
	return fdb;
}

void fdb_destroy(struct fdb *fdb)
{
	if (fdb == NULL)
		return;
	free(fdb->waiting);
	fdb_moves_destroy(fdb->moves);
	free(fdb->connections);
	free(fdb->attachments);
	free(fdb->domains);
	free(fdb);
}

struct fdb_place *fdb_place_of(const struct fdb *fdb, bgw_ref ref)
{
	const uint32_t index = bgw_ref_index(ref);
	struct fdb_place *place = NULL;

	if (bgw_ref_is_attachment(ref) && index < fdb->limits.attachments)
		place = &fdb->attachments[index];
	if (bgw_ref_is_connection(ref) && index < fdb->limits.connections)
		place = &fdb->connections[index];
	return place != NULL && place->in_use ? place : NULL;
}

static void report(struct fdb *fdb, enum fdb_event_kind kind, uint16_t domain, bgw_ref ref,
		   const struct rte_ether_addr *mac)
{
	const struct fdb_event event = {
		.kind = kind, .domain = domain, .place = ref & BGW_REF_PLACE, .mac = *mac};

	if (fdb->operations.event != NULL)
		fdb->operations.event(fdb->arg, &event);
}

static void tell_learned(struct fdb *fdb, const struct bgw_event *event, bool has_moved)
{
	if (fdb->operations.learned != NULL)
		fdb->operations.learned(fdb->arg, event->domain, event->ref & BGW_REF_PLACE,
					&event->mac, has_moved);
}

void fdb_tell_local(struct fdb *fdb, uint16_t domain, bgw_ref place,
		    const struct rte_ether_addr *mac)
{
	if (bgw_ref_is_attachment(place) && fdb->operations.local_changed != NULL)
		fdb->operations.local_changed(fdb->arg, domain, mac);
}

static bool is_full(const struct fdb_place *place)
{
	return place->limit != 0 && place->learned >= place->limit;
}

/* Has workers drop new sources of an attachment that is full, and no longer when it is not. */
static void refusal_publish(struct fdb *fdb, uint32_t attachment)
{
	struct fdb_place *place = &fdb->attachments[attachment];
	const bool refuse = is_full(place);

	if (place->retired || place->refuses == refuse)
		return;
	if (fdb->operations.refuse != NULL &&
	    !fdb->operations.refuse(fdb->arg, attachment, refuse)) {
		fdb->refusals_wait = true;
		return;
	}
	place->refuses = refuse;
}

static void refusals_retry(struct fdb *fdb)
{
	if (!fdb->refusals_wait)
		return;
	fdb->refusals_wait = false;
	for (uint32_t i = 1; i < fdb->limits.attachments; i++)
		if (fdb->attachments[i].in_use)
			refusal_publish(fdb, i);
}

static void place_count(struct fdb *fdb, bgw_ref ref, int by)
{
	struct fdb_place *place = fdb_place_of(fdb, ref);

	if (place == NULL)
		return;
	place->learned = (uint32_t)((int)place->learned + by);
	if (bgw_ref_is_attachment(ref))
		refusal_publish(fdb, bgw_ref_index(ref));
}

void fdb_entry_uncount(struct fdb *fdb, const struct bgw_fdb_entry *entry)
{
	fdb->domains[entry->domain].learned--;
	place_count(fdb, entry->ref, -1);
	fdb_tell_local(fdb, entry->domain, entry->ref, &entry->mac);
	if ((entry->ref & BGW_REF_FROZEN) != 0)
		fdb_moves_forget(fdb->moves, entry->domain, &entry->mac);
}

void fdb_entry_remove(struct fdb *fdb, const struct bgw_fdb_entry *entry)
{
	if (bgw_fdb_remove(fdb->dp, entry->domain, &entry->mac) == 0)
		fdb_entry_uncount(fdb, entry);
}

static void learn_new(struct fdb *fdb, const struct bgw_event *event, struct fdb_place *place)
{
	struct fdb_domain *domain = &fdb->domains[event->domain];

	if (is_full(place)) {
		fdb->counters.over_attachment_limit++;
		return;
	}
	if (domain->limit != 0 && domain->learned >= domain->limit) {
		fdb->counters.over_domain_limit++;
		if (!domain->reported)
			report(fdb, FDB_DOMAIN_FULL, event->domain, event->ref, &event->mac);
		domain->reported = true;
		return;
	}
	if (bgw_fdb_put(fdb->dp, event->domain, &event->mac, event->ref & BGW_REF_PLACE) != 0) {
		fdb->counters.table_full++;
		if (!fdb->table_full_reported)
			report(fdb, FDB_TABLE_FULL, event->domain, event->ref, &event->mac);
		fdb->table_full_reported = true;
		return;
	}
	fdb->counters.learned++;
	domain->learned++;
	place_count(fdb, event->ref, 1);
	fdb_tell_local(fdb, event->domain, event->ref, &event->mac);
	tell_learned(fdb, event, false);
	if (is_full(place))
		report(fdb, FDB_ATTACHMENT_FULL, event->domain, event->ref, &event->mac);
}

static void learn_move(struct fdb *fdb, const struct bgw_event *event,
		       const struct bgw_fdb_entry *entry, const struct fdb_place *place)
{
	const uint32_t now_s = (uint32_t)(fdb->operations.now_ns(fdb->arg) / SECOND_NS);
	bgw_ref ref = event->ref & BGW_REF_PLACE;
	bool frozen;

	if ((entry->ref & (BGW_REF_STATIC | BGW_REF_FROZEN)) != 0 || entry->ref == ref)
		return;
	if (is_full(place)) {
		fdb->counters.over_attachment_limit++;
		return;
	}
	frozen = fdb_moves_add(fdb->moves, event->domain, &event->mac, now_s);
	if (frozen)
		ref |= BGW_REF_FROZEN;
	bgw_fdb_put(fdb->dp, event->domain, &event->mac, ref);
	place_count(fdb, entry->ref, -1);
	place_count(fdb, ref, 1);
	fdb->counters.moved++;
	if (bgw_ref_is_attachment(entry->ref) != bgw_ref_is_attachment(ref))
		fdb_tell_local(fdb, event->domain, BGW_REF_ATTACHMENT, &event->mac);
	tell_learned(fdb, event, true);
	if (frozen) {
		fdb->counters.frozen++;
		report(fdb, FDB_MAC_FROZEN, event->domain, ref, &event->mac);
	}
}

static void learn(struct fdb *fdb, const struct bgw_event *event)
{
	struct fdb_place *place = fdb_place_of(fdb, event->ref);
	struct bgw_fdb_entry entry;

	if (event->domain >= fdb->limits.domains || !fdb->domains[event->domain].in_use ||
	    fdb->domains[event->domain].retired || place == NULL || place->retired)
		return;
	if (bgw_fdb_get(fdb->dp, event->domain, &event->mac, &entry) == 0)
		learn_move(fdb, event, &entry, place);
	else
		learn_new(fdb, event, place);
}

static void events_take(struct fdb *fdb, uint64_t deadline_ns)
{
	struct bgw_event events[EVENTS_AT_ONCE];
	uint32_t count;

	do {
		count = bgw_event_take(fdb->dp, events, EVENTS_AT_ONCE);
		for (uint32_t i = 0; i < count; i++)
			if (events[i].type == BGW_EVENT_MAC_SEEN ||
			    events[i].type == BGW_EVENT_MAC_MOVED)
				learn(fdb, &events[i]);
	} while (count > 0 && fdb->operations.now_ns(fdb->arg) < deadline_ns);
	fdb->events_drained = count == 0;
}

static void thaw(void *arg, uint16_t domain, const struct rte_ether_addr *mac)
{
	struct fdb *fdb = arg;
	struct bgw_fdb_entry entry;

	if (bgw_fdb_get(fdb->dp, domain, mac, &entry) != 0 || (entry.ref & BGW_REF_FROZEN) == 0)
		return;
	bgw_fdb_put(fdb->dp, domain, mac, entry.ref & ~BGW_REF_FROZEN);
	report(fdb, FDB_MAC_THAWED, domain, entry.ref, mac);
}

static void every_second(struct fdb *fdb, uint64_t now_s)
{
	if (now_s == fdb->swept_s)
		return;
	fdb->swept_s = now_s;
	fdb_moves_sweep(fdb->moves, (uint32_t)now_s, thaw, fdb);
	if (now_s - fdb->reported_s < REPORT_AGAIN_S)
		return;
	fdb->reported_s = now_s;
	fdb->table_full_reported = false;
	for (uint32_t i = 1; i < fdb->limits.domains; i++)
		fdb->domains[i].reported = false;
}

void fdb_tick(struct fdb *fdb)
{
	const uint64_t now_ns = fdb->operations.now_ns(fdb->arg);

	every_second(fdb, now_ns / SECOND_NS);
	refusals_retry(fdb);
	fdb_statics_retry(fdb);
	events_take(fdb, now_ns + SLICE_NS / 2);
	fdb_pass_tick(fdb, now_ns, now_ns + SLICE_NS);
}

uint64_t fdb_tick_delay_ms(const struct fdb *fdb)
{
	return fdb->events_drained ? TICK_MS : TICK_AGAIN_MS;
}

void fdb_domain_set(struct fdb *fdb, uint16_t domain, uint32_t ageing_s, uint32_t mac_limit)
{
	struct fdb_domain *at = &fdb->domains[domain];

	at->in_use = true;
	at->ageing_s = (uint16_t)(ageing_s < AGEING_MAX_S ? ageing_s : AGEING_MAX_S);
	at->limit = mac_limit;
}

void fdb_attachment_set(struct fdb *fdb, uint32_t attachment, uint16_t port, uint32_t mac_limit)
{
	struct fdb_place *at = &fdb->attachments[attachment];

	at->in_use = true;
	at->port = port;
	at->limit = mac_limit;
	at->refuses = is_full(at);
}

void fdb_connection_set(struct fdb *fdb, uint32_t connection)
{
	fdb->connections[connection].in_use = true;
	fdb->connections[connection].port = FDB_PORT_NONE;
}

void fdb_domain_retire(struct fdb *fdb, uint16_t domain)
{
	fdb->domains[domain].retired = true;
}

void fdb_attachment_retire(struct fdb *fdb, uint32_t attachment)
{
	fdb->attachments[attachment].retired = true;
}

void fdb_connection_retire(struct fdb *fdb, uint32_t connection)
{
	fdb->connections[connection].retired = true;
}

void fdb_domain_forget(struct fdb *fdb, uint16_t domain)
{
	fdb->domains[domain] = (struct fdb_domain){0};
	fdb_moves_forget_domain(fdb->moves, domain);
}

void fdb_attachment_forget(struct fdb *fdb, uint32_t attachment)
{
	fdb->attachments[attachment] = (struct fdb_place){0};
}

void fdb_connection_forget(struct fdb *fdb, uint32_t connection)
{
	fdb->connections[connection] = (struct fdb_place){0};
}

bool fdb_attachment_refuses(const struct fdb *fdb, uint32_t attachment)
{
	return fdb->attachments[attachment].refuses;
}

int fdb_remove_learned(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac)
{
	struct bgw_fdb_entry entry;

	if (bgw_fdb_get(fdb->dp, domain, mac, &entry) != 0)
		return -ENOENT;
	if ((entry.ref & BGW_REF_STATIC) != 0)
		return -EPERM;
	fdb_entry_remove(fdb, &entry);
	fdb->counters.flushed++;
	return 0;
}

bool fdb_events_are_drained(const struct fdb *fdb)
{
	return fdb->events_drained;
}

uint32_t fdb_domain_count(const struct fdb *fdb, uint16_t domain)
{
	return fdb->domains[domain].learned;
}

uint32_t fdb_attachment_count(const struct fdb *fdb, uint32_t attachment)
{
	return fdb->attachments[attachment].learned;
}

uint32_t fdb_connection_count(const struct fdb *fdb, uint32_t connection)
{
	return fdb->connections[connection].learned;
}

const struct fdb_counters *fdb_counters_get(const struct fdb *fdb)
{
	return &fdb->counters;
}
