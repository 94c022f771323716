/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "completion.h"
#include "help.h"
#include "names.h"
#include "patience.h"
#include "wait.h"

#define DEFAULT_URL "unix:/run/bgw/api.sock"

/* A number of seconds, of an option. */
static enum outcome seconds_read(const char *option, const char *text, unsigned int max_s,
				 unsigned int *seconds)
{
	uint32_t read;

	if (bgw_uint_parse(text, &read) != 0 || read == 0 || read > max_s)
		return complain(OUTCOME_USAGE, "%s is a number from 1 to %u, not \"%s\"", option,
				max_s, text);
	*seconds = read;
	return OUTCOME_OK;
}

/* Takes the options before the command. Returns the index of the command, or a negative outcome. */
static int take_options(int argc, char **argv, struct client_options *client,
			struct session *session)
{
	const char *timeout = NULL;
	const struct {
		const char *name;
		const char **value;
	} options[] = {
		{"--url", &client->url},   {"--token", &client->token}, {"--cacert", &client->ca},
		{"--cert", &client->cert}, {"--key", &client->key},	{"--timeout", &timeout},
	};
	const size_t count = sizeof(options) / sizeof(options[0]);
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		size_t i = 0;

		if (strcmp(argv[at], "--json") == 0) {
			session->json = true;
			continue;
		}
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 ||
		    strcmp(argv[at], "--version") == 0)
			break;
		while (i < count && strcmp(argv[at], options[i].name) != 0)
			i++;
		if (i == count || at + 1 == argc) {
			complain(OUTCOME_USAGE,
				 i == count ? "there is no option %s" : "%s needs a value",
				 argv[at]);
			return -(int)OUTCOME_USAGE;
		}
		*options[i].value = argv[++at];
	}
	if (timeout != NULL && seconds_read("--timeout SECONDS", timeout, PATIENCE_S_MAX,
					    &client->wait_s) != OUTCOME_OK)
		return -(int)OUTCOME_USAGE;
	return at;
}

static enum outcome wait_read(const char *text, struct session *session)
{
	session->wait_s = WAIT_S;
	return text[0] == '='
		       ? seconds_read("--wait=SECONDS", text + 1, WAIT_S_MAX, &session->wait_s)
		       : OUTCOME_OK;
}

/* What may stand among a command's own arguments and is none of an object. */
static enum outcome take_common(int *count, char **words, struct session *session)
{
	enum outcome outcome = OUTCOME_OK;
	int left = 0;

	for (int i = 0; i < *count && outcome == OUTCOME_OK; i++)
		if (strcmp(words[i], "--json") == 0)
			session->json = true;
		else if (strcmp(words[i], "--atomic") == 0)
			session->atomic = true;
		else if (strcmp(words[i], "--wait") == 0 || strncmp(words[i], "--wait=", 7) == 0)
			outcome = wait_read(words[i] + 6, session);
		else if (strcmp(words[i], "-f") != 0)
			words[left++] = words[i];
		else if (i + 1 == *count)
			outcome =
				complain(OUTCOME_USAGE, "-f needs a file, or - for standard input");
		else
			session->file = words[++i];
	*count = left;
	return outcome;
}

static enum outcome check_common(const struct session *session, const struct verb *verb, int count)
{
	bool waits = verb != NULL && verb->waits;

	if (session->file != NULL && (verb == NULL || verb->run_file == NULL))
		return complain(OUTCOME_USAGE, "-f is for create, update and delete");
	if (session->file != NULL && count > 0)
		return complain(OUTCOME_USAGE, "with -f there are no other arguments");
	if (session->wait_s != 0 && !waits)
		return complain(OUTCOME_USAGE, "--wait is for create and update");
	if (session->atomic && (session->file == NULL || strcmp(verb->name, "create") != 0))
		return complain(OUTCOME_USAGE, "--atomic is for create with -f");
	return OUTCOME_OK;
}

static enum outcome run(struct session *session, const struct client_options *options,
			const char *command, int count, char **words)
{
	const struct bgw_object_type *type = NULL;
	const struct verb *verb = command_find(command, &type);
	const struct common_command *common = common_commands;
	enum outcome outcome;

	while (common->name != NULL && strcmp(common->name, command) != 0)
		common++;
	if (verb == NULL && common->name == NULL)
		return complain(OUTCOME_USAGE, "there is no command %s; bgwctl help lists them",
				command);
	outcome = check_common(session, verb, count);
	if (outcome == OUTCOME_OK)
		outcome = client_open(options, &session->client);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (verb == NULL)
		outcome = common->run(session, count, words);
	else if (session->file != NULL)
		outcome = verb->run_file(session, type);
	else
		outcome = verb->run(session, type, count, words);
	client_close(session->client);
	names_free();
	return outcome;
}

int main(int argc, char **argv)
{
	struct client_options options = {
		.url = getenv("BGW_URL"), .token = getenv("BGW_TOKEN"), .wait_s = PATIENCE_S};
	struct session session = {0};
	enum outcome outcome;
	const char *command;
	int at;

	if (options.url == NULL || options.url[0] == '\0')
		options.url = DEFAULT_URL;
	if (options.token != NULL && options.token[0] == '\0')
		options.token = NULL;
	at = take_options(argc, argv, &options, &session);
	if (at < 0)
		return -at;
	if (at == argc) {
		help_all(stderr);
		return OUTCOME_USAGE;
	}
	command = argv[at++];
	argc -= at;
	outcome = take_common(&argc, &argv[at], &session);
	if (outcome != OUTCOME_OK)
		return (int)outcome;
	if (strcmp(command, "help") == 0 && argc > 0)
		return (int)help_command(argv[at]);
	if (strcmp(command, "help") == 0 || strcmp(command, "--help") == 0 ||
	    strcmp(command, "-h") == 0) {
		help_all(stdout);
		return OUTCOME_OK;
	}
	if (strcmp(command, "completion") == 0)
		return (int)completion_print(argc, &argv[at]);
	if (strcmp(command, "version") == 0 || strcmp(command, "--version") == 0) {
		puts("bgwctl " BGW_VERSION);
		return OUTCOME_OK;
	}
	return (int)run(&session, &options, command, argc, &argv[at]);
}
