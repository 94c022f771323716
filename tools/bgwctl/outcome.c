/* SPDX-License-Identifier: BSD-3-Clause */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "colour.h"
#include "text.h"

const char *const outcome_help[OUTCOME_COUNT] = {
	[OUTCOME_OK] = "done",
	[OUTCOME_REFUSED] = "the gateway refused",
	[OUTCOME_USAGE] = "wrong usage",
	[OUTCOME_UNREACHABLE] = "no gateway answers",
	[OUTCOME_NOT_FOUND] = "there is no such object",
	[OUTCOME_CONFLICT] = "it exists, is in use, was changed, or the name is not unique",
	[OUTCOME_DENIED] = "not allowed",
	[OUTCOME_BUSY] = "not now, try again",
	[OUTCOME_TIMEOUT] = "done, but not in force within --wait",
};

enum outcome complain(enum outcome outcome, const char *format, ...)
{
	va_list arguments;
	char *said = NULL;

	fprintf(stderr, "%sbgwctl:%s ", colour_begin(stderr, COLOUR_BAD),
		colour_end(stderr, COLOUR_BAD));
	va_start(arguments, format);
	if (vasprintf(&said, format, arguments) < 0)
		said = NULL;
	va_end(arguments);
	if (said != NULL)
		text_clean(said);
	fprintf(stderr, "%s\n", said != NULL ? said : format);
	free(said);
	return outcome;
}
