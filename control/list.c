/* SPDX-License-Identifier: BSD-3-Clause */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "json.h"
#include "list_private.h"

/* More take longer to delete than the loop may stand still. */
#define DELETE_HERE_ITEMS 1000

static bool has_runtime(const struct bgw_field *field)
{
	return (field->flags & BGW_FIELD_RUNTIME) != 0;
}

struct list *list_begin(struct control *control, const struct resource *resource,
			const struct query *query, const char *origin, struct error *error)
{
	struct list *list = calloc(1, sizeof(*list));

	if (list == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory to list %s",
			  resource->type->plural);
		return NULL;
	}
	list->control = control;
	list->resource = resource;
	list->query = query;
	list->origin = origin;
	list->next = model_first(control->model, resource->type);
	list->is_walked = resource->walk != NULL && query->sort_count == 0 && query->limit == 0 &&
			  query->marker == NULL;
	list->is_page_walked =
		resource->walk != NULL && query->sort_count == 0 && query->limit != 0;
	list->is_marker_met = query->marker == NULL;
	if (list->is_page_walked && !query->page_reverse && query->marker != NULL &&
	    resource->seek != NULL)
		list->is_walk_over = !resource->seek(control, query->marker, &list->cursor);
	for (unsigned int i = 0; i < query->filter_count; i++)
		list->filters_runtime |= has_runtime(query->filters[i].field);
	for (unsigned int i = 0; i < query->sort_count; i++)
		list->sorts_runtime |= has_runtime(query->sorts[i].field);
	return list;
}

static const char *item_id(const struct list_item *item, char text[BGW_UUID_TEXT_SIZE])
{
	const char *id;

	if (item->object != NULL)
		return bgw_uuid_format(&object_base(item->object)->id, text);
	id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item->json, "id"));
	return id != NULL ? id : "";
}

/* Links to other pages need the first and the last when all are rendered. */
static bool releases_early(const struct list *list)
{
	return list->query->limit == 0;
}

struct list *list_create(struct control *control, const struct resource *resource)
{
	static const struct query all;
	struct list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->control = control;
	list->resource = resource;
	list->query = &all;
	list->is_held = true;
	return list;
}

int list_append(struct list *list, const struct object *object, const struct bgw_uuid *id)
{
	struct list_item item = {object, NULL};
	char text[BGW_UUID_TEXT_SIZE];

	if (object == NULL) {
		item.json = cJSON_CreateObject();
		if (cJSON_AddStringToObject(item.json, "id", bgw_uuid_format(id, text)) == NULL) {
			cJSON_Delete(item.json);
			return -ENOMEM;
		}
	}
	if (list_add(list, &item) < 0)
		return -ENOMEM;
	if (object != NULL)
		object_hold(object);
	list->held = list->end = list->count;
	return 0;
}

static void item_release(const struct list_item *item)
{
	if (item->object != NULL)
		object_release(item->object);
}

static void items_delete(struct list *list)
{
	cJSON *all = list->count > DELETE_HERE_ITEMS ? cJSON_CreateArray() : NULL;

	for (size_t i = 0; i < list->count; i++)
		if (all == NULL)
			cJSON_Delete(list->items[i].json);
		else if (list->items[i].json != NULL)
			cJSON_AddItemToArray(all, list->items[i].json);
	if (all != NULL)
		json_delete(list->control->loop, all);
	free(list->items);
}

void list_free(struct list *list)
{
	if (list == NULL)
		return;
	for (size_t i = releases_early(list) ? list->rendered : list->first;
	     list->is_held && i < list->held; i++)
		item_release(&list->items[i]);
	items_delete(list);
	cJSON_Delete(list->walked);
	free(list);
}

/* Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3). */
static void add_escaped(struct text *text, const char *string)
{
	for (const unsigned char *c = (const unsigned char *)string; *c != '\0'; c++) {
		if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
		    (*c >= 'a' && *c <= 'z') || strchr("-._~", *c) != NULL)
			text_add(text, (const char *)c, 1);
		else
			text_add_format(text, "%%%02X", *c);
	}
}

static void add_argument(struct text *text, const char *name, const char *value)
{
	text_add_string(text, "&");
	add_escaped(text, name);
	text_add_string(text, "=");
	add_escaped(text, value);
}

static void add_link(struct list *list, struct text *text, const char *rel, size_t marker)
{
	const struct query *query = list->query;
	char id[BGW_UUID_TEXT_SIZE];

	text_add_format(text, "{\"rel\":\"%s\",\"href\":\"%s/v2.0/%s?limit=%u", rel, list->origin,
			list->resource->type->collection, query->limit);
	for (unsigned int i = 0; i < query->filter_count; i++)
		add_argument(text, query->filters[i].name, query->filters[i].text);
	for (unsigned int i = 0; i < query->field_count; i++)
		add_argument(text, "fields", query->fields[i]);
	for (unsigned int i = 0; i < query->sort_count; i++) {
		add_argument(text, "sort_key", query->sorts[i].field->name);
		add_argument(text, "sort_dir", query->sorts[i].descending ? "desc" : "asc");
	}
	add_argument(text, "marker", item_id(&list->items[marker], id));
	if (strcmp(rel, "previous") == 0)
		add_argument(text, "page_reverse", "True");
	text_add_string(text, "\"}");
}

/* The marker of a page that was walked is not among the items, but it is there. */
static bool is_cut_at_marker(const struct list *list)
{
	return list->is_page_walked && list->query->marker != NULL;
}

static void add_links(struct list *list, struct text *text)
{
	const struct query *query = list->query;
	const bool is_before = list->first > 0 || (is_cut_at_marker(list) && !query->page_reverse);
	const bool is_behind =
		list->end < list->count || (is_cut_at_marker(list) && query->page_reverse);
	const bool next = list->end != 0 && is_behind;
	const bool previous = list->first < list->count && is_before;

	if (query->limit == 0 || (!next && !previous))
		return;
	text_add_format(text, ",\"%s_links\":[", list->resource->type->plural);
	if (next)
		add_link(list, text, "next", list->end - 1);
	if (next && previous)
		text_add_string(text, ",");
	if (previous)
		add_link(list, text, "previous", list->first);
	text_add_string(text, "]");
}

static int no_marker(const struct list *list, struct error *error)
{
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "marker \"%.64s\" is the id of none of the %s; start again without marker",
			 list->query->marker, list->resource->type->plural);
}

/* Where the marker is. -EAGAIN: not found yet. */
static int marker_find(struct list *list, uint64_t deadline_ns, struct error *error)
{
	const char *marker = list->query->marker;
	char text[BGW_UUID_TEXT_SIZE];
	struct bgw_uuid id;
	const bool is_id = bgw_uuid_parse(marker, &id) == 0;
	unsigned int n = 0;

	for (; list->searched < list->count; list->searched++) {
		const struct list_item *item = &list->items[list->searched];

		if (++n % 64 == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
		if (item->object != NULL
			    ? is_id && bgw_uuid_equal(&object_base(item->object)->id, &id)
			    : strcmp(item_id(item, text), marker) == 0)
			return 0;
	}
	return no_marker(list, error);
}

static void page_set(struct list *list)
{
	const struct query *query = list->query;
	const size_t limit = query->limit != 0 ? query->limit : list->count;
	const bool is_cut_here = query->marker != NULL && !list->is_page_walked;

	if (query->page_reverse) {
		list->end = is_cut_here ? list->searched : list->count;
		list->first = list->end > limit ? list->end - limit : 0;
	} else {
		list->first = is_cut_here ? list->searched + 1 : 0;
		list->end = list->count - list->first < limit ? list->count : list->first + limit;
	}
	list->rendered = list->held = list->first;
}

int list_page(struct list *list, uint64_t deadline_ns, struct error *error)
{
	int rc = 0;

	if (list->is_page_walked)
		rc = list->is_marker_met ? 0 : no_marker(list, error);
	else if (list->query->marker != NULL)
		rc = marker_find(list, deadline_ns, error);
	if (rc == 0)
		page_set(list);
	return rc;
}

size_t list_count(const struct list *list)
{
	return list->is_walked ? SIZE_MAX : list->end - list->first;
}

bool list_hold(struct list *list, uint64_t deadline_ns)
{
	if (list_is_of_view(list))
		return true;
	list->is_held = true;
	for (; list->held < list->end; list->held++) {
		if (list->held % 64 == 63 && loop_now_ns() >= deadline_ns) {
			object_hold(list->items[list->held++].object);
			return false;
		}
		object_hold(list->items[list->held].object);
	}
	return true;
}

static void render_next(struct list *list, struct text *text)
{
	const struct list_item *item = &list->items[list->rendered];

	if (list->rendered != list->first)
		text_add(text, ",", 1);
	if (item->object != NULL)
		list_item_text(list->control, list->resource, list->query, item->object, text);
	else
		list_json_text(list->query, item->json, text);
	list->rendered++;
	if (list->is_held && releases_early(list))
		item_release(item);
}

/* True when all was rendered. */
static bool walk_next(struct list *list, struct text *text)
{
	struct list_item item = {.json = list->walked != NULL ? list->walked->child : NULL};

	if (item.json == NULL)
		return !list_walk(list, &text->broken);
	if (list_is_selected(list, &item)) {
		if (list->walked_count++ != 0)
			text_add(text, ",", 1);
		list_json_text(list->query, item.json, text);
	}
	cJSON_Delete(cJSON_DetachItemViaPointer(list->walked, item.json));
	return false;
}

static bool is_all_rendered(struct list *list, struct text *text)
{
	if (list->is_walked)
		return walk_next(list, text);
	if (list->rendered < list->end)
		render_next(list, text);
	return list->rendered >= list->end;
}

bool list_render(struct list *list, uint64_t deadline_ns, size_t max_bytes, struct text *text)
{
	if (!list->is_begun)
		text_add_format(text, "{\"%s\":[", list->resource->type->plural);
	list->is_begun = true;
	while (!is_all_rendered(list, text))
		if (text->length >= max_bytes || loop_now_ns() >= deadline_ns)
			return false;
	text_add(text, "]", 1);
	if (!list->is_walked)
		add_links(list, text);
	text_add(text, "}", 1);
	return true;
}
