/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 512

void text_add(struct text *text, const char *bytes, size_t length)
{
	if (text->broken || length == 0)
		return;
	if (text->size - text->length < length) {
		size_t size = text->size != 0 ? text->size : FIRST_BYTES;
		char *grown;

		while (size - text->length < length)
			size *= 2;
		grown = realloc(text->bytes, size);
		if (grown == NULL) {
			text->broken = true;
			return;
		}
		text->bytes = grown;
		text->size = size;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
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
