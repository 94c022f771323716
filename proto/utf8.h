/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_UTF8_H
#define BGW_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* UTF-8, RFC 3629. Pure functions, any thread. */

/* Bytes of the character at `text`, of which `left` can be read, at least one; 0: it is none. */
static inline size_t utf8_length(const unsigned char *text, size_t left)
{
	size_t length = text[0] < 0x80	 ? 1
			: text[0] < 0xc2 ? 0
			: text[0] < 0xe0 ? 2
			: text[0] < 0xf0 ? 3
			: text[0] < 0xf5 ? 4
					 : 0;

	if (length == 0 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond U+10FFFF. */
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

/* Whether all of the text is. */
static inline bool utf8_is_valid(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		const size_t length = utf8_length((const unsigned char *)text, left);

		if (length == 0)
			return false;
		text += length;
		left -= length;
	}
	return true;
}

#endif
