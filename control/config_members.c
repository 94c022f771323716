/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the members of the configuration file for bgwd.json(5), in the language of scdoc(5), out
 * of the table that the file is read by. */
#include <stdio.h>
#include <string.h>

#include "config.h"

/* What scdoc would take for markup is plain text. */
static void print_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("*_\\#", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

static void print_values(const struct bgw_field *field)
{
	static const char *const words[] = {
		[BGW_STRING] = "text",	[BGW_BOOL] = "true or false",
		[BGW_UINT] = "number",	[BGW_DECIMAL] = "number",
		[BGW_ENUM] = "",	[BGW_MAC] = "MAC",
		[BGW_ADDRESS] = "IP",	[BGW_PREFIX] = "ADDRESS/LENGTH",
		[BGW_UUID] = "UUID",	[BGW_REF] = "id",
		[BGW_TAGS] = "VLAN id", [BGW_RECORD] = "object",
	};

	if ((field->flags & BGW_FIELD_LIST) != 0)
		fputs("list of ", stdout);
	if (field->type == BGW_ENUM)
		for (size_t i = 0; field->choices[i] != NULL; i++) {
			fputs(i > 0 ? " or \"" : "\"", stdout);
			print_plain(field->choices[i]);
			putchar('"');
		}
	else if (field->type == BGW_UINT && field->max != UINT32_MAX)
		printf("%u to %u", field->min, field->max);
	else
		print_plain(words[field->type]);
	if ((field->flags & BGW_FIELD_REQUIRED) != 0)
		fputs(", required", stdout);
	if (field->preset != NULL) {
		fputs(", default ", stdout);
		print_plain(field->preset);
	}
}

static void print_members(const struct bgw_record *record, const char *path)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if (field->record != NULL)
			continue;
		printf("*%s", path);
		print_plain(field->name);
		fputs("* (", stdout);
		print_values(field);
		fputs(")\n\t", stdout);
		print_plain(field->help);
		puts(".\n");
	}
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		char inner[128];

		if (field->record == NULL)
			continue;
		snprintf(inner, sizeof(inner), "%s%s%s.", path, field->name,
			 (field->flags & BGW_FIELD_LIST) != 0 ? "[]" : "");
		print_members(field->record, inner);
	}
}

int main(void)
{
	print_members(config_members(), "");
	return 0;
}
