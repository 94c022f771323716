/* SPDX-License-Identifier: BSD-3-Clause */
#include "value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STRING_MAX_BYTES 255

static size_t string_max_bytes(const struct bgw_field *field)
{
	return field->max != 0 ? field->max : STRING_MAX_BYTES;
}

static void describe_choices(const struct bgw_field *field, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "one of ");

	for (const char *const *choice = field->choices; *choice != NULL && used < size; choice++)
		used += (size_t)snprintf(text + used, size - used, "%s\"%s\"",
					 choice == field->choices ? "" : ", ", *choice);
}

char *value_describe(const struct bgw_field *field, char *text, size_t size)
{
	switch (field->type) {
	case BGW_STRING:
		snprintf(text, size, "a %sstring of at most %zu bytes without control characters%s",
			 (field->flags & BGW_FIELD_NONEMPTY) != 0 ? "non-empty " : "",
			 string_max_bytes(field),
			 (field->flags & BGW_FIELD_LINES) != 0 ? " but tabs and ends of lines"
							       : "");
		break;
	case BGW_BOOL:
		snprintf(text, size, "true or false");
		break;
	case BGW_UINT:
		snprintf(text, size, "an integer between %u and %u", field->min, field->max);
		break;
	case BGW_DECIMAL:
		snprintf(text, size, "a number");
		break;
	case BGW_ENUM:
		describe_choices(field, text, size);
		break;
	case BGW_MAC:
		snprintf(text, size, "a MAC address such as \"02:00:00:00:00:01\"");
		break;
	case BGW_ADDRESS:
		snprintf(text, size, "an IPv4 or IPv6 address");
		break;
	case BGW_PREFIX:
		snprintf(text, size, "an address with prefix length such as \"192.0.2.1/24\"");
		break;
	case BGW_UUID:
		snprintf(text, size, "a UUID, not all zero");
		break;
	case BGW_REF:
		snprintf(text, size, "the id of an existing %s", field->ref);
		break;
	case BGW_TAGS:
		snprintf(text, size,
			 "\"0\" for untagged, a VLAN id \"1\" to \"4094\" or two such as "
			 "\"100.200\"");
		break;
	case BGW_RECORD:
		snprintf(text, size, "an object");
		break;
	}
	return text;
}

static int parse_enum(const struct bgw_field *field, const char *text, uint32_t *value)
{
	for (uint32_t i = 0; field->choices[i] != NULL; i++) {
		if (strcmp(field->choices[i], text) == 0) {
			*value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_uint(const struct bgw_field *field, const char *text, uint32_t *value)
{
	uint32_t parsed;

	if (bgw_uint_parse(text, &parsed) < 0 || parsed < field->min || parsed > field->max)
		return -EINVAL;
	*value = parsed;
	return 0;
}

static int parse_bool(const char *text, bool *value)
{
	bool parsed = strcasecmp(text, "true") == 0;

	if (!parsed && strcasecmp(text, "false") != 0)
		return -EINVAL;
	*value = parsed;
	return 0;
}

static int parse_string(const struct bgw_field *field, const char *text, char **value)
{
	size_t length = strlen(text);

	if (length > string_max_bytes(field))
		return -EINVAL;
	if (length == 0)
		return (field->flags & BGW_FIELD_NONEMPTY) != 0 ? -EINVAL : 0;
	*value = strdup(text);
	return *value != NULL ? 0 : -ENOMEM;
}

/* All zero is no id but that there is none. */
static int parse_id(const char *text, struct bgw_uuid *id)
{
	struct bgw_uuid parsed;

	if (bgw_uuid_parse(text, &parsed) < 0 || bgw_uuid_is_nil(&parsed))
		return -EINVAL;
	*id = parsed;
	return 0;
}

int value_parse(const struct bgw_field *field, const char *text, void *at)
{
	switch (field->type) {
	case BGW_STRING:
		return parse_string(field, text, at);
	case BGW_BOOL:
		return parse_bool(text, at);
	case BGW_UINT:
		return parse_uint(field, text, at);
	case BGW_ENUM:
		return parse_enum(field, text, at);
	case BGW_MAC:
		return bgw_mac_parse(text, at);
	case BGW_ADDRESS:
		return bgw_address_parse(text, at);
	case BGW_PREFIX:
		return bgw_prefix_parse(text, at);
	case BGW_UUID:
		return parse_id(text, at);
	case BGW_REF:
		return bgw_uuid_parse(text, at);
	case BGW_TAGS:
		return bgw_tags_parse(text, at);
	case BGW_DECIMAL:
	case BGW_RECORD:
		break;
	}
	return -EINVAL;
}

int value_parse_json(const struct bgw_field *field, const cJSON *json, void *at)
{
	char text[16];

	if (cJSON_IsString(json))
		return value_parse(field, json->valuestring, at);
	if (field->type == BGW_BOOL && cJSON_IsBool(json)) {
		*(bool *)at = cJSON_IsTrue(json);
		return 0;
	}
	if (!cJSON_IsNumber(json) || (field->type != BGW_UINT && field->type != BGW_TAGS))
		return -EINVAL;
	if (!(json->valuedouble >= 0 && json->valuedouble <= UINT32_MAX) ||
	    json->valuedouble != (double)(uint32_t)json->valuedouble)
		return -EINVAL;
	snprintf(text, sizeof(text), "%u", (uint32_t)json->valuedouble);
	return value_parse(field, text, at);
}

const char *value_text(const struct bgw_field *field, const void *at, char text[VALUE_TEXT_SIZE])
{
	const char *string;

	switch (field->type) {
	case BGW_STRING:
		string = *(char *const *)at;
		return string != NULL ? string : "";
	case BGW_BOOL:
		return *(const bool *)at ? "true" : "false";
	case BGW_UINT:
		return bgw_uint_format(*(const uint32_t *)at, text);
	case BGW_ENUM:
		return field->choices[*(const uint32_t *)at];
	case BGW_MAC:
		return bgw_mac_format(at, text);
	case BGW_ADDRESS:
		return bgw_address_format(at, text);
	case BGW_PREFIX:
		return bgw_prefix_format(at, text);
	case BGW_UUID:
	case BGW_REF:
		return bgw_uuid_format(at, text);
	case BGW_TAGS:
		return bgw_tags_format(at, text);
	case BGW_DECIMAL:
	case BGW_RECORD:
		break;
	}
	return "";
}

int value_copy(const struct bgw_field *field, void *to, const void *from)
{
	char *string;

	if (field->type != BGW_STRING) {
		memcpy(to, from, bgw_field_size(field));
		return 0;
	}
	memcpy(&string, from, sizeof(string));
	if (string != NULL) {
		string = strdup(string);
		if (string == NULL)
			return -ENOMEM;
	}
	memcpy(to, &string, sizeof(string));
	return 0;
}

void value_clear(const struct bgw_field *field, void *at)
{
	if (field->type == BGW_STRING)
		free(*(char **)at);
	memset(at, 0, bgw_field_size(field));
}

int value_compare(const struct bgw_field *field, const void *a, const void *b)
{
	char text_a[VALUE_TEXT_SIZE], text_b[VALUE_TEXT_SIZE];
	uint32_t number_a, number_b;

	switch (field->type) {
	case BGW_UINT:
		number_a = *(const uint32_t *)a;
		number_b = *(const uint32_t *)b;
		return (number_a > number_b) - (number_a < number_b);
	case BGW_STRING:
	case BGW_ENUM:
		return strcmp(value_text(field, a, text_a), value_text(field, b, text_b));
	case BGW_TAGS:
		number_a = (uint32_t)((const struct bgw_tags *)a)->outer << 16 |
			   ((const struct bgw_tags *)a)->inner;
		number_b = (uint32_t)((const struct bgw_tags *)b)->outer << 16 |
			   ((const struct bgw_tags *)b)->inner;
		return (number_a > number_b) - (number_a < number_b);
	default:
		return memcmp(a, b, bgw_field_size(field));
	}
}

uint64_t value_hash(const struct bgw_field *field, const void *at)
{
	/* FNV-1a, and a last mix because tables use the low bits. */
	uint64_t hash = 0xcbf29ce484222325u;
	const unsigned char *bytes = at;
	size_t size = bgw_field_size(field);

	if (field->type == BGW_STRING) {
		bytes = (const unsigned char *)*(char *const *)at;
		size = bytes != NULL ? strlen((const char *)bytes) : 0;
	}
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash ^ hash >> 29;
}
