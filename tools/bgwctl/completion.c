/* SPDX-License-Identifier: BSD-3-Clause */
#include "completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "commands.h"
#include "text.h"

/* The tables before it: _bgwctl_options and _bgwctl_places by command, _bgwctl_values by command
 * and option. A value or place "@noun" is what objects of that type are called, a
 * place "/" a file. */
static const char script[] =
	"_bgwctl_names() {\n"
	"\ttimeout 2 \"${_bgwctl_program[@]}\" \"$1-list\" --fields \"${_bgwctl_labels[$1]:-id}\" "
	"\\\n"
	"\t\t2>/dev/null | tail -n +2\n"
	"}\n"
	"\n"
	"# Offers what begins with the word, of words in which @noun stands for names.\n"
	"_bgwctl_offer() {\n"
	"\tlocal word names=()\n"
	"\tfor word in $1; do\n"
	"\t\tcase $word in\n"
	"\t\t@*) mapfile -t -O ${#names[@]} names < <(_bgwctl_names \"${word#@}\") ;;\n"
	"\t\t*) names+=(\"$word\") ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tfor word in ${names[@]+\"${names[@]}\"}; do\n"
	"\t\t[[ $word == \"$2\"* ]] && COMPREPLY+=(\"$(printf %q \"$word\")\")\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_bgwctl() {\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= at=1 "
	"place=0\n"
	"\tlocal _bgwctl_program=(\"${COMP_WORDS[0]}\")\n"
	"\tCOMPREPLY=()\n"
	"\tfor (( ; at < COMP_CWORD; at++)); do\n"
	"\t\tcase ${COMP_WORDS[at]} in\n"
	"\t\t--url | --token | --cacert | --cert | --key | --timeout)\n"
	"\t\t\t_bgwctl_program+=(\"${COMP_WORDS[at]}\")\n"
	"\t\t\t# bash parts a URL at its colons.\n"
	"\t\t\tat=$((at + 1))\n"
	"\t\t\tlocal value=${COMP_WORDS[at]}\n"
	"\t\t\twhile [ \"${COMP_WORDS[at+1]}\" = : ] || [[ $value == *: ]]; do\n"
	"\t\t\t\tat=$((at + 1))\n"
	"\t\t\t\tvalue+=${COMP_WORDS[at]}\n"
	"\t\t\tdone\n"
	"\t\t\t_bgwctl_program+=(\"$value\")\n"
	"\t\t\t;;\n"
	"\t\t--json) ;;\n"
	"\t\t*)\n"
	"\t\t\tcommand=${COMP_WORDS[at]}\n"
	"\t\t\tbreak\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [ -z \"$command\" ]; then\n"
	"\t\t_bgwctl_offer \"$_bgwctl_commands --url --json --token --cacert --cert --key "
	"--timeout\" \"$word\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tcase $before in\n"
	"\t-f)\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
	"\t\treturn\n"
	"\t\t;;\n"
	"\t--?*)\n"
	"\t\tif [ -n \"${_bgwctl_values[$command $before]+x}\" ]; then\n"
	"\t\t\t_bgwctl_offer \"${_bgwctl_values[$command $before]}\" \"$word\"\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\t;;\n"
	"\tesac\n"
	"\tif [[ $word == -* ]]; then\n"
	"\t\t_bgwctl_offer \"${_bgwctl_options[$command]:-}\" \"$word\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tfor ((at = at + 1; at < COMP_CWORD; at++)); do\n"
	"\t\tcase ${COMP_WORDS[at]} in\n"
	"\t\t-f) at=$((at + 1)) ;;\n"
	"\t\t-*) [ -z \"${_bgwctl_values[$command ${COMP_WORDS[at]}]+x}\" ] || at=$((at + 1)) ;;\n"
	"\t\t*) place=$((place + 1)) ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tlocal places=(${_bgwctl_places[$command]:-})\n"
	"\t[ \"${#places[@]}\" = 0 ] && return\n"
	"\t[ \"$place\" -lt \"${#places[@]}\" ] || [[ ${places[-1]} == *... ]] || return\n"
	"\t[ \"$place\" -lt \"${#places[@]}\" ] || place=$((${#places[@]} - 1))\n"
	"\tlocal what=${places[place]%...}\n"
	"\tif [ \"$what\" = / ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t_bgwctl_offer \"${what//,/ }\" \"$word\"\n"
	"}\n"
	"\n"
	"complete -F _bgwctl bgwctl\n";

static const char other_words[] = "help version completion";
static const char write_words[] = "--json --wait -f";
static const char create_words[] = "--json --wait -f --atomic";

/* A member's name as an option. */
static void add_option(struct text *text, const char *name)
{
	char *option = text_respelt(name, '_', '-');

	text_add(text, "%s--%s", text->length > 0 ? " " : "", option);
	free(option);
}

static char *noun_of_reference(const struct bgw_field *field)
{
	return command_noun(bgw_object_type_find(field->ref));
}

/* The values that a member may have, "" where any text may stand. */
static void add_values(struct text *text, const struct bgw_field *field)
{
	char *noun;

	if (field->type == BGW_BOOL)
		text_add(text, "true false");
	for (size_t i = 0; field->type == BGW_ENUM && field->choices[i] != NULL; i++)
		text_add(text, "%s%s", i > 0 ? " " : "", field->choices[i]);
	if (field->type == BGW_REF) {
		noun = noun_of_reference(field);
		text_add(text, "@%s", noun);
		free(noun);
	}
}

static void print_member(const char *command, const struct bgw_field *field, const char *name,
			 struct text *options)
{
	struct text option = {NULL, 0}, values = {NULL, 0};

	add_option(&option, name);
	add_values(&values, field);
	text_add(options, "%s%s", options->length > 0 ? " " : "", text_get(&option));
	printf("_bgwctl_values[%s %s]='%s'\n", command, text_get(&option), text_get(&values));
	text_free(&option);
	text_free(&values);
}

static void print_options(const char *command, const struct bgw_object_type *type,
			  enum purpose purpose, const char *more)
{
	struct text options = {NULL, 0};

	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if (arguments_option(type, field->name, purpose) != field)
			continue;
		print_member(command, field, field->name, &options);
		for (unsigned int a = 0; a < 3 && field->aliases[a] != NULL; a++)
			print_member(command, field, field->aliases[a], &options);
	}
	printf("_bgwctl_options[%s]='%s %s'\n", command, text_get(&options), more);
	text_free(&options);
}

/* What stands at the places of a create. */
static void print_create_places(const char *command, const struct bgw_object_type *type)
{
	struct text places = {NULL, 0};

	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];
		struct text values = {NULL, 0};

		if (!arguments_by_place(field))
			continue;
		add_values(&values, field);
		text_add(&places, "%s%s", places.length > 0 ? " " : "",
			 values.length > 0 ? text_get(&values) : ",");
		text_free(&values);
	}
	printf("_bgwctl_places[%s]='%s'\n", command, text_get(&places));
	text_free(&places);
}

static void print_command(const struct bgw_object_type *type, const struct verb *verb,
			  const char *noun)
{
	struct text command = {NULL, 0};
	const char *name;

	text_add(&command, "%s-%s", noun, verb->name);
	name = text_get(&command);
	if (strcmp(verb->name, "create") == 0) {
		print_create_places(name, type);
		print_options(name, type, PURPOSE_CREATE, create_words);
	} else if (strcmp(verb->name, "update") == 0) {
		printf("_bgwctl_places[%s]='@%s'\n", name, noun);
		print_options(name, type, PURPOSE_UPDATE, write_words);
	} else if (strcmp(verb->name, "show") == 0) {
		printf("_bgwctl_places[%s]='@%s'\n_bgwctl_options[%s]='--json'\n", name, noun,
		       name);
	} else if (strcmp(verb->name, "delete") == 0) {
		printf("_bgwctl_places[%s]='@%s...'\n_bgwctl_options[%s]='--cascade --json -f'\n",
		       name, noun, name);
	} else {
		print_options(name, type, PURPOSE_FILTER,
			      strcmp(verb->name, "list") == 0
				      ? "--fields --sort-key --sort-dir --limit --json"
				      : "");
		printf("_bgwctl_values[%s --sort-dir]='asc desc'\n", name);
	}
	text_free(&command);
}

static void print_type(const struct bgw_object_type *type, struct text *commands,
		       struct text *plurals)
{
	const struct bgw_field *label = collection_label(type);
	char *noun = command_noun(type);

	/* Bash parts words at the colons of a MAC: those go by their ids. */
	if (label != NULL && label->type == BGW_STRING)
		printf("_bgwctl_labels[%s]=%s\n", noun, label->name);
	for (const struct verb *verb = verbs; verb->name != NULL; verb++)
		if (command_exists(verb, type)) {
			text_add(commands, " %s-%s", noun, verb->name);
			print_command(type, verb, noun);
		}
	text_add(plurals, "%s%s", plurals->length > 0 ? "," : "", type->collection);
	free(noun);
}

enum outcome completion_print(int count, char **words)
{
	struct text commands = {NULL, 0}, plurals = {NULL, 0};

	if (count != 1 || strcmp(words[0], "bash") != 0)
		return complain(OUTCOME_USAGE, "completion for what? bash");
	puts("# SPDX-License-Identifier: BSD-3-Clause\n"
	     "# Written by bgwctl completion bash; do not edit.\n"
	     "declare -A _bgwctl_options _bgwctl_values _bgwctl_places _bgwctl_labels");
	text_add(&commands, "%s", other_words);
	for (const struct common_command *common = common_commands; common->name != NULL;
	     common++) {
		text_add(&commands, " %s", common->name);
		if (common->takes_file)
			printf("_bgwctl_places[%s]=/\n", common->name);
	}
	for (size_t i = 0; bgw_object_types[i] != NULL; i++)
		print_type(bgw_object_types[i], &commands, &plurals);
	printf("_bgwctl_commands='%s'\n", text_get(&commands));
	printf("_bgwctl_places[help]=\"${_bgwctl_commands// "
	       "/,}\"\n_bgwctl_places[completion]=bash\n");
	printf("_bgwctl_places[show]='%s'\n_bgwctl_options[show]='--interval --stages --json'\n",
	       text_get(&plurals));
	printf("_bgwctl_places[monitor]='%s,path...'\n"
	       "_bgwctl_options[monitor]='--event --count --json'\n"
	       "_bgwctl_values[monitor --count]=\n"
	       "_bgwctl_values[monitor --event]='created updated deleted mac_learned mac_moved "
	       "path_up path_down peer_up peer_down'\n\n",
	       text_get(&plurals));
	fputs(script, stdout);
	text_free(&commands);
	text_free(&plurals);
	return OUTCOME_OK;
}
