/* SPDX-License-Identifier: BSD-3-Clause */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "query.h"
#include "resource.h"
#include "value.h"

/* One of many: a stored object, or the JSON of a view's item. */
struct item {
	const struct object *object;
	cJSON *json;
};

struct list {
	struct control *control;
	const struct resource *resource;
	const struct query *query;
	const char *origin;
	const struct object *next; /* to be selected from the model */
	cJSON *view;		   /* what a view collected; items point into it */
	struct item *items;
	size_t count, size;
	size_t first, end;     /* the page */
	size_t rendered, held; /* up to where in items */
	bool is_begun, is_held;
	/* of a view that is collected while it is rendered */
	bool is_walked, is_walk_over;
	uint32_t cursor;
	size_t walked_count;
};

#define SORT_HERE_ITEMS 512

static bool is_stored_field(const struct bgw_field *field)
{
	return (field->flags & BGW_FIELD_RUNTIME) == 0;
}

/* The text of a JSON value, as a filter spells it. */
static const char *json_text(const cJSON *json, char *text, size_t size)
{
	if (cJSON_IsString(json))
		return json->valuestring;
	if (cJSON_IsBool(json))
		return cJSON_IsTrue(json) ? "true" : "false";
	if (cJSON_IsNumber(json)) {
		snprintf(text, size, "%.0f", json->valuedouble);
		return text;
	}
	return "";
}

static bool json_matches(const cJSON *json, const struct query_filter *filter)
{
	char text[32];

	return strcasecmp(json_text(cJSON_GetObjectItemCaseSensitive(json, filter->name), text,
				    sizeof(text)),
			  filter->text) == 0;
}

static bool value_matches(const struct object *object, const struct query_filter *filter)
{
	const struct bgw_field *field = filter->field;
	const struct bgw_record *record = &object->type->record;
	const void *is = record_member_const(object_record(object), field);
	union {
		char *string;
		struct bgw_uuid uuid;
		struct bgw_prefix prefix;
		char bytes[sizeof(struct bgw_prefix)];
	} wanted = {.bytes = {0}};
	bool same;

	if ((field->flags & BGW_FIELD_NULLABLE) != 0 &&
	    !record_given(record, object_record(object), field))
		return filter->text[0] == '\0';
	if (value_parse(field, filter->text, &wanted) < 0)
		return false;
	same = value_compare(field, is, &wanted) == 0;
	value_clear(field, &wanted);
	return same;
}

static bool item_matches(const struct list *list, const struct item *item,
			 const struct query_filter *filter)
{
	cJSON *json;
	bool same;

	if (item->object == NULL)
		return json_matches(item->json, filter);
	if (is_stored_field(filter->field))
		return value_matches(item->object, filter);
	json = cJSON_CreateObject();
	if (list->resource->enrich != NULL)
		list->resource->enrich(list->control, item->object, json);
	same = json_matches(json, filter);
	cJSON_Delete(json);
	return same;
}

/* Filters of one member are alternatives, those of different members all hold. */
static bool is_selected(const struct list *list, const struct item *item)
{
	const struct query *query = list->query;

	for (unsigned int i = 0; i < query->filter_count; i++) {
		bool any = false, earlier = false;

		for (unsigned int j = 0; j < query->filter_count && !any; j++) {
			if (query->filters[j].field != query->filters[i].field)
				continue;
			earlier = earlier || j < i;
			if (earlier)
				break;
			any = item_matches(list, item, &query->filters[j]);
		}
		if (!any && !earlier)
			return false;
	}
	return true;
}

static int list_add(struct list *list, const struct item *item)
{
	if (list->count == list->size) {
		size_t size = list->size != 0 ? list->size * 2 : 64;
		struct item *items = reallocarray(list->items, size, sizeof(*items));

		if (items == NULL)
			return -ENOMEM;
		list->items = items;
		list->size = size;
	}
	list->items[list->count++] = *item;
	return 0;
}

static int compare_json(const cJSON *a, const cJSON *b)
{
	char text_a[32], text_b[32];

	if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
		return (a->valuedouble > b->valuedouble) - (a->valuedouble < b->valuedouble);
	return strcmp(json_text(a, text_a, sizeof(text_a)), json_text(b, text_b, sizeof(text_b)));
}

static int compare_items(const void *a, const void *b, void *arg)
{
	const struct item *left = a, *right = b;
	const struct query *query = arg;

	for (unsigned int i = 0; i < query->sort_count; i++) {
		const struct bgw_field *field = query->sorts[i].field;
		int order = 0;

		if (left->object == NULL)
			order = compare_json(
				cJSON_GetObjectItemCaseSensitive(left->json, field->name),
				cJSON_GetObjectItemCaseSensitive(right->json, field->name));
		else if (is_stored_field(field))
			order = value_compare(
				field, record_member_const(object_record(left->object), field),
				record_member_const(object_record(right->object), field));
		if (order != 0)
			return query->sorts[i].descending ? -order : order;
	}
	return 0;
}

static const char *item_id(const struct item *item, char text[BGW_UUID_TEXT_SIZE])
{
	const char *id;

	if (item->object != NULL)
		return bgw_uuid_format(&object_base(item->object)->id, text);
	id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item->json, "id"));
	return id != NULL ? id : "";
}

static int find_page(struct list *list, struct error *error)
{
	const struct query *query = list->query;
	size_t limit = query->limit != 0 ? query->limit : list->count, at;
	char text[BGW_UUID_TEXT_SIZE];

	if (query->marker == NULL) {
		list->first = query->page_reverse && limit < list->count ? list->count - limit : 0;
		list->end = list->count - list->first < limit ? list->count : list->first + limit;
		return 0;
	}
	for (at = 0; at < list->count; at++)
		if (strcmp(item_id(&list->items[at], text), query->marker) == 0)
			break;
	if (at == list->count)
		return error_set(
			error, BGW_ERROR_INVALID_INPUT,
			"marker \"%.64s\" is the id of none of the %s; start again without "
			"marker",
			query->marker, list->resource->type->plural);
	if (query->page_reverse) {
		list->end = at;
		list->first = at > limit ? at - limit : 0;
	} else {
		list->first = at + 1;
		list->end = list->count - list->first < limit ? list->count : list->first + limit;
	}
	return 0;
}

struct list *list_begin(struct control *control, const struct resource *resource,
			const struct query *query, const char *origin, struct error *error)
{
	struct list *list = calloc(1, sizeof(*list));
	cJSON *item;

	if (list == NULL)
		goto no_memory;
	list->control = control;
	list->resource = resource;
	list->query = query;
	list->origin = origin;
	list->next = model_first(control->model, resource->type);
	if ((resource->type->flags & BGW_TYPE_VIRTUAL) == 0)
		return list;
	list->is_walked = resource->walk != NULL && query->sort_count == 0 && query->limit == 0 &&
			  query->marker == NULL;
	if (list->is_walked)
		return list;
	list->view = cJSON_CreateArray();
	if (list->view == NULL || resource->collect(control, query, list->view) < 0)
		goto no_memory;
	cJSON_ArrayForEach (item, list->view) {
		struct item entry = {NULL, item};

		if (is_selected(list, &entry) && list_add(list, &entry) < 0)
			goto no_memory;
	}
	return list;

no_memory:
	list_free(list);
	error_set(error, BGW_ERROR_INTERNAL, "no memory to list %s", resource->type->plural);
	return NULL;
}

/* Links to other pages need the first and the last when all are rendered. */
static bool releases_early(const struct list *list)
{
	return list->query->limit == 0;
}

void list_free(struct list *list)
{
	if (list == NULL)
		return;
	for (size_t i = releases_early(list) ? list->rendered : list->first;
	     list->is_held && i < list->held; i++)
		object_release(list->items[i].object);
	cJSON_Delete(list->view);
	free(list->items);
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

static void add_links(struct list *list, struct text *text)
{
	bool next = list->end < list->count && list->end != 0;
	bool previous = list->first > 0 && list->first < list->count;

	if (list->query->limit == 0 || (!next && !previous))
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

int list_select(struct list *list, uint64_t deadline_ns, struct error *error)
{
	unsigned int n = 0;

	for (; list->next != NULL; list->next = list->next->next) {
		struct item entry = {list->next, NULL};

		/* The clock is read now and then only. */
		if (++n % 64 == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
		if (is_selected(list, &entry) && list_add(list, &entry) < 0)
			return error_set(error, BGW_ERROR_INTERNAL, "no memory to list %s",
					 list->resource->type->plural);
	}
	return 0;
}

bool list_is_long_to_sort(const struct list *list)
{
	return list->query->sort_count != 0 && list->count > SORT_HERE_ITEMS;
}

void list_sort(struct list *list)
{
	if (list->query->sort_count != 0 && list->count != 0)
		qsort_r(list->items, list->count, sizeof(*list->items), compare_items,
			(void *)list->query);
}

int list_page(struct list *list, struct error *error)
{
	int rc = list->is_walked ? 0 : find_page(list, error);

	list->rendered = list->held = list->first;
	return rc;
}

size_t list_count(const struct list *list)
{
	return list->is_walked ? SIZE_MAX : list->end - list->first;
}

bool list_hold(struct list *list, uint64_t deadline_ns)
{
	if (list->view != NULL || list->is_walked)
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
	const struct item *item = &list->items[list->rendered];

	if (list->rendered != list->first)
		text_add(text, ",", 1);
	if (item->object != NULL)
		list_item_text(list->control, list->resource, list->query, item->object, text);
	else
		list_json_text(list->query, item->json, text);
	list->rendered++;
	if (list->is_held && releases_early(list))
		object_release(item->object);
}

/* The next items of the view into list->view. False when there are no more. */
static bool walk(struct list *list, struct text *text)
{
	if (list->is_walk_over)
		return false;
	cJSON_Delete(list->view);
	list->view = cJSON_CreateArray();
	text->broken = text->broken || list->view == NULL;
	if (list->view != NULL)
		list->is_walk_over = list->resource->walk(list->control, &list->cursor, list->view);
	return list->view != NULL;
}

/* True when all was rendered. */
static bool walk_next(struct list *list, struct text *text)
{
	struct item item = {NULL, list->view != NULL ? list->view->child : NULL};

	if (item.json == NULL)
		return !walk(list, text);
	if (is_selected(list, &item)) {
		if (list->walked_count++ != 0)
			text_add(text, ",", 1);
		list_json_text(list->query, item.json, text);
	}
	cJSON_Delete(cJSON_DetachItemViaPointer(list->view, item.json));
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
