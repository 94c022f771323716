/* SPDX-License-Identifier: BSD-3-Clause */
#include "bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "progress.h"
#include "text.h"
#include "wait.h"

#define AT_ONCE	       1000
#define AT_ONCE_BYTES  (512u << 10)
#define ENVELOPE_BYTES 64

/* What a command has done so far. */
struct bulk {
	struct session *session;
	const struct bgw_object_type *type;
	cJSON *rows, *made;
	struct progress progress;
	size_t total, done;
};

static enum outcome begin(struct bulk *bulk, struct session *session,
			  const struct bgw_object_type *type, enum purpose purpose)
{
	enum outcome outcome;

	*bulk = (struct bulk){.session = session, .type = type, .made = cJSON_CreateArray()};
	outcome = rows_read(session, type, purpose, session->file, &bulk->rows);
	if (outcome == OUTCOME_OK) {
		bulk->total = (size_t)cJSON_GetArraySize(bulk->rows);
		progress_begin(&bulk->progress, bulk->total);
	}
	return outcome;
}

/* `done` is a verb's past: created, updated, deleted. */
static enum outcome end(struct bulk *bulk, enum outcome outcome, const char *done)
{
	progress_end(&bulk->progress);
	if (outcome != OUTCOME_OK && bulk->total > 0)
		fprintf(stderr, "bgwctl: %zu of %zu were %s before\n", bulk->done, bulk->total,
			done);
	if (outcome == OUTCOME_OK)
		outcome = wait_for(bulk->session, bulk->type, bulk->made);
	if (bulk->session->json)
		print_list(bulk->session, bulk->type, bulk->made, NULL);
	else if (bulk->done == bulk->total && bulk->total > 0)
		printf("%s %zu\n", done, bulk->done);
	cJSON_Delete(bulk->rows);
	cJSON_Delete(bulk->made);
	return outcome;
}

static void advance(struct bulk *bulk, size_t count)
{
	bulk->done += count;
	progress_set(&bulk->progress, bulk->done);
}

static size_t bytes_of(const cJSON *row)
{
	char *text = cJSON_PrintUnformatted(row);
	size_t length = text != NULL ? strlen(text) : 0;

	cJSON_free(text);
	return length + 1;
}

/* Takes as many rows as go into one request. */
static cJSON *take_some(struct bulk *bulk)
{
	cJSON *some = cJSON_CreateArray();
	size_t bytes = ENVELOPE_BYTES, count = 0;

	while (bulk->rows->child != NULL) {
		size_t more = bytes_of(bulk->rows->child);

		if (!bulk->session->atomic && count > 0 &&
		    (count == AT_ONCE || bytes + more > AT_ONCE_BYTES))
			break;
		cJSON_AddItemToArray(some,
				     cJSON_DetachItemViaPointer(bulk->rows, bulk->rows->child));
		bytes += more;
		count++;
	}
	return some;
}

static enum outcome create_some(struct bulk *bulk)
{
	cJSON *body = cJSON_CreateObject(), *answer = NULL, *some = take_some(bulk), *list;
	size_t count = (size_t)cJSON_GetArraySize(some);
	enum outcome outcome;

	cJSON_AddItemToObject(body, bulk->type->plural, some);
	outcome = client_request(bulk->session->client, "POST", bulk->type->collection, body,
				 &answer);
	cJSON_Delete(body);
	list = cJSON_GetObjectItem(answer, bulk->type->plural);
	/* To the end of a list by its last element, not from its first each time. */
	while (list != NULL && list->child != NULL)
		cJSON_AddItemToArray(bulk->made, cJSON_DetachItemViaPointer(list, list->child));
	cJSON_Delete(answer);
	if (outcome == OUTCOME_OK)
		advance(bulk, count);
	return outcome;
}

enum outcome bulk_create(struct session *session, const struct bgw_object_type *type)
{
	struct bulk bulk;
	enum outcome outcome = begin(&bulk, session, type, PURPOSE_CREATE);

	while (outcome == OUTCOME_OK && bulk.rows->child != NULL)
		outcome = create_some(&bulk);
	return end(&bulk, outcome, "created");
}

/* The id of what a row means: its id, its label, or what it joins. */
static enum outcome row_id(struct session *session, const struct bgw_object_type *type,
			   const cJSON *row, char **id)
{
	const struct bgw_field *label = collection_label(type), *first = collection_end(type, 0),
			       *second = collection_end(type, 1);
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(row, "id"));
	const char *one = NULL, *other = NULL;
	struct text joined = {NULL, 0};
	enum outcome outcome;

	if (name == NULL && label != NULL)
		name = cJSON_GetStringValue(cJSON_GetObjectItem(row, label->name));
	if (first != NULL)
		one = cJSON_GetStringValue(cJSON_GetObjectItem(row, first->name));
	if (second != NULL)
		other = cJSON_GetStringValue(cJSON_GetObjectItem(row, second->name));
	if (name != NULL && label != NULL && label->type == BGW_MAC && one != NULL &&
	    cJSON_GetObjectItem(row, "id") == NULL)
		return collection_resolve_behind(session, type, name, one, id);
	if (name == NULL && one != NULL && other != NULL) {
		text_add(&joined, "%s/%s", one, other);
		name = text_get(&joined);
	}
	outcome = name != NULL ? collection_resolve(session, type, name, id)
			       : complain(OUTCOME_USAGE, "an object has neither id nor name");
	text_free(&joined);
	return outcome;
}

/* What is left of a row when what found its object is no change. */
static void keep_changes(const struct bgw_object_type *type, cJSON *row)
{
	const struct bgw_field *label = collection_label(type);
	bool by_id = cJSON_GetObjectItem(row, "id") != NULL;

	cJSON_DeleteItemFromObject(row, "id");
	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];
		bool found_by = field == label || field == collection_end(type, 0) ||
				field == collection_end(type, 1);

		if (found_by && (!by_id || (field->flags & BGW_FIELD_UPDATE) == 0))
			cJSON_DeleteItemFromObject(row, field->name);
	}
}

enum outcome bulk_update(struct session *session, const struct bgw_object_type *type)
{
	struct bulk bulk;
	enum outcome outcome = begin(&bulk, session, type, PURPOSE_UPDATE);
	cJSON *row;

	cJSON_ArrayForEach (row, bulk.rows) {
		cJSON *object = NULL;
		char *id = NULL;

		if (outcome == OUTCOME_OK)
			outcome = row_id(session, type, row, &id);
		keep_changes(type, row);
		if (outcome == OUTCOME_OK)
			outcome = collection_write(session, type, id, row, &object);
		free(id);
		if (outcome != OUTCOME_OK)
			break;
		cJSON_AddItemToArray(bulk.made, object);
		advance(&bulk, 1);
	}
	return end(&bulk, outcome, "updated");
}

enum outcome bulk_delete(struct session *session, const struct bgw_object_type *type)
{
	struct bulk bulk;
	enum outcome outcome = begin(&bulk, session, type, PURPOSE_FILTER);
	const cJSON *row;

	session->wait_s = 0;
	cJSON_ArrayForEach (row, bulk.rows) {
		char *id = NULL;

		if (outcome == OUTCOME_OK)
			outcome = row_id(session, type, row, &id);
		if (outcome == OUTCOME_OK)
			outcome = collection_delete(session, type, id, false);
		free(id);
		if (outcome != OUTCOME_OK)
			break;
		advance(&bulk, 1);
	}
	return end(&bulk, outcome, "deleted");
}
