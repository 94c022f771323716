/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "help.h"
#include "names.h"
#include "store.h"

#define DEFAULT_URL "unix:/run/bgw/api.sock"

/* Takes the options before the command. Returns the index of the command, or a negative outcome. */
static int take_options(int argc, char **argv, struct client_options *client,
			struct session *session)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {
		{"--url", &client->url},   {"--token", &client->token}, {"--cacert", &client->ca},
		{"--cert", &client->cert}, {"--key", &client->key},
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
	return at;
}

/* --json may also stand among a command's own arguments. */
static int take_json(int argc, char **argv, struct session *session)
{
	int left = 0;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			session->json = true;
		else
			argv[left++] = argv[i];
	return left;
}

static enum outcome run(struct session *session, const struct client_options *options,
			const char *command, int count, char **words)
{
	const struct bgw_object_type *type = NULL;
	const struct verb *verb = command_find(command, &type);
	const struct store_command *store = store_command_find(command);
	enum outcome outcome;

	if (verb == NULL && store == NULL && strcmp(command, "show") != 0)
		return complain(OUTCOME_USAGE, "there is no command %s; bgwctl help lists them",
				command);
	outcome = client_open(options, &session->client);
	if (outcome != OUTCOME_OK)
		return outcome;
	outcome = verb != NULL	  ? verb->run(session, type, count, words)
		  : store != NULL ? store->run(session, count, words)
				  : view_run(session, count, words);
	client_close(session->client);
	names_free();
	return outcome;
}

int main(int argc, char **argv)
{
	struct client_options options = {.url = getenv("BGW_URL"), .token = getenv("BGW_TOKEN")};
	struct session session = {0};
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
	argc = take_json(argc - at, &argv[at], &session);
	if (strcmp(command, "help") == 0 && argc > 0)
		return (int)help_command(argv[at]);
	if (strcmp(command, "help") == 0 || strcmp(command, "--help") == 0 ||
	    strcmp(command, "-h") == 0) {
		help_all(stdout);
		return OUTCOME_OK;
	}
	if (strcmp(command, "version") == 0 || strcmp(command, "--version") == 0) {
		puts("bgwctl " BGW_VERSION);
		return OUTCOME_OK;
	}
	return (int)run(&session, &options, command, argc, &argv[at]);
}
