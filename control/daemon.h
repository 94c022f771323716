/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_DAEMON_H
#define BGW_CONTROL_DAEMON_H

/**
 * The life of bgwd: everything started in order, the loop, and everything stopped in the reverse
 * order.
 */

#include "config.h"
#include "error.h"

/** What can be told of a configuration without starting anything. 0, or negative with *error set.
 */
int daemon_check(const struct config *config, struct error *error);

/** Runs until a signal asks it to stop. Takes what the configuration owns, which came from the file
 * `path`. 0, or negative with *error set when it could not start: one sentence on the limit that
 * was hit and what to do. */
int daemon_run(struct config *config, const char *path, struct error *error);

#endif
