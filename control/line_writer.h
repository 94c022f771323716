/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LINE_WRITER_H
#define BGW_CONTROL_LINE_WRITER_H

/**
 * Lines to a file descriptor that may be anything, above all standard error: a pipe, a socket, a
 * terminal, a file. Whoever reads at the other end may stop to; nobody but a thread of its own
 * waits for it. (The descriptor is shared with other processes, so that it cannot be made
 * non-blocking.) Lines wait in a bounded queue; where that is full lines are lost, and the next
 * thing that is written says how many.
 *
 * Any thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct line_writer;

/** Takes over writing to the descriptor, which stays the caller's. NULL and errno. */
struct line_writer *line_writer_create(int fd);
/** Its thread goes to the CPUs that the caller's may use. */
void line_writer_follow(struct line_writer *writer);
/** Waits for the lines to be written, but not for one who does not read. Accepts NULL. */
void line_writer_destroy(struct line_writer *writer);

/** Appends lines, each with its end. False: some of them are lost. */
bool line_writer_add(struct line_writer *writer, const char *lines, size_t length);

/** Waits until what was added is written; not at all where the reader is behind already, and
 * otherwise some milliseconds at most. Not on the control thread. */
void line_writer_wait(struct line_writer *writer);

#endif
