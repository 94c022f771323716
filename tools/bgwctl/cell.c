/* SPDX-License-Identifier: BSD-3-Clause */
#include "cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

bool cell_is_number(const struct bgw_field *field)
{
	return (field->type == BGW_UINT || field->type == BGW_DECIMAL) &&
	       (field->flags & BGW_FIELD_LIST) == 0;
}

void cell_add_scaled(struct text *text, double number)
{
	static const char *const units[] = {"", "k", "M", "G", "T"};
	size_t unit = 0;

	while (number >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		number /= 1000;
		unit++;
	}
	text_add(text, unit == 0 || number >= 99.95 ? "%.0f%s" : "%.1f%s", number, units[unit]);
}

/* What tells one record from another: its strings and tags, and the records inside it. */
static void add_record(struct text *text, struct session *session, const struct bgw_field *field,
		       const cJSON *value)
{
	bool first = true;

	for (uint32_t i = 0; i < field->record->count; i++) {
		const struct bgw_field *member = &field->record->fields[i];
		const cJSON *inner = cJSON_GetObjectItem(value, member->name);

		if (member->type != BGW_STRING && member->type != BGW_TAGS &&
		    member->type != BGW_RECORD)
			continue;
		if (inner == NULL || (cJSON_IsArray(inner) && inner->child == NULL))
			continue;
		text_add(text, "%s", first ? "" : member->type == BGW_RECORD ? ":" : "|");
		cell_add(text, session, member, inner);
		first = false;
	}
}

/* An object without a table: what it counts by name. */
static void add_pairs(struct text *text, const cJSON *value)
{
	const cJSON *item;

	if (value->child == NULL)
		text_add(text, "-");
	cJSON_ArrayForEach (item, value) {
		text_add(text, "%s%s:", item != value->child ? "," : "", item->string);
		if (cJSON_IsNumber(item))
			text_add(text, "%.0f", item->valuedouble);
		else
			text_add(text, "%s", cJSON_IsString(item) ? item->valuestring : "-");
	}
}

static void add_string(struct text *text, const char *string)
{
	char *clean = text_cleaned(string);

	text_add(text, "%s", clean);
	free(clean);
}

static void add_one(struct text *text, struct session *session, const struct bgw_field *field,
		    const cJSON *value)
{
	const char *string = cJSON_GetStringValue(value);

	if (field->record != NULL && cJSON_IsObject(value))
		add_record(text, session, field, value);
	else if (cJSON_IsObject(value))
		add_pairs(text, value);
	else if (string != NULL && field->ref != NULL)
		add_string(text, names_of(session, field->ref, string));
	else if (string != NULL)
		add_string(text, string[0] != '\0' ? string : "-");
	else if (cJSON_IsBool(value))
		text_add(text, "%s", cJSON_IsTrue(value) ? "true" : "false");
	else if (cJSON_IsNumber(value) &&
		 (field->type == BGW_DECIMAL ||
		  fabs(value->valuedouble - nearbyint(value->valuedouble)) > 0))
		text_add(text, "%.1f", value->valuedouble);
	else if (cJSON_IsNumber(value))
		text_add(text, "%.0f", value->valuedouble);
	else
		text_add(text, "-");
}

void cell_add(struct text *text, struct session *session, const struct bgw_field *field,
	      const cJSON *value)
{
	const cJSON *item;

	if (!cJSON_IsArray(value)) {
		add_one(text, session, field, value);
		return;
	}
	if (value->child == NULL)
		text_add(text, "-");
	cJSON_ArrayForEach (item, value) {
		if (item != value->child)
			text_add(text, ",");
		add_one(text, session, field, item);
	}
}
