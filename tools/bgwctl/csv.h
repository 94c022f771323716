/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_CSV_H
#define BGWCTL_CSV_H

#include <stdbool.h>
#include <stddef.h>

/** A line of comma separated values (RFC 4180), read out of a text that is changed by it. */
struct csv_line {
	char **cells; /**< into the text */
	size_t count, room;
	size_t number; /**< of the line in the text, from 1 */
};

/**
 * Reads the next line that is not empty. *at moves behind it.
 *
 * @return 1, 0 at the end of the text, -1 for a quote that does not end or ends within a cell
 */
int csv_next(char **at, size_t *line_number, struct csv_line *line);

void csv_free(struct csv_line *line);

#endif
