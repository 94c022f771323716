/* SPDX-License-Identifier: BSD-3-Clause */
/* Records as JSON texts, written straight away: objects are listed and stored by the hundred
 * thousand. */
#include <stdio.h>
#include <string.h>

#include "record.h"
#include "text.h"
#include "value.h"

static void string_add(struct text *text, const char *string)
{
	static const char short_forms[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	const char *plain = string;

	if (string == NULL || string[0] == '\0') {
		text_add(text, "\"\"", 2);
		return;
	}
	text_add(text, "\"", 1);
	for (; *string != '\0'; string++) {
		const unsigned char c = (unsigned char)*string;

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		text_add(text, plain, (size_t)(string - plain));
		plain = string + 1;
		if (c >= ' ')
			text_add_format(text, "\\%c", c);
		else if (short_forms[c] != 0)
			text_add_format(text, "\\%c", short_forms[c]);
		else
			text_add_format(text, "\\u%04x", c);
	}
	text_add(text, plain, (size_t)(string - plain));
	text_add(text, "\"", 1);
}

/* What needs no escapes, straight to where it belongs. */
static void plain_add(struct text *text, const struct bgw_field *field, const void *at, bool quoted)
{
	char *to = text_room(text, VALUE_TEXT_SIZE + 2);
	const char *value;
	size_t length;

	if (to == NULL)
		return;
	value = value_text(field, at, to + quoted);
	length = strlen(value);
	if (value != to + quoted)
		memcpy(to + quoted, value, length);
	if (quoted)
		to[0] = to[length + 1] = '"';
	text->length += length + (quoted ? 2 : 0);
}

static void element_add(struct text *text, const struct bgw_field *field, const void *at,
			enum record_form form)
{
	if (field->type == BGW_RECORD) {
		text_add(text, "{", 1);
		record_text(text, field->record, at, form, NULL, NULL);
		text_add(text, "}", 1);
	} else if (field->type == BGW_STRING) {
		string_add(text, *(char *const *)at);
	} else {
		plain_add(text, field, at, field->type != BGW_BOOL && field->type != BGW_UINT);
	}
}

static void value_add(struct text *text, const struct bgw_field *field, const void *at,
		      enum record_form form)
{
	const struct bgw_list *list = at;

	if ((field->flags & BGW_FIELD_LIST) == 0) {
		element_add(text, field, at, form);
		return;
	}
	text_add(text, "[", 1);
	for (uint32_t i = 0; i < list->count; i++) {
		if (i != 0)
			text_add(text, ",", 1);
		element_add(text, field, (const char *)list->items + i * bgw_field_size(field),
			    form);
	}
	text_add(text, "]", 1);
}

static bool is_written(const struct bgw_field *field, bool given, enum record_form form)
{
	if ((field->flags & BGW_FIELD_RUNTIME) != 0)
		return false;
	if (form == RECORD_STORED)
		return given;
	return (field->flags & BGW_FIELD_HIDDEN) == 0 &&
	       (given || (field->flags & BGW_FIELD_TERSE) == 0);
}

static void name_add(struct text *text, const char *name, bool comma)
{
	const size_t length = strlen(name);
	char *to = text_room(text, length + 4);

	if (to == NULL)
		return;
	if (comma)
		*to++ = ',';
	*to++ = '"';
	memcpy(to, name, length);
	memcpy(to + length, "\":", 2);
	text->length += length + 3 + comma;
}

static void member_add(struct text *text, const struct bgw_field *field, const void *at, bool given,
		       enum record_form form)
{
	if (form == RECORD_ANSWERED && !given && (field->flags & BGW_FIELD_NULLABLE) != 0)
		text_add_string(text, field->type == BGW_TAGS ? "\"\"" : "null");
	else
		value_add(text, field, record_member_const(at, field), form);
}

bool record_text(struct text *text, const struct bgw_record *record, const void *at,
		 enum record_form form, record_wants *wants, const void *arg)
{
	bool any = false;

	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		const bool given = record_given(record, at, field);
		const char *const names[] = {
			field->name,
			(field->flags & BGW_FIELD_ECHO) != 0 && form == RECORD_ANSWERED
				? field->aliases[0]
				: NULL,
		};

		if (!is_written(field, given, form))
			continue;
		for (unsigned int n = 0; n < 2; n++) {
			if (names[n] == NULL || (wants != NULL && !wants(arg, names[n])))
				continue;
			name_add(text, names[n], any);
			member_add(text, field, at, given, form);
			any = true;
		}
	}
	return any;
}
