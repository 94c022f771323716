/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_AUDIT_H
#define BGW_CONTROL_AUDIT_H

/**
 * The audit log: a line of JSON for each write, appended to a file, or to standard error. The
 * thread pool writes, one write() at a time for all lines that have gathered, so that the loop
 * never waits for a disk. What a file does not take is kept and tried again; lines to standard
 * error are among those of the log (log_lines()).
 *
 * Control thread only.
 */

#include <stddef.h>

#include "error.h"
#include "loop.h"

struct audit;

/** `path` NULL or "" is standard error. NULL with *error set. */
struct audit *audit_open(struct loop *loop, const char *path, struct error *error);
/** audit_is_idle() must be true. Accepts NULL. */
void audit_close(struct audit *audit);
bool audit_is_idle(const struct audit *audit);

/** Takes a line, with its end, and copies it. `done` is called, never from inside this function,
 * when the line is written or that has failed; it may be NULL. 0 or -ENOMEM: then it is not
 * called. */
int audit_write(struct audit *audit, const char *line, size_t length, loop_callback *done,
		void *arg);

/** Whether lines of further writes can be expected to be written: 0, or negative with *error set,
 * since the last attempt failed. Never fails for standard error. */
int audit_check(const struct audit *audit, struct error *error);

/** Lines that anybody can cause by being refused must not fill a disk: whether there may be one
 * now, and how many there were not since the last. */
bool audit_refusal_begin(struct audit *audit, uint32_t *left_out);

/** Opens the file again, which somebody has moved away. */
void audit_reopen(struct audit *audit);

#endif
