/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_ROWS_H
#define BGWCTL_ROWS_H

/**
 * Objects out of a file, for commands that do the same to many:
 *
 *   JSON  [{...}, ...], or as the API answers a list, {"networks": [...]}
 *   CSV   a first line that names members, then an object a line (RFC 4180); a cell is written as
 *         the member's option would be, an empty one leaves the member out
 *
 * Members that the command cannot give are left out, so that what a list prints can be fed to a
 * create. A reference may be anything that names an object on the command line.
 */

#include "arguments.h"

/** "-" is standard input. *rows is an array of objects, the caller's to delete. */
enum outcome rows_read(struct session *session, const struct bgw_object_type *type,
		       enum purpose purpose, const char *path, cJSON **rows);

#endif
