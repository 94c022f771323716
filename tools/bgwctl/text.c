/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outcome.h"

static void *must(void *memory)
{
	if (memory == NULL)
		exit((int)complain(OUTCOME_UNREACHABLE, "there is not enough memory"));
	return memory;
}

void *must_calloc(size_t count, size_t size)
{
	return must(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

char *must_copy(const char *text)
{
	return must(strdup(text));
}

char *text_respelt(const char *text, char from, char to)
{
	char *copy = must_copy(text);

	for (char *at = copy; *at != '\0'; at++)
		if (*at == from)
			*at = to;
	return copy;
}

void text_clean(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
		/* Those of ISO 6429's second set are U+0080 to U+009F. */
		if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
		else if (at[0] < ' ' || at[0] == 0x7f)
			at[0] = '?';
	}
}

char *text_cleaned(const char *text)
{
	char *copy = must_copy(text);

	text_clean(copy);
	return copy;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
	text->bytes = must(realloc(text->bytes, text->length + length + 1));
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
	va_list arguments;
	char *added = NULL;
	int written;

	va_start(arguments, format);
	written = vasprintf(&added, format, arguments);
	va_end(arguments);
	must(written >= 0 ? added : NULL);
	text_add_bytes(text, added, (size_t)written);
	free(added);
}

const char *text_get(const struct text *text)
{
	return text->bytes != NULL ? text->bytes : "";
}

void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){NULL, 0};
}
