/* SPDX-License-Identifier: BSD-3-Clause */
#include "names.h"

#include "text.h"

/* type name -> { id -> name } */
static cJSON *known;

/* "gw/far" for what goes by what it joins; nothing where an end is missing. */
static void add_joined(struct session *session, const struct bgw_object_type *type, cJSON *names,
		       const cJSON *item, const char *id)
{
	const struct bgw_field *first = collection_end(type, 0), *second = collection_end(type, 1);
	const char *one = cJSON_GetStringValue(cJSON_GetObjectItem(item, first->name));
	const char *other = cJSON_GetStringValue(cJSON_GetObjectItem(item, second->name));
	struct text joined = {NULL, 0};

	if (id == NULL || one == NULL || other == NULL)
		return;
	text_add(&joined, "%s/%s", names_of(session, first->ref, one),
		 names_of(session, second->ref, other));
	cJSON_AddStringToObject(names, id, text_get(&joined));
	text_free(&joined);
}

static void joined_load(struct session *session, const struct bgw_object_type *type, cJSON *names)
{
	struct text query = {NULL, 0};
	cJSON *list = NULL;
	const cJSON *item;

	if (collection_end(type, 1) == NULL)
		return;
	text_add(&query, "fields=id&fields=%s&fields=%s", collection_end(type, 0)->name,
		 collection_end(type, 1)->name);
	if (collection_list(session, type, text_get(&query), &list) == OUTCOME_OK)
		cJSON_ArrayForEach (item, list)
			add_joined(session, type, names, item,
				   cJSON_GetStringValue(cJSON_GetObjectItem(item, "id")));
	cJSON_Delete(list);
	text_free(&query);
}

static const cJSON *names_load(struct session *session, const struct bgw_object_type *type)
{
	cJSON *names = cJSON_AddObjectToObject(known, type->name), *list = NULL;
	const struct bgw_field *label = collection_label(type);
	struct text query = {NULL, 0};
	const cJSON *item;

	if (label != NULL) {
		text_add(&query, "fields=id&fields=%s", label->name);
		if (collection_list(session, type, text_get(&query), &list) == OUTCOME_OK)
			cJSON_ArrayForEach (item, list) {
				const char *id =
					cJSON_GetStringValue(cJSON_GetObjectItem(item, "id"));
				const char *name = cJSON_GetStringValue(
					cJSON_GetObjectItem(item, label->name));

				if (id != NULL && name != NULL && name[0] != '\0')
					cJSON_AddStringToObject(names, id, name);
			}
		cJSON_Delete(list);
		text_free(&query);
	} else {
		joined_load(session, type, names);
	}
	return names;
}

const char *names_of(struct session *session, const char *type, const char *id)
{
	const struct bgw_object_type *found = bgw_object_type_find(type);
	const cJSON *names;
	const char *name;

	if (found == NULL)
		return id;
	if (known == NULL)
		known = cJSON_CreateObject();
	names = cJSON_GetObjectItem(known, found->name);
	if (names == NULL)
		names = names_load(session, found);
	name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(names, id));
	return name != NULL ? name : id;
}

void names_free(void)
{
	cJSON_Delete(known);
	known = NULL;
}
