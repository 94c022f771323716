/* SPDX-License-Identifier: BSD-3-Clause */
#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool shows_colours(FILE *stream)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return (no == NULL || no[0] == '\0') && terminal != NULL && terminal[0] != '\0' &&
	       strcmp(terminal, "dumb") != 0 && isatty(fileno(stream));
}

bool colour_is_on(FILE *stream)
{
	/* Asked for each cell of a table. */
	static FILE *asked;
	static bool is_on;

	if (asked != stream)
		is_on = shows_colours(stream);
	asked = stream;
	return is_on;
}

enum colour colour_of(const char *value)
{
	if (strcmp(value, "ACTIVE") == 0)
		return COLOUR_GOOD;
	return strcmp(value, "DOWN") == 0 ? COLOUR_BAD : COLOUR_NONE;
}

const char *colour_begin(FILE *stream, enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "",
		[COLOUR_TITLE] = "\033[1m",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_BAD] = "\033[31m",
	};

	return colour_is_on(stream) ? codes[colour] : "";
}

const char *colour_end(FILE *stream, enum colour colour)
{
	return colour != COLOUR_NONE && colour_is_on(stream) ? "\033[0m" : "";
}
