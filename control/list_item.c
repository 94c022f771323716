/* SPDX-License-Identifier: BSD-3-Clause */
/* One item of an answer: a stored object, or the JSON of a view's. */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "object.h"
#include "operation.h"
#include "query.h"
#include "resource.h"

static bool is_wanted(const void *arg, const char *name)
{
	const struct query *query = arg;

	for (unsigned int i = 0; i < query->field_count; i++)
		if (strcmp(query->fields[i], name) == 0)
			return true;
	return query->field_count == 0;
}

static void cut_to_fields(cJSON *json, const struct query *query)
{
	cJSON *member = json != NULL ? json->child : NULL, *next;

	for (; query != NULL && query->field_count != 0 && member != NULL; member = next) {
		next = member->next;
		if (!is_wanted(query, member->string))
			cJSON_Delete(cJSON_DetachItemViaPointer(json, member));
	}
}

static void json_text_add(struct text *text, const cJSON *json, bool inner)
{
	char *printed = cJSON_PrintUnformatted(json);

	if (printed == NULL)
		text->broken = true;
	else if (inner)
		text_add(text, printed + 1, strlen(printed) - 2);
	else
		text_add_string(text, printed);
	free(printed);
}

/* What is only known now. */
static void runtime_text(struct control *control, const struct resource *resource,
			 const struct query *query, const struct object *object, bool comma,
			 struct text *text)
{
	cJSON *json = cJSON_CreateObject();

	if (json != NULL) {
		resource->enrich(control, object, json);
		cut_to_fields(json, query);
		if (comma && json->child != NULL)
			text_add(text, ",", 1);
	}
	json_text_add(text, json, true);
	cJSON_Delete(json);
}

void list_item_text(struct control *control, const struct resource *resource,
		    const struct query *query, const struct object *object, struct text *text)
{
	bool any;

	text_add(text, "{", 1);
	any = record_text(text, &object->type->record, object_record(object), RECORD_ANSWERED,
			  query != NULL && query->field_count != 0 ? is_wanted : NULL, query);
	if (resource->enrich != NULL)
		runtime_text(control, resource, query, object, any, text);
	text_add(text, "}", 1);
}

void list_json_text(const struct query *query, const cJSON *json, struct text *text)
{
	cJSON *cut;

	if (query->field_count == 0) {
		json_text_add(text, json, false);
		return;
	}
	/* Links still need the id that may be cut away. */
	cut = cJSON_Duplicate(json, true);
	cut_to_fields(cut, query);
	json_text_add(text, cut, false);
	cJSON_Delete(cut);
}

static const char *id_of(const cJSON *item)
{
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));

	return id != NULL ? id : "";
}

/* One of all. NULL when there is none, or no memory. */
static cJSON *find(struct control *control, const struct resource *resource,
		   const struct query *query, const char *id)
{
	cJSON *array, *item = NULL;

	if (resource->find != NULL)
		return resource->find(control, id);
	array = cJSON_CreateArray();
	if (array != NULL && resource->collect(control, query, array) == 0) {
		cJSON_ArrayForEach (item, array)
			if (strcmp(id_of(item), id) == 0)
				break;
		if (item != NULL)
			cJSON_DetachItemViaPointer(array, item);
	}
	cJSON_Delete(array);
	return item;
}

int list_view_text(struct control *control, const struct resource *resource,
		   const struct query *query, const char *id, struct text *text,
		   struct error *error)
{
	cJSON *item = find(control, resource, query, id);

	if (item == NULL)
		return operation_not_found(resource->type, id, error);
	list_json_text(query, item, text);
	cJSON_Delete(item);
	return 0;
}
