/* SPDX-License-Identifier: BSD-3-Clause */
/* Protocols 1 and 3: a whole table of MACs, and the changes since. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "fdb.h"
#include "journal.h"
#include "run_private.h"

#define DOMAINS	     65536u
#define NO_LINK	     UINT32_MAX
#define WALK_BUCKETS 256
/* Looked at between two looks at the clock. */
#define CHANGES_AT_ONCE 64

static void put_macs(struct run *run)
{
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__Macs macs = BGW__NEGOTIATION__MACS__INIT;
	struct run_macs *gathered = run->macs;

	if (gathered->added_count + gathered->removed_count == 0)
		return;
	macs.link = gathered->link;
	macs.added = (ProtobufCBinaryData){(size_t)gathered->added_count * 6, gathered->added};
	macs.removed =
		(ProtobufCBinaryData){(size_t)gathered->removed_count * 6, gathered->removed};
	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_MACS;
	message.macs = &macs;
	run_put(run, &message);
	run->peering->macs_told += gathered->added_count + gathered->removed_count;
	gathered->added_count = gathered->removed_count = 0;
}

static void gather(struct run *run, uint16_t domain, const struct rte_ether_addr *mac,
		   bool is_added)
{
	struct run_macs *macs = run->macs;

	for (uint32_t link = run->first[domain]; link != NO_LINK; link = run->next[link]) {
		if (macs->link != link || macs->added_count + macs->removed_count == RUN_MACS_MAX)
			put_macs(run);
		macs->link = link;
		memcpy(is_added ? &macs->added[6 * macs->added_count++]
				: &macs->removed[6 * macs->removed_count++],
		       mac->addr_bytes, 6);
	}
}

static void put_position(struct run *run)
{
	const struct journal *journal = run->peering->control->journal;
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__Position position = BGW__NEGOTIATION__POSITION__INIT;

	put_macs(run);
	position.epoch = journal->epoch;
	position.sequence = run->head;
	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_POSITION;
	message.position = &position;
	run_put(run, &message);
	run->has_sent = true;
}

static void put_have(struct run *run)
{
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__Have have = BGW__NEGOTIATION__HAVE__INIT;

	have.epoch = run->peering->epoch;
	have.sequence = run->peering->sequence;
	have.links = run->peering->links_hash;
	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_HAVE;
	message.have = &have;
	run_put(run, &message);
	run->have_sent = true;
}

static void put_behind(struct run *run)
{
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__Behind behind = BGW__NEGOTIATION__BEHIND__INIT;

	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_BEHIND;
	message.behind = &behind;
	run_put(run, &message);
	run->has_sent = true;
}

/* Which links lead into which domain, as things are when it begins. */
static int begin(struct run *run, struct error *error)
{
	const struct peering *peering = run->peering;

	run->first = malloc(DOMAINS * sizeof(*run->first));
	run->next = calloc(peering->link_count + 1, sizeof(*run->next));
	run->macs = calloc(1, sizeof(*run->macs));
	if (run->first == NULL || run->next == NULL || run->macs == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for a table of MACs");
	memset(run->first, 0xff, DOMAINS * sizeof(*run->first));
	for (uint32_t link = 0; link < peering->link_count; link++) {
		uint16_t domain;

		if (!peering_link_domain(peering, link, &domain))
			continue;
		run->next[link] = run->first[domain];
		run->first[domain] = link;
	}
	run->head = peering->control->journal->sequence;
	run->is_begun = true;
	return 0;
}

static void visit(void *arg, const struct bgw_fdb_entry *entry)
{
	struct run *run = arg;

	if (fdb_is_local(run->peering->control->fdb, entry))
		gather(run, entry->domain, &entry->mac, true);
}

static enum run_result table_go_on(struct run *run)
{
	struct control *control = run->peering->control;
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	bool end = control->dataplane == NULL;

	while (!end && loop_now_ns() < deadline_ns)
		end = bgw_fdb_walk(control->dataplane, &run->cursor, WALK_BUCKETS, visit, run);
	if (!end)
		return RUN_MORE;
	put_position(run);
	return RUN_WAITS;
}

static bool is_local_now(const struct control *control, const struct journal_change *change)
{
	struct bgw_fdb_entry entry;

	return control->dataplane != NULL &&
	       bgw_fdb_get(control->dataplane, change->domain, &change->mac, &entry) == 0 &&
	       fdb_is_local(control->fdb, &entry);
}

static enum run_result changes_go_on(struct run *run)
{
	const struct control *control = run->peering->control;
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	for (uint32_t i = 0; run->sequence < run->head; i++) {
		const struct journal_change *change;

		if (i % CHANGES_AT_ONCE == 0 && loop_now_ns() >= deadline_ns)
			return RUN_MORE;
		if (!journal_covers(control->journal, control->journal->epoch, run->sequence)) {
			/* The ring went round while the peer took its time. */
			put_behind(run);
			return RUN_WAITS;
		}
		change = journal_at(control->journal, ++run->sequence);
		gather(run, change->domain, &change->mac, is_local_now(control, change));
	}
	put_position(run);
	return RUN_WAITS;
}

enum run_result run_macs_go_on(struct run *run, struct error *error)
{
	const bool is_table = run->protocol == BGW_NEGOTIATION_RESYNC;

	if (!is_table && !run->have_sent)
		put_have(run);
	if (!is_table && !run->have_taken)
		return RUN_WAITS;
	if (!run->is_begun && begin(run, error) < 0)
		return RUN_FAILED;
	return is_table ? table_go_on(run) : changes_go_on(run);
}

int run_have_take(struct run *run, const Bgw__Negotiation__Have *have, struct error *error)
{
	const struct peering *peering = run->peering;

	if (run->protocol != BGW_NEGOTIATION_MAC_SYNC || run->have_taken)
		return run_refuse(run, "what it has, where nobody asked", error);
	if (have->links != peering->links_hash)
		return run_refuse(run, "other names of connections than were agreed", error);
	run->have_taken = true;
	run->sequence = have->sequence;
	if (!journal_covers(peering->control->journal, have->epoch, have->sequence))
		put_behind(run);
	return 0;
}

static int take_macs(struct run *run, uint32_t link, const ProtobufCBinaryData *macs, bool is_added,
		     struct error *error)
{
	for (size_t i = 0; i + 6 <= macs->len; i += 6) {
		struct rte_ether_addr mac;
		int rc = 0;

		memcpy(mac.addr_bytes, macs->data + i, 6);
		if (!rte_is_unicast_ether_addr(&mac) || rte_is_zero_ether_addr(&mac))
			return run_refuse(run, "what is no unicast MAC", error);
		if (is_added)
			rc = peering_mac_add(run->peering, link, &mac);
		else
			peering_mac_remove(run->peering, link, &mac);
		if (rc < 0)
			return run_refuse(run, "more MACs than tables.macs allows", error);
	}
	return 0;
}

int run_macs_take(struct run *run, const Bgw__Negotiation__Macs *macs, struct error *error)
{
	int rc;

	if (run->protocol == BGW_NEGOTIATION_MAC_SYNC && !run->have_taken)
		return run_refuse(run, "MACs before it said what it has", error);
	if (macs->link >= run->peering->link_count)
		return run_refuse(run, "MACs of a connection that there is not", error);
	if (macs->added.len % 6 != 0 || macs->removed.len % 6 != 0)
		return run_refuse(run, "a part of a MAC", error);
	if (macs->added.len + macs->removed.len > RUN_MACS_MAX * 6)
		return run_refuse(run, "more MACs in a message than are allowed", error);
	rc = take_macs(run, macs->link, &macs->removed, false, error);
	return rc == 0 ? take_macs(run, macs->link, &macs->added, true, error) : rc;
}

int run_position_take(struct run *run, const Bgw__Negotiation__Position *position,
		      struct error *error)
{
	if (position->epoch == 0 || (run->protocol == BGW_NEGOTIATION_MAC_SYNC && !run->have_taken))
		return run_refuse(run, "a position that it cannot have", error);
	peering_position(run->peering, position->epoch, position->sequence);
	run->has_taken = true;
	return 0;
}

int run_behind_take(struct run *run, struct error *error)
{
	if (run->protocol != BGW_NEGOTIATION_MAC_SYNC || !run->have_taken)
		return run_refuse(run, "that we are behind, where nobody asked", error);
	run->peering->is_behind = true;
	run->has_taken = true;
	return 0;
}

void run_macs_done(struct run *run)
{
	if (run->protocol != BGW_NEGOTIATION_MAC_SYNC)
		return;
	run->peering->has_synced = true;
	run->peering->told_sequence =
		run->is_begun ? run->head : run->peering->control->journal->sequence;
}
