/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_TEXT_H
#define BGW_CONTROL_TEXT_H

/** A text that grows: bodies of answers. Once memory was short it stays broken and takes nothing
 * more, so that one check at the end is enough. */

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes; /**< not NUL-terminated; free() */
	size_t length, size;
	bool broken;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_add_string(struct text *text, const char *string);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

#endif
