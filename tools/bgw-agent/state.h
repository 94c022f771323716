/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_STATE_H
#define BGW_AGENT_STATE_H

/** The state file: a packed Applied message, replaced as a whole, on disk when saved. */

#include "entry.h"

struct state {
	char *path;
	char *next_path; /* what becomes it */
	int directory;
	int lock;
};

/** Opens it and reads what is in it. 0, or negative with *error set: another agent has it, it
 * cannot be read, or is none. */
int state_open(struct state *state, const char *path, struct entries *entries, char *error,
	       size_t error_size);
void state_close(struct state *state);
int state_save(const struct state *state, const struct entries *entries);

#endif
