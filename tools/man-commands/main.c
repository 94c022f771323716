/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the exit statuses and the commands of bgwctl for bgwctl(1), in the language of scdoc(5),
 * out of the tables that bgwctl itself uses. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "help.h"
#include "outcome.h"

static void print_commands(const struct bgw_object_type *type)
{
	char *noun = command_noun(type);

	printf("## %s\n\nIt is %s.\n\n", noun, type->help);
	for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
		char command[128];

		if (!command_exists(verb, type))
			continue;
		snprintf(command, sizeof(command), "%s-%s", noun, verb->name);
		puts("```");
		help_command(command);
		puts("```\n");
	}
	free(noun);
}

int main(void)
{
	for (unsigned int i = 0; i < OUTCOME_COUNT; i++)
		printf("*%u*\n\t%s.\n\n", i, outcome_help[i]);
	puts("# COMMANDS\n");
	for (size_t i = 0; bgw_object_types[i] != NULL; i++)
		print_commands(bgw_object_types[i]);
	return 0;
}
