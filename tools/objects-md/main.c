/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints docs/objects.md: the members of every object, out of the tables that the gateway uses.
 * tests/house/documents holds the file against it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "objects.h"

static void print_value(const struct bgw_field *field)
{
	static const char *const words[] = {
		[BGW_STRING] = "text",	 [BGW_BOOL] = "boolean",
		[BGW_UINT] = "number",	 [BGW_MAC] = "MAC",
		[BGW_ADDRESS] = "IP",	 [BGW_PREFIX] = "ADDRESS/LENGTH",
		[BGW_UUID] = "UUID",	 [BGW_TAGS] = "\"0\", \"V\" or \"S.C\"",
		[BGW_RECORD] = "object", [BGW_DECIMAL] = "decimal",
	};

	if ((field->flags & BGW_FIELD_LIST) != 0)
		fputs("list of ", stdout);
	if (field->type == BGW_ENUM)
		for (size_t i = 0; field->choices[i] != NULL; i++)
			printf("%s`%s`", i > 0 ? ", " : "", field->choices[i]);
	else if (field->type == BGW_REF)
		printf("id of %s", field->ref);
	else if (field->type == BGW_UINT && (field->flags & BGW_FIELD_RUNTIME) == 0 &&
		 field->max != UINT32_MAX)
		printf("%u-%u", field->min, field->max);
	else
		fputs(words[field->type], stdout);
}

static void print_default(const struct bgw_field *field)
{
	if (field->preset != NULL)
		printf("`%s`", field->preset);
	else if ((field->flags & BGW_FIELD_REQUIRED) != 0)
		fputs("required", stdout);
	else if ((field->flags & BGW_FIELD_NULLABLE) != 0)
		fputs("null", stdout);
	else if ((field->flags & BGW_FIELD_RW) == 0)
		return;
	else if ((field->flags & BGW_FIELD_LIST) != 0)
		fputs("`[]`", stdout);
	else if (field->type == BGW_UINT)
		fputs("`0`", stdout);
	else if (field->type == BGW_BOOL)
		fputs("`false`", stdout);
}

static const char *set_by(const struct bgw_object_type *type, const struct bgw_field *field)
{
	bool create =
		(field->flags & BGW_FIELD_CREATE) != 0 && (type->flags & BGW_TYPE_CREATE) != 0;
	bool update =
		(field->flags & BGW_FIELD_UPDATE) != 0 && (type->flags & BGW_TYPE_UPDATE) != 0;

	if (create && update)
		return "create, update";
	return create ? "create" : update ? "update" : "";
}

static void print_record(const struct bgw_object_type *type, const struct bgw_record *record)
{
	puts("| member | value | default | set by | meaning |\n|---|---|---|---|---|");
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if ((field->flags & BGW_FIELD_HIDDEN) != 0)
			continue;
		printf("| `%s` | ", field->name);
		print_value(field);
		fputs(" | ", stdout);
		print_default(field);
		printf(" | %s | %s |\n", set_by(type, field), field->help);
	}
	for (uint32_t i = 0; i < record->count; i++)
		if (record->fields[i].record != NULL) {
			printf("\nEach of `%s`:\n\n", record->fields[i].name);
			print_record(type, record->fields[i].record);
		}
}

int main(void)
{
	puts("# Objects\n\n"
	     "The members of every object of the [API](api.md). Written by `tools/objects-md` from "
	     "the\n"
	     "tables in `proto/objects.c`; do not edit. What nobody sets, the gateway does.");
	for (size_t i = 0; bgw_object_types[i] != NULL; i++) {
		const struct bgw_object_type *type = bgw_object_types[i];

		printf("\n## %s\n\n%c%s. Collection `/v2.0/%s`.\n\n", type->name,
		       toupper((unsigned char)type->help[0]), type->help + 1, type->collection);
		print_record(type, &type->record);
	}
	return 0;
}
