/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_APPLIED_H
#define BGW_AGENT_APPLIED_H

/**
 * What the agent applied to this host and for whom, in memory, in its state file and in Linux. A
 * change is in the file before it is in Linux, and in both before it is answered; one that was cut
 * off by a crash is in the file, and is finished at the next start.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "rpc/agent.h"

#define APPLIED_MAX	   4096
#define APPLIED_MAX_OWNERS 16
#define APPLIED_SAID_SIZE  (HOST_ERROR_SIZE + 64)

struct applied;

/** Reads the state file, if there is one, and holds it so that no other agent takes it. NULL with
 * *error set. */
struct applied *applied_open(struct host *host, const char *state_path, char *error,
			     size_t error_size);
/** Everything stays applied. */
void applied_close(struct applied *applied);

/** Makes Linux have again what it has lost. What it refuses is written to standard error. */
void applied_restore(struct applied *applied);

/** Of `what`, the kind and its value are read. Whether it was executed, and in *said what was done
 * or what refused it. *is_new: the owner had not asked for it before. */
bool applied_add(struct applied *applied, const struct agent_applied *what, const char *owner,
		 bool *is_new, char said[APPLIED_SAID_SIZE]);
bool applied_remove(struct applied *applied, const struct agent_applied *what, const char *owner,
		    char said[APPLIED_SAID_SIZE]);

/** A packed Applied message of an owner's entries, or with "" of all, to be freed. NULL without
 * memory. */
uint8_t *applied_list(struct applied *applied, const char *owner, size_t *bytes);

#endif
