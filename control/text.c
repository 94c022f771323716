/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 512

bool text_grow(struct text *text, size_t length)
{
	size_t size = text->size != 0 ? text->size : FIRST_BYTES;
	char *grown;

	if (text->broken)
		return false;
	while (size - text->length < length)
		size *= 2;
	grown = realloc(text->bytes, size);
	if (grown == NULL) {
		/* Takes nothing more from here on, not even what would fit. */
		text->broken = true;
		text->length = text->size;
		return false;
	}
	text->bytes = grown;
	text->size = size;
	return true;
}

bool text_append(struct text *text, const char *bytes, size_t length)
{
	const size_t before = text->length;

	text_add(text, bytes, length);
	if (!text->broken)
		return true;
	text->broken = false;
	text->length = before;
	return false;
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_add_format(struct text *text, const char *format, ...)
{
	va_list arguments;
	char *string;
	int length;

	va_start(arguments, format);
	length = vasprintf(&string, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text->broken = true;
		return;
	}
	text_add(text, string, (size_t)length);
	free(string);
}

void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){0};
}
