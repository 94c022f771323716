/* SPDX-License-Identifier: BSD-3-Clause */
#include "json.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <utf8.h>

#include "loop.h"

#define FEW_VALUES	262144
#define BYTES_PER_VALUE 8

/* What means itself in a string. */
static bool is_plain(char c)
{
	return (unsigned char)c < 0x80 && c >= ' ' && c != '"' && c != '\\';
}

static size_t digits_length(const char *text, size_t left)
{
	size_t length = 0;

	while (length < left && isdigit((unsigned char)text[length]))
		length++;
	return length;
}

/* Bytes of the number at text (RFC 8259, section 6), 0 if it is none. */
static size_t number_length(const char *text, size_t left)
{
	size_t at = text[0] == '-' ? 1 : 0;
	size_t digits = digits_length(text + at, left - at);

	if (digits == 0 || (digits > 1 && text[at] == '0'))
		return 0;
	at += digits;
	if (at < left && text[at] == '.') {
		digits = digits_length(text + at + 1, left - at - 1);
		if (digits == 0)
			return 0;
		at += 1 + digits;
	}
	if (at < left && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < left && (text[at] == '+' || text[at] == '-'))
			at++;
		digits = digits_length(text + at, left - at);
		if (digits == 0)
			return 0;
		at += digits;
	}
	return at < left && (isalnum((unsigned char)text[at]) || text[at] == '.') ? 0 : at;
}

/* Where the scan is, for errors. */
struct scan {
	const char *text;
	size_t length, at;
	size_t string;		 /* the last one begins behind that quote */
	size_t name, name_bytes; /* of the member whose value is being read; 0 bytes: none */
	unsigned int depth;
	bool in_string;
	/* A value takes cJSON ten to forty times the memory of its text. */
	size_t values, values_max;
};

static const char *scan_in_string(struct scan *scan, size_t *step)
{
	const char *text = scan->text + scan->at;
	const size_t left = scan->length - scan->at;

	if (*text == '"') {
		scan->in_string = false;
	} else if (*text == '\\') {
		if (left >= 6 && memcmp(text, "\\u0000", 6) == 0)
			return "has a NUL character";
		/* The escaped character is looked at by cJSON; here it must only not end the
		 * string, and be no half of a UTF-8 character. */
		if (left > 1 && (unsigned char)text[1] < 0x80)
			*step = 2;
	} else if ((unsigned char)*text < ' ') {
		return "has a control character in a string, which must be escaped";
	}
	return NULL;
}

static const char *scan_between(struct scan *scan, size_t *step)
{
	const char c = scan->text[scan->at];

	switch (c) {
	case '"':
		scan->in_string = true;
		scan->string = scan->at;
		break;
	case ':':
		scan->name = scan->string + 1;
		while (scan->name + scan->name_bytes < scan->at &&
		       scan->text[scan->name + scan->name_bytes] != '"')
			scan->name_bytes++;
		break;
	case '{':
	case '[':
		scan->values++;
		if (++scan->depth > JSON_MAX_DEPTH)
			return "is nested too deep";
		break;
	case '}':
	case ']':
		scan->depth -= scan->depth > 0;
		scan->name_bytes = 0;
		break;
	case ',':
		scan->name_bytes = 0;
		if (++scan->values > scan->values_max)
			return "has too many values for its length";
		break;
	default:
		if ((unsigned char)c < ' ' && strchr("\t\n\r", c) == NULL)
			return "has a control character";
		if (c == '-' || isdigit((unsigned char)c)) {
			*step = number_length(scan->text + scan->at, scan->length - scan->at);
			if (*step == 0)
				return "has a number that is none in JSON";
		}
		break;
	}
	return NULL;
}

/* What cJSON would let pass. */
static const char *find_fault(struct scan *scan)
{
	for (size_t step; scan->at < scan->length; scan->at += step) {
		const char *text = scan->text + scan->at, *fault;

		step = 1;
		if (scan->in_string && is_plain(*text))
			continue;
		step = utf8_length((const unsigned char *)text, scan->length - scan->at);
		if (step == 0)
			return "is not UTF-8";
		if (*text == '\0')
			return "has a NUL character";
		fault = scan->in_string ? scan_in_string(scan, &step) : scan_between(scan, &step);
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

static bool is_sound(const char *text, size_t length, struct error *error)
{
	struct scan scan = {
		.text = text,
		.length = length,
		.values_max = length / BYTES_PER_VALUE > FEW_VALUES ? length / BYTES_PER_VALUE
								    : FEW_VALUES,
	};
	const char *fault = find_fault(&scan);

	if (fault == NULL)
		return true;
	if (scan.name_bytes == 0)
		error_set(error, BGW_ERROR_BAD_REQUEST, "the JSON text %s, at byte %zu", fault,
			  scan.at + 1);
	else
		error_set(error, BGW_ERROR_BAD_REQUEST, "the JSON text %s, at byte %zu in %.*s",
			  fault, scan.at + 1, (int)(scan.name_bytes < 64 ? scan.name_bytes : 64),
			  text + scan.name);
	return false;
}

cJSON *json_parse(const char *text, size_t length, struct error *error)
{
	const char *end = NULL;
	cJSON *json;

	if (!is_sound(text, length, error))
		return NULL;
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

static void delete_work(void *arg)
{
	cJSON_Delete(arg);
}

static void deleted(void *arg)
{
	(void)arg;
}

void json_delete(struct loop *loop, cJSON *json)
{
	if (loop_work(loop, delete_work, deleted, json) < 0)
		cJSON_Delete(json);
}

bool json_text_is_displayable(const char *text, bool lines)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if ((*c < ' ' && (!lines || strchr("\t\n\r", *c) == NULL)) || *c == 0x7f ||
		    (*c == 0xc2 && c[1] < 0xa0))
			return false;
	return true;
}

/* As cJSON has it. */
static size_t skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && (unsigned char)text[at] <= ' ')
		at++;
	return at;
}

/* Behind the character, and blanks around it; 0 when it is another. */
static size_t skip(const char *text, size_t length, size_t at, char c)
{
	at = skip_blanks(text, length, at);
	return at < length && text[at] == c ? skip_blanks(text, length, at + 1) : 0;
}

/* A root that is spelt with escapes is for json_parse(). */
static size_t visit_root(const char *text, size_t length, const struct json_visitor *visitor)
{
	char root[64];
	size_t at = skip(text, length, 0, '{');
	const char *end;

	if (at == 0 || at == length || text[at] != '"')
		return 0;
	end = memchr(text + at + 1, '"', length - at - 1);
	if (end == NULL || (size_t)(end - text) - at > sizeof(root))
		return 0;
	memcpy(root, text + at + 1, (size_t)(end - text) - at - 1);
	root[(size_t)(end - text) - at - 1] = '\0';
	if (!visitor->root(visitor->arg, root))
		return 0;
	at = skip(text, length, (size_t)(end - text) + 1, ':');
	return at != 0 ? skip(text, length, at, '[') : 0;
}

/* Behind it, 0 when there is none. */
static size_t visit_item(const char *text, size_t length, size_t at,
			 const struct json_visitor *visitor)
{
	const char *end = NULL;
	cJSON *item = NULL;
	bool taken;

	if (at < length && text[at] == '{')
		item = cJSON_ParseWithLengthOpts(text + at, length - at, &end, 0);
	if (item == NULL)
		return 0;
	taken = visitor->item(visitor->arg, item);
	cJSON_Delete(item);
	return taken ? (size_t)(end - text) : 0;
}

bool json_visit_objects(const char *text, size_t length, const struct json_visitor *visitor)
{
	size_t at = visit_root(text, length, visitor), next;
	struct error error;

	if (at != 0 && !is_sound(text, length, &error))
		return false;
	while (at != 0) {
		at = visit_item(text, length, at, visitor);
		next = at != 0 ? skip(text, length, at, ',') : 0;
		if (next == 0)
			break;
		at = next;
	}
	at = at != 0 ? skip(text, length, at, ']') : 0;
	return at != 0 && skip(text, length, at, '}') == length;
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
