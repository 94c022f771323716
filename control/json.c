/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FEW_VALUES	262144
#define BYTES_PER_VALUE 8

/* Bytes of the UTF-8 character at text (RFC 3629), 0 if it is none. */
static size_t utf8_length(const unsigned char *text, size_t left)
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

/* What cJSON would let pass. */
static const char *find_fault(const char *text, size_t length)
{
	/* A value takes cJSON ten to forty times the memory of its text. */
	size_t values = 0, values_max = length / BYTES_PER_VALUE;
	unsigned int depth = 0;
	bool in_string = false;
	size_t step;

	if (values_max < FEW_VALUES)
		values_max = FEW_VALUES;
	for (size_t i = 0; i < length; i += step) {
		step = utf8_length((const unsigned char *)text + i, length - i);
		if (step == 0)
			return "is not UTF-8";
		if (text[i] == '\0')
			return "has a NUL character";
		if (in_string && text[i] == '\\') {
			if (length - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
				return "has a NUL character";
			/* The escaped character is looked at by cJSON; here it must only not end
			 * the string, and be no half of a UTF-8 character. */
			if (i + 1 < length && (unsigned char)text[i + 1] < 0x80)
				step = 2;
		} else if (in_string && (unsigned char)text[i] < ' ') {
			return "has a control character in a string";
		} else if (text[i] == '"') {
			in_string = !in_string;
		} else if (!in_string && (text[i] == '{' || text[i] == '[')) {
			if (++depth > JSON_MAX_DEPTH)
				return "is nested too deep";
			values++;
		} else if (!in_string && text[i] == ',') {
			if (++values > values_max)
				return "has too many values for its length";
		} else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return NULL;
}

cJSON *json_parse(const char *text, size_t length, struct error *error)
{
	const char *fault = find_fault(text, length);
	const char *end = NULL;
	cJSON *json;

	if (fault != NULL) {
		error_set(error, BGW_ERROR_BAD_REQUEST, "the JSON text %s", fault);
		return NULL;
	}
	json = cJSON_ParseWithLengthOpts(text, length, &end, 0);
	if (json != NULL) {
		while (end < text + length && isspace((unsigned char)*end))
			end++;
		if (end == text + length)
			return json;
		cJSON_Delete(json);
	}
	if (end == NULL || end >= text + length)
		error_set(error, BGW_ERROR_BAD_REQUEST, "the JSON text ends too early");
	else
		error_set(error, BGW_ERROR_BAD_REQUEST,
			  "the JSON text has an error at byte %zu: \"%.*s\"",
			  (size_t)(end - text) + 1,
			  (int)(text + length - end > 24 ? 24 : text + length - end), end);
	return NULL;
}

void json_text_clean(char *text)
{
	size_t left = strlen(text), step;

	for (; left != 0; text += step, left -= step) {
		step = utf8_length((const unsigned char *)text, left);
		if (step == 0) {
			*text = '?';
			step = 1;
		}
	}
}
