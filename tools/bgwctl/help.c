/* SPDX-License-Identifier: BSD-3-Clause */
#include "help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "commands.h"
#include "text.h"

#define HELP_COLUMN 34

void help_all(FILE *out)
{
	fputs("usage: bgwctl [--url URL] [--json] COMMAND [ARGUMENT]...\n"
	      "\n"
	      "  --url URL      the gateway's API: unix:PATH, HOST:PORT, http:// or https://\n"
	      "                 (default $BGW_URL, else unix:/run/bgw/api.sock)\n"
	      "  --json         print what the API answers, as JSON\n"
	      "  --token TOKEN  who we are (default $BGW_TOKEN, which other users do not see)\n"
	      "  --cacert FILE  who signed an https server's certificate (PEM, default: whom\n"
	      "                 the machine trusts)\n"
	      "  --cert FILE --key FILE   our certificate and key (PEM)\n"
	      "  --timeout SECONDS   for a gateway that does not say anything (60); one that is\n"
	      "                 at work is waited for\n"
	      "\n"
	      "  -f FILE        many objects, JSON or CSV, for create, update and delete;\n"
	      "                 - is standard input\n"
	      "  --atomic       create all of them or none, in one request\n"
	      "  --wait[=SECONDS]   until what was created or updated is in force (30)\n"
	      "\n"
	      "  show WHAT      ports, workers, connections, macs, drops, neighbours or sessions,\n"
	      "                 with rates; --interval SECONDS (1)\n"
	      "  show workers --stages   where the cycles of measured workers go; see\n"
	      "                 worker-update --stages-measured\n"
	      "  backup FILE    all objects of the gateway, as it runs, into a file\n"
	      "  restore FILE   make its objects those of a backup, in one transaction\n"
	      "  verify         compare store, memory and tables; exit status 1 if they differ\n"
	      "  monitor [WHAT]...   what happens, as it does: to objects of a type, mac or path;\n"
	      "                 --event EVENT of created, updated, deleted, mac_learned,\n"
	      "                 mac_moved, path_up, path_down, peer_up, peer_down; --count NUMBER "
	      "ends it\n"
	      "  help COMMAND   arguments of a command\n"
	      "  completion bash   a script by which bash completes all of this\n"
	      "  version\n"
	      "\n",
	      out);
	for (size_t i = 0; bgw_object_types[i] != NULL; i++) {
		const struct bgw_object_type *type = bgw_object_types[i];
		char *noun = command_noun(type);
		const char *comma = "";

		fprintf(out, "  %s-{", noun);
		for (const struct verb *verb = verbs; verb->name != NULL; verb++)
			if (command_exists(verb, type)) {
				fprintf(out, "%s%s", comma, verb->name);
				comma = ",";
			}
		fprintf(out, "}\n      %s\n", type->help);
		free(noun);
	}
	fputs("\nObjects go by name or id; the beginning of an id will do. A connection goes by "
	      "what\n"
	      "it joins, too: GATEWAY/REMOTE-GATEWAY, or GATEWAY/NETWORK.\n"
	      "\nExit status:\n",
	      out);
	for (unsigned int i = 0; i < OUTCOME_COUNT; i++)
		fprintf(out, "  %u  %s\n", i, outcome_help[i]);
}

static void print_upper(const char *name)
{
	for (; *name != '\0'; name++)
		putchar(*name == '_' ? '-' : toupper((unsigned char)*name));
}

/* What a value looks like, where its type says. */
static const char *placeholder(const struct bgw_field *field)
{
	switch (field->type) {
	case BGW_BOOL:
		return "true|false";
	case BGW_UINT:
		return "NUMBER";
	case BGW_UUID:
		return "ID";
	case BGW_REF:
		return "NAME|ID";
	case BGW_MAC:
		return "MAC";
	case BGW_ADDRESS:
		return "IP";
	case BGW_TAGS:
		return "VLAN";
	case BGW_RECORD:
		if ((field->flags & BGW_FIELD_LIST) == 0)
			return "JSON|MEMBER=VALUE,...";
		return "JSON|name=DEVICE,interface_names=PORT|VLAN#VLAN;PORT";
	default:
		return "TEXT";
	}
}

static void print_option(const struct bgw_field *field)
{
	char *name = text_respelt(field->name, '_', '-');
	int width = printf("  --%s %s", name, field->type == BGW_ENUM ? "" : placeholder(field));

	free(name);
	for (size_t i = 0; field->type == BGW_ENUM && field->choices[i] != NULL; i++)
		width += printf("%s%s", i > 0 ? "|" : "", field->choices[i]);
	if ((field->flags & BGW_FIELD_LIST) != 0)
		width += printf(",...");
	if (width >= HELP_COLUMN) {
		putchar('\n');
		width = 0;
	}
	printf("%*s%s", HELP_COLUMN - width, "", field->help);
	if (field->preset != NULL)
		printf(" (%s)", field->preset);
	putchar('\n');
}

static void print_options(const struct bgw_object_type *type, enum purpose purpose)
{
	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if (arguments_option(type, field->name, purpose) == field &&
		    (purpose != PURPOSE_CREATE || !arguments_by_place(field)))
			print_option(field);
	}
}

/* What names one object. */
static void print_name(const struct bgw_object_type *type)
{
	if (!command_takes_behind(type)) {
		fputs(collection_label(type) == NULL && collection_end(type, 1) != NULL
			      ? " ID"
			      : " NAME|ID",
		      stdout);
		return;
	}
	fputs(" MAC|ID [", stdout);
	print_upper(collection_end(type, 0)->name);
	fputs("]", stdout);
}

static void print_places(const struct bgw_object_type *type)
{
	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];
		bool may = arguments_may_be_left_out(field);

		if (!arguments_by_place(field))
			continue;
		fputs(may ? " [" : " ", stdout);
		print_upper(field->name);
		fputs(may ? "]" : "", stdout);
	}
}

enum outcome help_command(const char *command)
{
	const struct bgw_object_type *type = NULL;
	const struct verb *verb = command_find(command, &type);

	if (verb == NULL)
		return complain(OUTCOME_USAGE, "there is no command %s; bgwctl help lists them",
				command);
	printf("usage: bgwctl %s", command);
	if (strcmp(verb->name, "create") == 0) {
		print_places(type);
		puts(" [--MEMBER VALUE]...\n");
		print_options(type, PURPOSE_CREATE);
	} else if (strcmp(verb->name, "update") == 0) {
		print_name(type);
		puts(" --MEMBER VALUE...\n");
		print_options(type, PURPOSE_UPDATE);
	} else if (strcmp(verb->name, "show") == 0) {
		print_name(type);
		putchar('\n');
	} else if (strcmp(verb->name, "delete") == 0) {
		puts((type->flags & BGW_TYPE_CREATE) != 0
			     ? " NAME|ID... [--cascade]\n\n  --cascade  what refers to it, too"
			     : " NAME|ID...");
	} else {
		puts(" [--MEMBER VALUE]...\n");
		print_options(type, PURPOSE_FILTER);
		if (strcmp(verb->name, "list") == 0)
			puts("\n  --fields MEMBER,...   what to show, by default all but details\n"
			     "  --sort-key MEMBER --sort-dir asc|desc\n"
			     "  --limit NUMBER        no more than so many");
	}
	if (verb->run_file != NULL)
		puts("\n  -f FILE  many of them, in JSON or CSV; - is standard input");
	if (verb->waits)
		puts("  --wait[=SECONDS]  until it is in force");
	return OUTCOME_OK;
}
