/* SPDX-License-Identifier: BSD-3-Clause */
#include "collection.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define PREFIX_MIN 4 /* characters of an id that may stand for it */

static enum outcome not_an_answer(const struct bgw_object_type *type)
{
	return complain(OUTCOME_UNREACHABLE, "the answer holds no %s: is this a gateway's API?",
			type->plural);
}

/* The query of the next page, NULL after the last. It lives as long as the answer. */
static const char *next_page(const cJSON *answer, const struct bgw_object_type *type)
{
	struct text member = {NULL, 0};
	const cJSON *links, *link;
	const char *query = NULL;

	text_add(&member, "%s_links", type->plural);
	links = cJSON_GetObjectItem(answer, text_get(&member));
	text_free(&member);
	cJSON_ArrayForEach (link, links) {
		const char *rel = cJSON_GetStringValue(cJSON_GetObjectItem(link, "rel"));
		const char *href = cJSON_GetStringValue(cJSON_GetObjectItem(link, "href"));

		if (rel != NULL && href != NULL && strcmp(rel, "next") == 0)
			query = strchr(href, '?');
	}
	return query != NULL ? query + 1 : NULL;
}

/* Adds a page to the list. *next becomes the query of the one after it, or NULL; free(). */
static enum outcome page_add(struct session *session, const struct bgw_object_type *type,
			     const char *query, cJSON *list, char **next)
{
	struct text path = {NULL, 0};
	cJSON *answer = NULL, *items, *item;
	enum outcome outcome;
	const char *after;

	*next = NULL;
	text_add(&path, "%s%s%s", type->collection, query != NULL ? "?" : "",
		 query != NULL ? query : "");
	outcome = client_request(session->client, "GET", text_get(&path), NULL, &answer);
	text_free(&path);
	if (outcome != OUTCOME_OK)
		return outcome;
	items = cJSON_GetObjectItem(answer, type->plural);
	if (!cJSON_IsArray(items))
		outcome = not_an_answer(type);
	while ((item = cJSON_DetachItemFromArray(items, 0)) != NULL)
		cJSON_AddItemToArray(list, item);
	after = next_page(answer, type);
	if (after != NULL)
		*next = must_copy(after);
	cJSON_Delete(answer);
	return outcome;
}

/* So many pages at most, 0: all. */
static enum outcome pages_get(struct session *session, const struct bgw_object_type *type,
			      const char *query, unsigned int pages, cJSON **list)
{
	char *page = query != NULL ? must_copy(query) : NULL, *next = NULL;
	enum outcome outcome;

	*list = cJSON_CreateArray();
	do {
		outcome = page_add(session, type, page, *list, &next);
		free(page);
		page = next;
	} while (page != NULL && outcome == OUTCOME_OK && --pages != 0);
	free(page);
	if (outcome != OUTCOME_OK) {
		cJSON_Delete(*list);
		*list = NULL;
	}
	return outcome;
}

enum outcome collection_list(struct session *session, const struct bgw_object_type *type,
			     const char *query, cJSON **list)
{
	return pages_get(session, type, query, 0, list);
}

enum outcome collection_page(struct session *session, const struct bgw_object_type *type,
			     const char *query, cJSON **list)
{
	return pages_get(session, type, query, 1, list);
}

/* Takes the one object out of an answer. */
static enum outcome take(cJSON *answer, const struct bgw_object_type *type, cJSON **object)
{
	*object = cJSON_DetachItemFromObject(answer, type->name);
	cJSON_Delete(answer);
	return *object != NULL ? OUTCOME_OK : not_an_answer(type);
}

/* collection/id, the id escaped: it may be what the user typed. */
static void item_path(struct session *session, const struct bgw_object_type *type, const char *id,
		      struct text *path)
{
	char *escaped = client_escape(session->client, id);

	text_add(path, "%s/%s", type->collection, escaped != NULL ? escaped : "");
	free(escaped);
}

enum outcome collection_show(struct session *session, const struct bgw_object_type *type,
			     const char *id, cJSON **object)
{
	struct text path = {NULL, 0};
	cJSON *answer = NULL;
	enum outcome outcome;

	item_path(session, type, id, &path);
	outcome = client_request(session->client, "GET", text_get(&path), NULL, &answer);
	text_free(&path);
	return outcome == OUTCOME_OK ? take(answer, type, object) : outcome;
}

enum outcome collection_write(struct session *session, const struct bgw_object_type *type,
			      const char *id, const cJSON *members, cJSON **object)
{
	cJSON *body = cJSON_CreateObject(), *answer = NULL;
	struct text path = {NULL, 0};
	enum outcome outcome;

	cJSON_AddItemToObject(body, type->name, cJSON_Duplicate(members, true));
	if (id != NULL)
		item_path(session, type, id, &path);
	else
		text_add(&path, "%s", type->collection);
	outcome = client_request(session->client, id != NULL ? "PUT" : "POST", text_get(&path),
				 body, &answer);
	text_free(&path);
	cJSON_Delete(body);
	return outcome == OUTCOME_OK ? take(answer, type, object) : outcome;
}

enum outcome collection_delete(struct session *session, const struct bgw_object_type *type,
			       const char *id, bool cascade)
{
	struct text path = {NULL, 0};
	enum outcome outcome;

	item_path(session, type, id, &path);
	if (cascade)
		text_add(&path, "?cascade=true");
	outcome = client_request(session->client, "DELETE", text_get(&path), NULL, NULL);
	text_free(&path);
	return outcome;
}

const struct bgw_field *collection_label(const struct bgw_object_type *type)
{
	const struct bgw_field *name = bgw_field_find(&type->record, "name");

	return name != NULL ? name : bgw_field_find(&type->record, "mac");
}

const struct bgw_field *collection_end(const struct bgw_object_type *type, unsigned int number)
{
	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if (field->type == BGW_REF && (field->flags & BGW_FIELD_REQUIRED) != 0 &&
		    number-- == 0)
			return field;
	}
	return NULL;
}

/* Adds a filter for objects that refer to the one that the user calls so. */
static enum outcome add_reference(struct session *session, const struct bgw_field *field,
				  const char *given, struct text *query)
{
	char *id = NULL;
	enum outcome outcome =
		collection_resolve(session, bgw_object_type_find(field->ref), given, &id);

	if (outcome == OUTCOME_OK)
		text_add(query, "%s=%s&", field->name, id);
	free(id);
	return outcome;
}

/* The objects whose label is the given text. A MAC may be written in several ways; an object that
 * is called by its MAC is found by the canonical one. */
static enum outcome find_by_label(struct session *session, const struct bgw_object_type *type,
				  const char *given, const char *behind, cJSON **list)
{
	const struct bgw_field *label = collection_label(type), *end = collection_end(type, 0);
	struct text query = {NULL, 0};
	enum outcome outcome = OUTCOME_OK;
	char mac_text[BGW_MAC_TEXT_SIZE];
	struct bgw_mac mac;
	char *escaped;

	*list = NULL;
	if (label == NULL)
		return OUTCOME_OK;
	if (label->type == BGW_MAC) {
		if (bgw_mac_parse(given, &mac) != 0)
			return OUTCOME_OK;
		given = bgw_mac_format(&mac, mac_text);
	}
	if (behind != NULL)
		outcome = add_reference(session, end, behind, &query);
	if (outcome == OUTCOME_OK) {
		escaped = client_escape(session->client, given);
		text_add(&query, "%s=%s&fields=id", label->name, escaped != NULL ? escaped : "");
		free(escaped);
		outcome = collection_list(session, type, text_get(&query), list);
	}
	text_free(&query);
	return outcome;
}

/* The objects that join what is named before and after the '/'. */
static enum outcome find_by_ends(struct session *session, const struct bgw_object_type *type,
				 const char *given, cJSON **list)
{
	const struct bgw_field *first = collection_end(type, 0), *second = collection_end(type, 1);
	const char *slash = strchr(given, '/');
	struct text query = {NULL, 0};
	enum outcome outcome;
	char *name;

	*list = NULL;
	if (collection_label(type) != NULL || second == NULL || slash == NULL)
		return OUTCOME_OK;
	name = must_copy(given);
	name[slash - given] = '\0';
	outcome = add_reference(session, first, name, &query);
	free(name);
	if (outcome == OUTCOME_OK)
		outcome = add_reference(session, second, slash + 1, &query);
	if (outcome == OUTCOME_OK) {
		text_add(&query, "fields=id");
		outcome = collection_list(session, type, text_get(&query), list);
	}
	text_free(&query);
	return outcome;
}

static bool id_matches(const cJSON *item, const char *given, size_t length)
{
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(item, "id"));

	return id != NULL && strncmp(id, given, length) == 0;
}

/* The objects whose id is the given text, or begins with it if it is long enough. */
static enum outcome find_by_id(struct session *session, const struct bgw_object_type *type,
			       const char *given, cJSON **list)
{
	enum outcome outcome = collection_list(session, type, "fields=id", list);
	size_t length = strlen(given);
	cJSON *item, *next;

	if (length < PREFIX_MIN)
		length++; /* with the end of the text, so as a whole */
	for (item = outcome == OUTCOME_OK ? (*list)->child : NULL; item != NULL; item = next) {
		next = item->next;
		if (!id_matches(item, given, length))
			cJSON_Delete(cJSON_DetachItemViaPointer(*list, item));
	}
	return outcome;
}

/* The one id in the list, which it frees. */
static enum outcome take_one(const struct bgw_object_type *type, const char *given, cJSON *list,
			     char **id)
{
	const char *text =
		cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "id"));
	enum outcome outcome = OUTCOME_OK;

	if (cJSON_GetArraySize(list) > 1)
		outcome = complain(OUTCOME_CONFLICT, "%d %s are called %s: give an id",
				   cJSON_GetArraySize(list), type->plural, given);
	else if (text == NULL)
		outcome =
			complain(OUTCOME_NOT_FOUND, "there is no %s called %s", type->name, given);
	else
		*id = must_copy(text);
	cJSON_Delete(list);
	return outcome;
}

enum outcome collection_resolve(struct session *session, const struct bgw_object_type *type,
				const char *given, char **id)
{
	enum outcome outcome;
	struct bgw_uuid uuid;
	cJSON *found = NULL;

	if (bgw_uuid_parse(given, &uuid) == 0) {
		*id = must_copy(given);
		return OUTCOME_OK;
	}
	outcome = find_by_label(session, type, given, NULL, &found);
	if (outcome == OUTCOME_OK && found == NULL)
		outcome = find_by_ends(session, type, given, &found);
	if (outcome == OUTCOME_OK && cJSON_GetArraySize(found) == 0) {
		cJSON_Delete(found);
		outcome = find_by_id(session, type, given, &found);
	}
	return outcome == OUTCOME_OK ? take_one(type, given, found, id) : outcome;
}

enum outcome collection_resolve_behind(struct session *session, const struct bgw_object_type *type,
				       const char *given, const char *behind, char **id)
{
	cJSON *found = NULL;
	enum outcome outcome = find_by_label(session, type, given, behind, &found);

	return outcome == OUTCOME_OK ? take_one(type, given, found, id) : outcome;
}
