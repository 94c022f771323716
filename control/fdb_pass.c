/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "fdb_private.h"

#define BUCKETS_AT_ONCE 128
#define PASS_EVERY_NS	UINT64_C(2000000000)

struct visit {
	struct fdb *fdb;
	uint16_t now_s;
};

static bool is_learned(const struct bgw_fdb_entry *entry)
{
	return (entry->ref & BGW_REF_STATIC) == 0;
}

static bool selects(const struct fdb *fdb, const struct fdb_selection *selection,
		    const struct bgw_fdb_entry *entry)
{
	const struct fdb_place *place = fdb_place_of(fdb, entry->ref);

	if (selection->domain != 0 && selection->domain != entry->domain)
		return false;
	if (selection->place != BGW_REF_NONE && selection->place != (entry->ref & BGW_REF_PLACE))
		return false;
	return selection->port == FDB_PORT_NONE ||
	       (place != NULL && place->port == selection->port);
}

static bool is_orphan(const struct fdb *fdb, const struct bgw_fdb_entry *entry)
{
	const struct fdb_domain *domain = &fdb->domains[entry->domain];
	const struct fdb_place *place = fdb_place_of(fdb, entry->ref);

	return !domain->in_use || domain->retired || place == NULL || place->retired;
}

bool fdb_is_flushed(const struct fdb *fdb, const struct bgw_fdb_entry *entry)
{
	if (is_orphan(fdb, entry))
		return true;
	for (unsigned int i = 0; is_learned(entry) && i < fdb->flush_count; i++)
		if (selects(fdb, &fdb->flushes[i].selection, entry))
			return true;
	return false;
}

static bool is_aged(const struct fdb *fdb, const struct bgw_fdb_entry *entry, uint16_t now_s)
{
	return is_learned(entry) && (entry->ref & BGW_REF_FROZEN) == 0 &&
	       (uint16_t)(now_s - entry->seen_s) > fdb->domains[entry->domain].ageing_s;
}

static void entry_visit(void *arg, const struct bgw_fdb_entry *entry)
{
	struct visit *visit = arg;
	struct fdb *fdb = visit->fdb;

	if (fdb_is_flushed(fdb, entry)) {
		fdb->counters.flushed++;
		if (is_learned(entry))
			fdb_entry_remove(fdb, entry);
		else
			bgw_fdb_remove(fdb->dp, entry->domain, &entry->mac);
	} else if (is_aged(fdb, entry, visit->now_s)) {
		fdb->counters.aged++;
		fdb_entry_remove(fdb, entry);
	}
}

static void pass_end(struct fdb *fdb, uint64_t now_ns)
{
	unsigned int kept = 0;

	fdb->pass_on = false;
	fdb->pass_ended_ns = now_ns;
	for (unsigned int i = 0; i < fdb->flush_count; i++)
		if (fdb->flushes[i].pass > fdb->pass)
			fdb->flushes[kept++] = fdb->flushes[i];
	fdb->flush_count = kept;
}

static void pass_continue(struct fdb *fdb, uint64_t deadline_ns)
{
	struct visit visit = {.fdb = fdb, .now_s = bgw_dataplane_now_s(fdb->dp)};
	uint64_t now_ns;
	bool end = bgw_fdb_count(fdb->dp) == 0;

	do {
		end = end ||
		      bgw_fdb_walk(fdb->dp, &fdb->cursor, BUCKETS_AT_ONCE, entry_visit, &visit);
		now_ns = fdb->operations.now_ns(fdb->arg);
	} while (!end && now_ns < deadline_ns);
	if (end)
		pass_end(fdb, now_ns);
}

void fdb_pass_tick(struct fdb *fdb, uint64_t now_ns, uint64_t deadline_ns)
{
	if (!fdb->pass_on &&
	    (fdb->pass_requested > fdb->pass || now_ns - fdb->pass_ended_ns >= PASS_EVERY_NS)) {
		fdb->pass_on = true;
		fdb->pass++;
		fdb->cursor = 0;
	}
	if (fdb->pass_on)
		pass_continue(fdb, deadline_ns);
}

uint64_t fdb_pass_request(struct fdb *fdb)
{
	fdb->pass_requested = fdb->pass + 1;
	return fdb->pass_requested;
}

bool fdb_pass_done(const struct fdb *fdb, uint64_t pass)
{
	return pass < fdb->pass || (pass == fdb->pass && !fdb->pass_on);
}

int fdb_flush(struct fdb *fdb, const struct fdb_selection *selection)
{
	if (fdb->flush_count == FDB_FLUSHES_MAX)
		return -EBUSY;
	fdb->flushes[fdb->flush_count++] = (struct fdb_flush){
		.selection = *selection,
		.pass = fdb_pass_request(fdb),
	};
	return 0;
}
