/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_ENTRY_H
#define BGW_AGENT_ENTRY_H

/** One thing that is applied, and the messages it is listed and stored in. Pure. */

#include <sys/queue.h>

#include "applied.h"

struct entry {
	STAILQ_ENTRY(entry) link;
	struct agent_applied what; /* without owners */
	char owners[APPLIED_MAX_OWNERS][AGENT_OWNER_SIZE];
	size_t owner_count;
};

STAILQ_HEAD(entries, entry);

/** The entry of the same kind and value, NULL none. Of a translation the remapping network alone
 * counts. */
struct entry *entry_find(const struct entries *entries, const struct agent_applied *what);
/** Whether all of its value is the same too. */
bool entry_is(const struct entry *entry, const struct agent_applied *what);

/** The index of the owner, -1 none. */
int entry_owner(const struct entry *entry, const char *owner);
/** -ENOSPC. */
int entry_owner_add(struct entry *entry, const char *owner);
void entry_owner_remove(struct entry *entry, const char *owner);

/** Entries as a packed Applied message, to be freed. `owner`: "" all. NULL without memory. */
uint8_t *entries_pack(const struct entries *entries, const char *owner, size_t *bytes);

/** Adds what is in a packed Applied message. 0, -EBADMSG with *error set, -ENOMEM. */
int entries_unpack(struct entries *entries, const uint8_t *bytes, size_t size, char *error,
		   size_t error_size);
void entries_clear(struct entries *entries);

#endif
