/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_TABLE_H
#define BGWCTL_TABLE_H

/**
 * Rows and columns on a terminal. Where the terminal is too narrow, ids are shortened to what
 * bgwctl still understands, then long texts, and last the columns on the right are left out and
 * named below. Output that goes elsewhere is never shortened, nor coloured.
 */

#include <stdbool.h>
#include <stddef.h>

struct column {
	char *title;
	bool number;  /**< aligned to the right, never shortened */
	bool has_ids; /**< or names where there are some */
};

struct table {
	struct column *columns;
	size_t column_count;
	char **cells; /**< row after row */
	size_t row_count;
	size_t row_room;
};

/** Columns are added before the first row. The title is copied. */
void table_add_column(struct table *table, const char *title, bool number, bool has_ids);

/** Adds a row of column_count texts, which become the table's. */
void table_add_row(struct table *table, char *const *cells);

/** Prints on standard output. */
void table_print(const struct table *table);

void table_free(struct table *table);

#endif
