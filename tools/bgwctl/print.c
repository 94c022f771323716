/* SPDX-License-Identifier: BSD-3-Clause */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "colour.h"
#include "table.h"

#define INDENT 2

void print_json(const cJSON *value)
{
	char *text = cJSON_Print(value);

	puts(text != NULL ? text : "");
	cJSON_free(text);
}

static void print_members(struct session *session, const struct bgw_record *record,
			  const cJSON *object, int indent)
{
	int width = 0;

	for (uint32_t i = 0; i < record->count; i++) {
		int length = (int)strlen(record->fields[i].name);

		width = length > width ? length : width;
	}
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, field->name), *item;
		struct text text = {NULL, 0};
		enum colour colour;

		if (value == NULL)
			continue;
		if (field->record != NULL && cJSON_IsArray(value) && value->child != NULL) {
			cJSON_ArrayForEach (item, value) {
				printf("%*s%s\n", indent, "", field->name);
				print_members(session, field->record, item, indent + INDENT);
			}
			continue;
		}
		cell_add(&text, session, field, value);
		colour = colour_of(text_get(&text));
		printf("%*s%-*s  %s%s%s\n", indent, "", width, field->name,
		       colour_begin(stdout, colour), text_get(&text), colour_end(stdout, colour));
		text_free(&text);
	}
}

void print_object(struct session *session, const struct bgw_object_type *type, const cJSON *object)
{
	cJSON *body;

	if (!session->json) {
		print_members(session, &type->record, object, 0);
		return;
	}
	body = cJSON_CreateObject();
	cJSON_AddItemToObject(body, type->name, cJSON_Duplicate(object, true));
	print_json(body);
	cJSON_Delete(body);
}

/* Whether a list shows a member that nobody asked for: what grows all the time is for views. */
static bool is_listed(const struct bgw_object_type *type, const struct bgw_field *field)
{
	uint32_t left_out = BGW_FIELD_DETAIL | BGW_FIELD_HIDDEN;

	if ((type->flags & BGW_TYPE_VIRTUAL) == 0)
		left_out |= BGW_FIELD_COUNTER;
	return (field->flags & left_out) == 0;
}

/* The members that a list shows. NULL where one that was asked for does not exist. */
static const struct bgw_field **choose(const struct bgw_object_type *type, const char *fields,
				       size_t *count)
{
	const struct bgw_field **chosen =
		must_calloc(type->record.count + (fields != NULL ? strlen(fields) : 0),
			    sizeof(struct bgw_field *));
	char *copy, *rest, *word;

	*count = 0;
	if (fields == NULL) {
		for (uint32_t i = 0; i < type->record.count; i++)
			if (is_listed(type, &type->record.fields[i]))
				chosen[(*count)++] = &type->record.fields[i];
		return chosen;
	}
	copy = rest = must_copy(fields);
	while ((word = strsep(&rest, ",")) != NULL) {
		const struct bgw_field *field = bgw_field_find(&type->record, word);

		if (field == NULL) {
			complain(OUTCOME_USAGE, "%s has no member %s", type->name, word);
			free(chosen);
			chosen = NULL;
			break;
		}
		chosen[(*count)++] = field;
	}
	free(copy);
	return chosen;
}

enum outcome print_list(struct session *session, const struct bgw_object_type *type,
			const cJSON *list, const char *fields)
{
	struct table table = {0};
	const struct bgw_field **chosen;
	size_t count;
	const cJSON *item;
	char **cells;

	if (session->json) {
		cJSON *body = cJSON_CreateObject();

		cJSON_AddItemToObject(body, type->plural, cJSON_Duplicate(list, true));
		print_json(body);
		cJSON_Delete(body);
		return OUTCOME_OK;
	}
	chosen = choose(type, fields, &count);
	if (chosen == NULL)
		return OUTCOME_USAGE;
	for (size_t i = 0; i < count; i++)
		table_add_column(&table, chosen[i]->name, cell_is_number(chosen[i]),
				 chosen[i]->type == BGW_UUID || chosen[i]->type == BGW_REF);
	cells = must_calloc(count, sizeof(*cells));
	cJSON_ArrayForEach (item, list) {
		for (size_t i = 0; i < count; i++) {
			struct text text = {NULL, 0};

			cell_add(&text, session, chosen[i],
				 cJSON_GetObjectItemCaseSensitive(item, chosen[i]->name));
			cells[i] = text.bytes;
		}
		table_add_row(&table, cells);
	}
	table_print(&table);
	free(cells);
	free(chosen);
	table_free(&table);
	return OUTCOME_OK;
}
