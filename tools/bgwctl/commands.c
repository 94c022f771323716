/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "bulk.h"
#include "monitor.h"
#include "print.h"
#include "store.h"
#include "text.h"
#include "wait.h"

/* Members that were given as filters, as a query. Several of a list mean any of them. */
static void query_add(struct session *session, struct text *query, const char *name,
		      const cJSON *value)
{
	const char *string = cJSON_GetStringValue(value);
	const cJSON *item;
	char *escaped;

	if (cJSON_IsArray(value)) {
		cJSON_ArrayForEach (item, value)
			query_add(session, query, name, item);
		return;
	}
	text_add(query, "%s%s=", query->length > 0 ? "&" : "", name);
	if (string != NULL) {
		escaped = client_escape(session->client, string);
		text_add(query, "%s", escaped != NULL ? escaped : "");
		free(escaped);
	} else if (cJSON_IsBool(value)) {
		text_add(query, "%s", cJSON_IsTrue(value) ? "true" : "false");
	} else if (cJSON_IsNumber(value)) {
		text_add(query, "%.0f", value->valuedouble);
	}
}

static void query_of(struct session *session, const cJSON *members, struct text *query)
{
	const cJSON *member;

	cJSON_ArrayForEach (member, members)
		query_add(session, query, member->string, member);
}

static enum outcome run_list(struct session *session, const struct bgw_object_type *type, int count,
			     char **words)
{
	static const char *const extra[] = {"fields", "sort-key", "sort-dir", "limit", NULL};
	static const char *const arguments[] = {NULL, "sort_key", "sort_dir", "limit"};
	const char *given[] = {NULL, NULL, NULL, NULL};
	cJSON *members = cJSON_CreateObject(), *list = NULL;
	struct text query = {NULL, 0};
	enum outcome outcome;
	int places;

	outcome = arguments_parse(session, type, PURPOSE_FILTER, count, words, members, &places,
				  extra, given);
	if (outcome == OUTCOME_OK && places > 0)
		outcome = complain(OUTCOME_USAGE, "\"%s\" is no option; filters are --member value",
				   words[0]);
	if (outcome == OUTCOME_OK) {
		query_of(session, members, &query);
		for (size_t i = 1; i < 4; i++)
			if (given[i] != NULL) {
				cJSON *value = cJSON_CreateString(given[i]);

				query_add(session, &query, arguments[i], value);
				cJSON_Delete(value);
			}
		outcome = given[3] != NULL
				  ? collection_page(session, type, text_get(&query), &list)
				  : collection_list(session, type, text_get(&query), &list);
	}
	if (outcome == OUTCOME_OK)
		outcome = print_list(session, type, list, given[0]);
	cJSON_Delete(list);
	cJSON_Delete(members);
	text_free(&query);
	return outcome;
}

bool command_takes_behind(const struct bgw_object_type *type)
{
	const struct bgw_field *label = collection_label(type);

	return label != NULL && label->type == BGW_MAC && collection_end(type, 0) != NULL;
}

/* The object that one word names, or two: a MAC and the connection that it is behind. */
static enum outcome resolve(struct session *session, const struct bgw_object_type *type, int count,
			    char **words, char **id)
{
	if (count == 2 && command_takes_behind(type))
		return collection_resolve_behind(session, type, words[0], words[1], id);
	if (count != 1)
		return complain(OUTCOME_USAGE, "name one %s", type->name);
	return collection_resolve(session, type, words[0], id);
}

static enum outcome run_show(struct session *session, const struct bgw_object_type *type, int count,
			     char **words)
{
	cJSON *object = NULL;
	enum outcome outcome;
	char *id = NULL;

	outcome = resolve(session, type, count, words, &id);
	if (outcome == OUTCOME_OK)
		outcome = collection_show(session, type, id, &object);
	if (outcome == OUTCOME_OK)
		print_object(session, type, object);
	cJSON_Delete(object);
	free(id);
	return outcome;
}

/* What a create or an update made, once it is in force. */
static enum outcome finish_write(struct session *session, const struct bgw_object_type *type,
				 cJSON **object)
{
	cJSON *list = cJSON_CreateArray(), *now = NULL;
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(*object, "id"));
	enum outcome outcome;

	cJSON_AddItemReferenceToArray(list, *object);
	outcome = wait_for(session, type, list);
	cJSON_Delete(list);
	if (session->wait_s != 0 && id != NULL &&
	    collection_show(session, type, id, &now) == OUTCOME_OK) {
		cJSON_Delete(*object);
		*object = now;
	}
	print_object(session, type, *object);
	return outcome;
}

static enum outcome run_create(struct session *session, const struct bgw_object_type *type,
			       int count, char **words)
{
	cJSON *members = cJSON_CreateObject(), *object = NULL;
	enum outcome outcome;
	int places;

	outcome = arguments_parse(session, type, PURPOSE_CREATE, count, words, members, &places,
				  NULL, NULL);
	if (outcome == OUTCOME_OK)
		outcome = arguments_place(session, type, places, words, members);
	if (outcome == OUTCOME_OK)
		outcome = collection_write(session, type, NULL, members, &object);
	if (outcome == OUTCOME_OK)
		outcome = finish_write(session, type, &object);
	cJSON_Delete(object);
	cJSON_Delete(members);
	return outcome;
}

static enum outcome run_update(struct session *session, const struct bgw_object_type *type,
			       int count, char **words)
{
	cJSON *members = cJSON_CreateObject(), *object = NULL;
	enum outcome outcome;
	char *id = NULL;
	int places;

	outcome = arguments_parse(session, type, PURPOSE_UPDATE, count, words, members, &places,
				  NULL, NULL);
	if (outcome == OUTCOME_OK && members->child == NULL)
		outcome = complain(OUTCOME_USAGE, "nothing to update: give --member value");
	if (outcome == OUTCOME_OK)
		outcome = resolve(session, type, places, words, &id);
	if (outcome == OUTCOME_OK)
		outcome = collection_write(session, type, id, members, &object);
	if (outcome == OUTCOME_OK)
		outcome = finish_write(session, type, &object);
	cJSON_Delete(object);
	cJSON_Delete(members);
	free(id);
	return outcome;
}

static bool take_cascade(int *count, char **words)
{
	bool cascade = false;
	int left = 0;

	for (int i = 0; i < *count; i++)
		if (strcmp(words[i], "--cascade") == 0)
			cascade = true;
		else
			words[left++] = words[i];
	*count = left;
	return cascade;
}

static enum outcome run_delete(struct session *session, const struct bgw_object_type *type,
			       int count, char **words)
{
	enum outcome first = OUTCOME_OK;
	bool cascade = (type->flags & BGW_TYPE_CREATE) != 0 && take_cascade(&count, words);

	if (count == 0)
		return complain(OUTCOME_USAGE, "name what to delete");
	for (int i = 0; i < count; i++) {
		char *id = NULL;
		enum outcome outcome = collection_resolve(session, type, words[i], &id);

		if (outcome == OUTCOME_OK)
			outcome = collection_delete(session, type, id, cascade);
		if (outcome == OUTCOME_OK && !session->json)
			printf("deleted %s\n", words[i]);
		free(id);
		first = first == OUTCOME_OK ? outcome : first;
	}
	return first;
}

static enum outcome run_flush(struct session *session, const struct bgw_object_type *type,
			      int count, char **words)
{
	cJSON *members = cJSON_CreateObject();
	struct text path = {NULL, 0}, query = {NULL, 0};
	enum outcome outcome;
	int places;

	outcome = arguments_parse(session, type, PURPOSE_FILTER, count, words, members, &places,
				  NULL, NULL);
	if (outcome == OUTCOME_OK && places > 0)
		outcome = complain(OUTCOME_USAGE,
				   "\"%s\" is no option; say which with --member value", words[0]);
	if (outcome == OUTCOME_OK) {
		query_of(session, members, &query);
		text_add(&path, "%s%s%s", type->collection, query.length > 0 ? "?" : "",
			 text_get(&query));
		outcome = client_request(session->client, "DELETE", text_get(&path), NULL, NULL);
	}
	if (outcome == OUTCOME_OK && !session->json)
		puts("flushed");
	cJSON_Delete(members);
	text_free(&path);
	text_free(&query);
	return outcome;
}

const struct verb verbs[] = {
	{"list", 0, run_list, "all of them, or those that filters leave", NULL, false},
	{"show", 0, run_show, "one with all its members", NULL, false},
	{"create", BGW_TYPE_CREATE, run_create, "a new one", bulk_create, true},
	{"update", BGW_TYPE_UPDATE, run_update, "changes members of one", bulk_update, true},
	{"delete", BGW_TYPE_CREATE | BGW_TYPE_FLUSH | BGW_TYPE_DELETE, run_delete, "one or several",
	 bulk_delete, false},
	{"flush", BGW_TYPE_FLUSH, run_flush, "forgets those that filters leave", NULL, false},
	{NULL, 0, NULL, NULL, NULL, false},
};

const struct common_command common_commands[] = {
	{"show", view_run, false},	 {"monitor", monitor_run, false},
	{"backup", store_backup, true},	 {"restore", store_restore, true},
	{"verify", store_verify, false}, {NULL, NULL, false},
};

bool command_exists(const struct verb *verb, const struct bgw_object_type *type)
{
	return verb->needs == 0 || (type->flags & verb->needs) != 0;
}

char *command_noun(const struct bgw_object_type *type)
{
	return text_respelt(type->name, '_', '-');
}

const struct verb *command_find(const char *command, const struct bgw_object_type **type)
{
	const char *dash = strrchr(command, '-');

	if (dash == NULL)
		return NULL;
	for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
		char *noun;

		if (strcmp(dash + 1, verb->name) != 0)
			continue;
		noun = text_respelt(command, '-', '_');
		noun[dash - command] = '\0';
		*type = bgw_object_type_find(noun);
		free(noun);
		if (*type != NULL && command_exists(verb, *type))
			return verb;
	}
	return NULL;
}
