/* SPDX-License-Identifier: BSD-3-Clause */
#include "schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum purpose {
	ANSWER,
	CREATE,
	UPDATE,
};

static const char *const suffixes[] = {[ANSWER] = "", [CREATE] = "Create", [UPDATE] = "Update"};

static void line(int depth, const char *text)
{
	printf("%*s%s\n", depth * 2, "", text);
}

void schema_name_print(const struct bgw_object_type *type)
{
	bool upper = true;

	for (const char *c = type->name; *c != '\0'; c++) {
		if (*c == '_') {
			upper = true;
			continue;
		}
		putchar(upper ? toupper((unsigned char)*c) : *c);
		upper = false;
	}
}

void schema_quoted_print(const char *text)
{
	putchar('\'');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\'')
			putchar('\'');
		putchar(*c);
	}
	putchar('\'');
}

bool schema_is_filter(const struct bgw_field *field)
{
	return (field->flags & (BGW_FIELD_LIST | BGW_FIELD_HIDDEN)) == 0 &&
	       field->type != BGW_RECORD;
}

static bool is_part(const struct bgw_field *field, enum purpose purpose)
{
	if (purpose == ANSWER)
		return (field->flags & BGW_FIELD_HIDDEN) == 0;
	return (field->flags & (purpose == CREATE ? BGW_FIELD_CREATE : BGW_FIELD_UPDATE)) != 0;
}

static void print_enum(int depth, const struct bgw_field *field)
{
	line(depth, "type: string");
	line(depth, "enum:");
	for (size_t i = 0; field->choices[i] != NULL; i++)
		printf("%*s- \"%s\"\n", depth * 2, "", field->choices[i]);
}

static void print_uint(int depth, const struct bgw_field *field, enum purpose purpose)
{
	bool counter = (field->flags & BGW_FIELD_RUNTIME) != 0;

	if (purpose != ANSWER) {
		line(depth, "anyOf:");
		line(depth, "- type: string");
		line(depth, "  nullable: true");
		line(depth, "  pattern: '^(0[xX][0-9A-Fa-f]+|[0-9]+)$'");
		printf("%*s- type: integer\n", depth * 2, "");
		depth++;
	} else {
		line(depth, "type: integer");
	}
	printf("%*sminimum: %u\n", depth * 2, "", field->min);
	if (!counter)
		printf("%*smaximum: %u\n", depth * 2, "", field->max);
}

static void print_bool(int depth, enum purpose purpose)
{
	if (purpose == ANSWER) {
		line(depth, "type: boolean");
		return;
	}
	line(depth, "anyOf:");
	line(depth, "- type: boolean");
	line(depth, "  nullable: true");
	line(depth, "- type: string");
	line(depth, "  pattern: '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$'");
}

static void print_string(int depth, const struct bgw_field *field, enum purpose purpose)
{
	line(depth, "type: string");
	if (purpose == ANSWER)
		return;
	printf("%*smaxLength: %u\n", depth * 2, "", field->max != 0 ? field->max : 255);
	if ((field->flags & BGW_FIELD_NONEMPTY) != 0)
		line(depth, "minLength: 1");
	line(depth, (field->flags & BGW_FIELD_LINES) != 0
			    ? "pattern: '^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$'"
			    : "pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*$'");
}

static void print_record(int depth, const struct bgw_record *record, enum purpose purpose);

static void print_value(int depth, const struct bgw_field *field, enum purpose purpose)
{
	switch (field->type) {
	case BGW_STRING:
		print_string(depth, field, purpose);
		break;
	case BGW_BOOL:
		print_bool(depth, purpose);
		break;
	case BGW_UINT:
		print_uint(depth, field, purpose);
		break;
	case BGW_DECIMAL:
		line(depth, "type: number");
		line(depth, "minimum: 0");
		break;
	case BGW_ENUM:
		print_enum(depth, field);
		break;
	case BGW_UUID:
		line(depth, "type: string");
		if (purpose == ANSWER)
			line(depth, "format: uuid");
		break;
	case BGW_TAGS:
		if (purpose == ANSWER) {
			line(depth, "type: string");
			break;
		}
		line(depth, "anyOf:");
		line(depth, "- type: string");
		line(depth, "  nullable: true");
		line(depth, "- type: integer");
		break;
	case BGW_RECORD:
		/* What is only known at run time need not have a table. */
		if (field->record == NULL) {
			line(depth, "type: object");
			break;
		}
		print_record(depth, field->record, purpose == UPDATE ? CREATE : purpose);
		break;
	case BGW_MAC:
	case BGW_ADDRESS:
	case BGW_PREFIX:
	case BGW_REF:
		line(depth, "type: string");
		break;
	}
}

/* Several types say so themselves, in one of them: what has no type of its own cannot be nullable.
 */
static bool has_several_types(const struct bgw_field *field, enum purpose purpose)
{
	return purpose != ANSWER && (field->flags & BGW_FIELD_LIST) == 0 &&
	       (field->type == BGW_BOOL || field->type == BGW_UINT || field->type == BGW_TAGS);
}

static bool may_be_null(const struct bgw_field *field, enum purpose purpose)
{
	if (purpose != ANSWER)
		return !has_several_types(field, purpose);
	/* What is only known at run time may not be known now. */
	return (field->flags & (BGW_FIELD_NULLABLE | BGW_FIELD_RUNTIME)) != 0;
}

static void print_member(int depth, const char *name, const struct bgw_field *field,
			 enum purpose purpose)
{
	printf("%*s\"%s\":\n", depth * 2, "", name);
	depth++;
	if (field->help != NULL && strcmp(name, field->name) == 0) {
		printf("%*sdescription: ", depth * 2, "");
		schema_quoted_print(field->help);
		putchar('\n');
	}
	if (may_be_null(field, purpose))
		line(depth, "nullable: true");
	if ((field->flags & BGW_FIELD_LIST) == 0) {
		print_value(depth, field, purpose);
		return;
	}
	line(depth, "type: array");
	if ((field->flags & BGW_FIELD_NONEMPTY) != 0)
		line(depth, "minItems: 1");
	if (purpose != ANSWER)
		printf("%*smaxItems: %u\n", depth * 2, "",
		       field->max_items != 0 ? field->max_items : BGW_LIST_MAX_ITEMS);
	line(depth, "items:");
	print_value(depth + 1, field, purpose);
}

/* A required member may be given under any of its names. */
static void print_required(int depth, const struct bgw_record *record)
{
	bool first = true;

	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if ((field->flags & BGW_FIELD_REQUIRED) == 0)
			continue;
		if (first)
			line(depth, "allOf:");
		first = false;
		line(depth, "- anyOf:");
		printf("%*s  - required: [\"%s\"]\n", depth * 2, "", field->name);
		for (unsigned int a = 0; a < 3 && field->aliases[a] != NULL; a++)
			printf("%*s  - required: [\"%s\"]\n", depth * 2, "", field->aliases[a]);
	}
}

static void print_record(int depth, const struct bgw_record *record, enum purpose purpose)
{
	line(depth, "type: object");
	line(depth, "additionalProperties: false");
	if (purpose == CREATE)
		print_required(depth, record);
	line(depth, "properties:");
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		unsigned int aliases = purpose != ANSWER		      ? 3
				       : (field->flags & BGW_FIELD_ECHO) != 0 ? 1
									      : 0;

		if (!is_part(field, purpose))
			continue;
		print_member(depth + 1, field->name, field, purpose);
		for (unsigned int a = 0; a < aliases && field->aliases[a] != NULL; a++)
			print_member(depth + 1, field->aliases[a], field, purpose);
	}
}

static void print_schema(const struct bgw_object_type *type, enum purpose purpose)
{
	fputs("    ", stdout);
	schema_name_print(type);
	printf("%s:\n", suffixes[purpose]);
	if (purpose == ANSWER) {
		fputs("      description: ", stdout);
		schema_quoted_print(type->help);
		putchar('\n');
	}
	print_record(3, &type->record, purpose);
}

void schema_print(const struct bgw_object_type *type)
{
	print_schema(type, ANSWER);
	if ((type->flags & BGW_TYPE_CREATE) != 0)
		print_schema(type, CREATE);
	if ((type->flags & BGW_TYPE_UPDATE) != 0)
		print_schema(type, UPDATE);
}
