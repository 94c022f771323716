/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_TEXT_H
#define BGW_CONTROL_TEXT_H

/** A text that grows: bodies of answers. Once memory was short it stays broken and takes nothing
 * more, so that one check at the end is enough. */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	char *bytes; /**< not NUL-terminated; free() */
	size_t length, size;
	bool broken;
};

/** Makes room for so many more bytes. False without memory. */
bool text_grow(struct text *text, size_t length);

/** Room for so many more bytes, behind the last; what is written there counts once it is added to
 * the length. NULL without memory. */
static inline char *text_room(struct text *text, size_t length)
{
	if (text->size - text->length < length && !text_grow(text, length))
		return NULL;
	return text->bytes + text->length;
}

static inline void text_add(struct text *text, const char *bytes, size_t length)
{
	if (length == 0 || (text->size - text->length < length && !text_grow(text, length)))
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

/** All or nothing; without memory the text is as before. */
bool text_append(struct text *text, const char *bytes, size_t length);

void text_add_string(struct text *text, const char *string);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

#endif
