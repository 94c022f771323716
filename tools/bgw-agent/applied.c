/* SPDX-License-Identifier: BSD-3-Clause */
#include "applied.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

struct applied {
	struct host *host;
	struct state state;
	struct entries entries;
	size_t count;
	bool is_unsaved; /* the file may have an entry that was refused */
};

/* What the original says, which its clients may look for. */
static const char *const done[] = {
	[AGENT_ADDRESS] = "ip assigned correctly",
	[AGENT_ROUTE] = "route added correctly",
	[AGENT_NAT] = "nat configured correctly",
};
static const char *const undone[] = {
	[AGENT_ADDRESS] = "ip removed",
	[AGENT_ROUTE] = "route removed",
	[AGENT_NAT] = "nat removed",
};

struct applied *applied_open(struct host *host, const char *state_path, char *error,
			     size_t error_size)
{
	struct applied *applied = calloc(1, sizeof(*applied));
	struct entry *entry;

	if (applied == NULL) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	applied->host = host;
	STAILQ_INIT(&applied->entries);
	if (state_open(&applied->state, state_path, &applied->entries, error, error_size) < 0) {
		entries_clear(&applied->entries);
		free(applied);
		return NULL;
	}
	STAILQ_FOREACH(entry, &applied->entries, link)
	applied->count++;
	return applied;
}

void applied_close(struct applied *applied)
{
	if (applied == NULL)
		return;
	state_close(&applied->state);
	entries_clear(&applied->entries);
	free(applied);
}

/* All translations but `without`; *added is the index of `added_entry`. To be freed; NULL without
 * memory. */
static struct host_nat *nats_of(const struct applied *applied, const struct entry *without,
				const struct entry *added_entry, size_t *count, size_t *added)
{
	struct host_nat *nats = calloc(applied->count + 1, sizeof(*nats));
	const struct entry *entry;

	*count = 0;
	if (nats == NULL)
		return NULL;
	STAILQ_FOREACH(entry, &applied->entries, link)
	{
		if (entry->what.kind != AGENT_NAT || entry == without)
			continue;
		if (entry == added_entry)
			*added = *count;
		nats[(*count)++] = (struct host_nat){
			&entry->what.nat, entry->owner_count > 0 ? entry->owners[0] : "", 0};
	}
	return nats;
}

static int nat_add(struct applied *applied, const struct entry *entry, bool restore,
		   char error[HOST_ERROR_SIZE])
{
	size_t count, added = 0;
	struct host_nat *nats = nats_of(applied, NULL, entry, &count, &added);
	int rc = -ENOMEM;

	if (nats != NULL)
		rc = restore ? host_nat_restore(applied->host, nats, count, added, error)
			     : host_nat_add(applied->host, nats, count, added, error);
	else
		snprintf(error, HOST_ERROR_SIZE, "out of memory");
	free(nats);
	return rc;
}

static int nat_remove(struct applied *applied, const struct entry *entry,
		      char error[HOST_ERROR_SIZE])
{
	size_t count, added = 0;
	struct host_nat *others = nats_of(applied, entry, NULL, &count, &added);
	int rc = -ENOMEM;

	if (others != NULL)
		rc = host_nat_remove(applied->host, &entry->what.nat, others, count, error);
	else
		snprintf(error, HOST_ERROR_SIZE, "out of memory");
	free(others);
	return rc;
}

static int host_add(struct applied *applied, const struct entry *entry, bool restore, bool *existed,
		    char error[HOST_ERROR_SIZE])
{
	*existed = false;
	switch (entry->what.kind) {
	case AGENT_ADDRESS:
		return host_address_add(applied->host, &entry->what.address, existed, error);
	case AGENT_ROUTE:
		return host_route_add(applied->host, &entry->what.route, existed, error);
	default:
		return nat_add(applied, entry, restore, error);
	}
}

static int host_remove(struct applied *applied, const struct entry *entry,
		       char error[HOST_ERROR_SIZE])
{
	if (entry->what.existed)
		return 0; /* it was there before */
	switch (entry->what.kind) {
	case AGENT_ADDRESS:
		return host_address_remove(applied->host, &entry->what.address, error);
	case AGENT_ROUTE:
		return host_route_remove(applied->host, &entry->what.route, error);
	default:
		return nat_remove(applied, entry, error);
	}
}

static bool host_has(struct applied *applied, const struct entry *entry)
{
	switch (entry->what.kind) {
	case AGENT_ADDRESS:
		return host_address_has(applied->host, &entry->what.address);
	case AGENT_ROUTE:
		return host_route_has(applied->host, &entry->what.route, entry->what.existed);
	default:
		return host_nat_has(applied->host, &entry->what.nat);
	}
}

static int save(struct applied *applied, char error[HOST_ERROR_SIZE])
{
	int rc = state_save(&applied->state, &applied->entries);

	applied->is_unsaved = rc < 0;
	if (rc < 0)
		snprintf(error, HOST_ERROR_SIZE, "the agent cannot write its state file: %s",
			 strerror(-rc));
	return rc;
}

static void entry_drop(struct applied *applied, struct entry *entry)
{
	STAILQ_REMOVE(&applied->entries, entry, entry, link);
	applied->count--;
	free(entry);
}

/* Without answering: the entry goes, and so does what Linux has of it. */
static void give_up(struct applied *applied, struct entry *entry)
{
	char ignored[HOST_ERROR_SIZE];

	entry_drop(applied, entry);
	save(applied, ignored);
}

/* Applies an entry that is in the list, and keeps what was found out about it. `restore`: it was
 * applied before. */
static int entry_apply(struct applied *applied, struct entry *entry, bool restore,
		       char error[HOST_ERROR_SIZE])
{
	bool existed;
	int rc = host_add(applied, entry, restore, &existed, error);

	if (rc == 0 && existed != entry->what.existed) {
		entry->what.existed = existed;
		rc = save(applied, error);
	}
	return rc;
}

static bool refuse(char said[APPLIED_SAID_SIZE], const char *error)
{
	snprintf(said, APPLIED_SAID_SIZE, "%s", error);
	return false;
}

static bool executed(const struct agent_applied *what, char said[APPLIED_SAID_SIZE])
{
	unsigned int family = what->kind == AGENT_ROUTE ? what->route.destination.ip.family
			      : what->kind == AGENT_NAT ? what->nat.internal.ip.family
							: 0;

	snprintf(said, APPLIED_SAID_SIZE, "%s%s", done[what->kind],
		 family != 0 ? host_forwarding_note(family) : "");
	return true;
}

static bool add_new(struct applied *applied, const struct agent_applied *what, const char *owner,
		    char said[APPLIED_SAID_SIZE])
{
	char error[HOST_ERROR_SIZE];
	struct entry *entry;

	if (applied->count == APPLIED_MAX)
		return refuse(said, "the agent has as many entries as it takes: remove some");
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return refuse(said, "out of memory");
	entry->what = *what;
	entry->what.existed = entry->what.present = false;
	entry_owner_add(entry, owner);
	STAILQ_INSERT_TAIL(&applied->entries, entry, link);
	applied->count++;
	if (save(applied, error) < 0) {
		entry_drop(applied, entry);
		return refuse(said, error);
	}
	if (entry_apply(applied, entry, false, error) < 0) {
		give_up(applied, entry);
		return refuse(said, error);
	}
	return executed(what, said);
}

bool applied_add(struct applied *applied, const struct agent_applied *what, const char *owner,
		 bool *is_new, char said[APPLIED_SAID_SIZE])
{
	struct entry *entry = entry_find(&applied->entries, what);
	char error[HOST_ERROR_SIZE];

	*is_new = entry == NULL || entry_owner(entry, owner) < 0;
	if (entry == NULL)
		return add_new(applied, what, owner, said);
	if (!entry_is(entry, what))
		return refuse(said, "localNetwork is translated already, in another way: remove "
				    "that first");
	if (!host_has(applied, entry) && entry_apply(applied, entry, true, error) < 0)
		return refuse(said, error);
	if (entry_owner_add(entry, owner) < 0)
		return refuse(said, "it has as many owners as the agent takes");
	if (*is_new && save(applied, error) < 0) {
		entry_owner_remove(entry, owner);
		return refuse(said, error);
	}
	return executed(what, said);
}

bool applied_remove(struct applied *applied, const struct agent_applied *what, const char *owner,
		    char said[APPLIED_SAID_SIZE])
{
	struct entry *entry = entry_find(&applied->entries, what);
	char error[HOST_ERROR_SIZE];

	snprintf(said, APPLIED_SAID_SIZE, "%s", undone[what->kind]);
	if (applied->is_unsaved && save(applied, error) < 0)
		return refuse(said, error);
	if (entry == NULL || !entry_is(entry, what) || entry_owner(entry, owner) < 0)
		return true;
	if (entry->owner_count > 1) {
		entry_owner_remove(entry, owner);
		if (save(applied, error) == 0)
			return true;
		entry_owner_add(entry, owner);
		return refuse(said, error);
	}
	/* Until Linux has let go of it the file knows it, so that a crash leaves nothing behind. */
	if (host_remove(applied, entry, error) < 0)
		return refuse(said, error);
	STAILQ_REMOVE(&applied->entries, entry, entry, link);
	if (save(applied, error) < 0) {
		STAILQ_INSERT_TAIL(&applied->entries, entry, link);
		return refuse(said, error);
	}
	applied->count--;
	free(entry);
	return true;
}

static void look(struct applied *applied)
{
	struct entry *entry;

	STAILQ_FOREACH(entry, &applied->entries, link)
	entry->what.present = host_has(applied, entry);
}

void applied_restore(struct applied *applied)
{
	char error[HOST_ERROR_SIZE];
	struct entry *entry;

	host_look_begin(applied->host);
	look(applied);
	/* One that was restored may have brought others with it. */
	STAILQ_FOREACH(entry, &applied->entries, link)
	if (!entry->what.present && !host_has(applied, entry) &&
	    entry_apply(applied, entry, true, error) < 0)
		fprintf(stderr, "bgw-agent: not restored: %s\n", error);
	host_look_end(applied->host);
}

uint8_t *applied_list(struct applied *applied, const char *owner, size_t *bytes)
{
	host_look_begin(applied->host);
	look(applied);
	host_look_end(applied->host);
	return entries_pack(&applied->entries, owner, bytes);
}
