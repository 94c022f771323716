/* SPDX-License-Identifier: BSD-3-Clause */
#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "table.h"
#include "text.h"

const struct bgw_field *parts_find(const struct bgw_object_type *type, const char *option)
{
	const struct bgw_field *field;

	if (strncmp(option, "--", 2) != 0)
		return NULL;
	field = bgw_field_find(&type->record, option + 2);
	return field != NULL && field->record != NULL && (field->flags & BGW_FIELD_LIST) != 0
		       ? field
		       : NULL;
}

static void add_row(struct table *table, struct session *session, const struct bgw_field *parts,
		    const char *id, const cJSON *part)
{
	const struct bgw_record *record = parts->record;
	char **cells = must_calloc(record->count + 1, sizeof(*cells));

	cells[0] = must_copy(id != NULL ? id : "-");
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		struct text text = {NULL, 0};

		cell_add(&text, session, field, cJSON_GetObjectItem(part, field->name));
		cells[i + 1] = text.bytes;
	}
	table_add_row(table, cells);
	free(cells);
}

void parts_print(struct session *session, const struct bgw_object_type *type,
		 const struct bgw_field *parts, const cJSON *list)
{
	struct table table = {0};
	const cJSON *object, *part;

	table_add_column(&table, type->name, false, false);
	for (uint32_t i = 0; i < parts->record->count; i++)
		table_add_column(&table, parts->record->fields[i].name,
				 cell_is_number(&parts->record->fields[i]), false);
	cJSON_ArrayForEach (object, list) {
		const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(object, "id"));

		cJSON_ArrayForEach (part, cJSON_GetObjectItem(object, parts->name))
			add_row(&table, session, parts, id, part);
	}
	if (table.row_count > 0)
		table_print(&table);
	else
		printf("no %s has any %s: %s\n", type->name, parts->name, parts->help);
	table_free(&table);
}
