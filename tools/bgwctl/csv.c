/* SPDX-License-Identifier: BSD-3-Clause */
#include "csv.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static void cell_add(struct csv_line *line, char *cell)
{
	if (line->count == line->room) {
		size_t room = line->room > 0 ? 2 * line->room : 16;
		char **bigger = must_calloc(room, sizeof(*bigger));

		if (line->count > 0)
			memcpy(bigger, line->cells, line->count * sizeof(*bigger));
		free(line->cells);
		line->cells = bigger;
		line->room = room;
	}
	line->cells[line->count++] = cell;
}

/* Takes a quoted cell, whose opening quote is at *at. 0 or -1. */
static int quoted(char **at, size_t *line_number, struct csv_line *line)
{
	char *from = *at + 1, *to = from;

	cell_add(line, to);
	for (;; from++) {
		if (*from == '\0')
			return -1;
		if (*from == '"') {
			if (from[1] != '"')
				break;
			from++;
		}
		*line_number += *from == '\n';
		*to++ = *from;
	}
	*at = from + 1;
	*to = '\0';
	return **at == ',' || **at == '\n' || **at == '\r' || **at == '\0' ? 0 : -1;
}

int csv_next(char **at, size_t *line_number, struct csv_line *line)
{
	line->count = 0;
	while (**at == '\n' || **at == '\r') {
		*line_number += **at == '\n';
		(*at)++;
	}
	line->number = *line_number + 1;
	if (**at == '\0')
		return 0;
	for (;;) {
		char end;

		if (**at == '"') {
			if (quoted(at, line_number, line) < 0)
				return -1;
		} else {
			cell_add(line, *at);
			*at += strcspn(*at, ",\r\n");
		}
		end = **at;
		if (end == '\0')
			return 1;
		*(*at)++ = '\0';
		if (end == '\r' && **at == '\n')
			(*at)++;
		if (end != ',') {
			(*line_number)++;
			return 1;
		}
	}
}

void csv_free(struct csv_line *line)
{
	free(line->cells);
	*line = (struct csv_line){0};
}
