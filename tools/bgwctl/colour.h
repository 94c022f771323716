/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_COLOUR_H
#define BGWCTL_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

/** What a text is, for the eye. */
enum colour {
	COLOUR_NONE,
	COLOUR_TITLE,
	COLOUR_GOOD,
	COLOUR_BAD,
};

/** Whether the stream is a terminal that shows colours; $NO_COLOR (no-color.org) says no. */
bool colour_is_on(FILE *stream);

/** The colour of a member's value: that of a status. */
enum colour colour_of(const char *value);

/** What switches the colour on, "" where the stream has none; colour_end() switches it off. */
const char *colour_begin(FILE *stream, enum colour colour);
const char *colour_end(FILE *stream, enum colour colour);

#endif
