/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RESTORE_H
#define BGW_CONTROL_RESTORE_H

/**
 * The objects of a backup in place of those that there are: what is the same stays untouched, so
 * that its traffic goes on; the rest is deleted, updated and created in one transaction. Ports are
 * those of the configuration file and only take their admin_state_up; kept answers stay.
 */

#include <stddef.h>

#include "error.h"

struct control;
struct restore;

struct restore_counts {
	size_t created, updated, deleted, unchanged;
};

/** Reads the backup. Any thread. NULL with *error set. */
struct restore *restore_read(const void *bytes, size_t length, struct error *error);
/** Takes long for a large one. Any thread. Accepts NULL. */
void restore_free(struct restore *restore);

/** From stage() of a request: 0 when done, -EAGAIN for another slice, or another negative with
 * *error set. */
int restore_stage(struct restore *restore, struct control *control, struct error *error);

const struct restore_counts *restore_counts(const struct restore *restore);

#endif
