/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "colour.h"
#include "text.h"
#include "values.h"

#define GAP	   2
#define ID_WIDTH   8
#define TEXT_WIDTH 8 /* what a long text is shortened to, at the least */

void table_add_column(struct table *table, const char *title, bool number, bool has_ids)
{
	struct column *columns = must_calloc(table->column_count + 1, sizeof(*columns));

	if (table->column_count > 0)
		memcpy(columns, table->columns, table->column_count * sizeof(*columns));
	free(table->columns);
	table->columns = columns;
	columns[table->column_count++] = (struct column){must_copy(title), number, has_ids};
}

void table_add_row(struct table *table, char *const *cells)
{
	size_t width = table->column_count;

	if (table->row_count == table->row_room) {
		size_t room = table->row_room > 0 ? 2 * table->row_room : 16;
		char **bigger = must_calloc(room * width, sizeof(*bigger));

		if (table->row_count > 0)
			memcpy(bigger, table->cells, table->row_count * width * sizeof(*bigger));
		free(table->cells);
		table->cells = bigger;
		table->row_room = room;
	}
	memcpy(&table->cells[table->row_count++ * width], cells, width * sizeof(*cells));
}

/* Characters of a UTF-8 text. */
static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Columns of the terminal, SIZE_MAX where standard output is none. */
static size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static size_t total(const size_t *widths, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += widths[i] + (i > 0 ? GAP : 0);
	return sum;
}

static bool is_id(const struct column *column, const char *text)
{
	struct bgw_uuid uuid;

	return column->has_ids && bgw_uuid_parse(text, &uuid) == 0;
}

/* What each column needs, ids being shortened or not. */
static void measure(const struct table *table, bool short_ids, size_t *widths)
{
	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = characters(table->columns[i].title);
		for (size_t row = 0; row < table->row_count; row++) {
			const char *text = table->cells[row * table->column_count + i];
			size_t width = short_ids && is_id(&table->columns[i], text)
					       ? ID_WIDTH
					       : characters(text);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
}

/* Narrows the widest text columns, a character at a time, until the table fits or none is left. */
static void narrow_texts(const struct table *table, size_t *widths, size_t room)
{
	while (total(widths, table->column_count) > room) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < table->column_count; i++)
			if (!table->columns[i].number && widths[i] > TEXT_WIDTH &&
			    (widest == SIZE_MAX || widths[i] > widths[widest]))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		widths[widest]--;
	}
}

/* What of a text fits into the width: all of it, an id's beginning, or a beginning and "…". */
static void print_fitting(const struct column *column, const char *text, size_t width)
{
	size_t shown = 0;

	if (characters(text) <= width) {
		fputs(text, stdout);
		return;
	}
	if (is_id(column, text)) {
		printf("%.*s", ID_WIDTH, text);
		return;
	}
	for (; *text != '\0'; text++) {
		shown += ((unsigned char)*text & 0xc0) != 0x80;
		if (shown >= width)
			break;
		putchar(*text);
	}
	fputs("…", stdout);
}

static void print_cell(const struct column *column, const char *text, size_t width,
		       enum colour colour, bool last)
{
	size_t length = characters(text);
	int padding;

	if (length > width)
		length = is_id(column, text) ? ID_WIDTH : width;
	padding = (int)(width - length);
	if (column->number)
		printf("%*s", padding, "");
	fputs(colour_begin(stdout, colour), stdout);
	print_fitting(column, text, width);
	fputs(colour_end(stdout, colour), stdout);
	if (!column->number && !last)
		printf("%*s", padding, "");
}

static void print_row(const struct table *table, const size_t *widths, size_t count,
		      char *const *cells)
{
	for (size_t i = 0; i < count; i++) {
		const struct column *column = &table->columns[i];
		const char *text = cells != NULL ? cells[i] : column->title;

		if (i > 0)
			printf("%*s", GAP, "");
		print_cell(column, text, widths[i], cells != NULL ? colour_of(text) : COLOUR_TITLE,
			   i + 1 == count);
	}
	putchar('\n');
}

void table_print(const struct table *table)
{
	size_t *widths = must_calloc(table->column_count, sizeof(*widths));
	size_t room = terminal_width(), count = table->column_count;

	measure(table, false, widths);
	if (total(widths, count) > room) {
		measure(table, true, widths);
		narrow_texts(table, widths, room);
	}
	while (count > 1 && total(widths, count) > room)
		count--;
	print_row(table, widths, count, NULL);
	for (size_t row = 0; row < table->row_count; row++)
		print_row(table, widths, count, &table->cells[row * table->column_count]);
	if (count < table->column_count) {
		fputs("(too narrow for", stdout);
		for (size_t i = count; i < table->column_count; i++)
			printf("%s %s", i > count ? "," : "", table->columns[i].title);
		fputs(")\n", stdout);
	}
	free(widths);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->row_count * table->column_count; i++)
		free(table->cells[i]);
	for (size_t i = 0; i < table->column_count; i++)
		free(table->columns[i].title);
	free(table->cells);
	free(table->columns);
	*table = (struct table){0};
}
