/* SPDX-License-Identifier: BSD-3-Clause */
/* Which items a list has: what the filters leave, in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "list_private.h"
#include "value.h"

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

static bool item_matches(const struct list_item *item, const struct query_filter *filter)
{
	return item->object != NULL && is_stored_field(filter->field)
		       ? value_matches(item->object, filter)
		       : json_matches(item->json, filter);
}

/* Filters of one member are alternatives, those of different members all hold. */
bool list_is_selected(const struct list *list, const struct list_item *item)
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
			any = item_matches(item, &query->filters[j]);
		}
		if (!any && !earlier)
			return false;
	}
	return true;
}

/* Takes the item's JSON, whatever becomes of it. */
int list_add(struct list *list, const struct list_item *item)
{
	if (list->count == list->size) {
		size_t size = list->size != 0 ? list->size * 2 : 64;
		struct list_item *items = reallocarray(list->items, size, sizeof(*items));

		if (items == NULL) {
			cJSON_Delete(item->json);
			return -ENOMEM;
		}
		list->items = items;
		list->size = size;
	}
	list->items[list->count++] = *item;
	return 0;
}

static int select_object(struct list *list, const struct object *object)
{
	struct list_item item = {.object = object};
	bool is_selected;

	if (list->filters_runtime || list->sorts_runtime) {
		item.json = cJSON_CreateObject();
		if (item.json == NULL)
			return -ENOMEM;
		if (list->resource->enrich != NULL)
			list->resource->enrich(list->control, object, item.json);
	}
	is_selected = list_is_selected(list, &item);
	if (!is_selected || !list->sorts_runtime) {
		cJSON_Delete(item.json);
		item.json = NULL;
	}
	return is_selected ? list_add(list, &item) : 0;
}

static int select_objects(struct list *list, uint64_t deadline_ns)
{
	unsigned int n = 0;
	int rc = 0;

	for (; list->next != NULL && rc == 0; list->next = list->next->next) {
		/* The clock is read now and then only. */
		if (++n % 64 == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
		rc = select_object(list, list->next);
	}
	return rc;
}

bool list_walk(struct list *list, bool *is_broken)
{
	const struct resource *resource = list->resource;

	if (list->is_walk_over)
		return false;
	cJSON_Delete(list->walked);
	list->walked = cJSON_CreateArray();
	if (list->walked == NULL) {
		*is_broken = true;
		return false;
	}
	if (resource->walk != NULL) {
		list->is_walk_over = resource->walk(list->control, &list->cursor, list->walked);
		return true;
	}
	list->is_walk_over = true;
	*is_broken = resource->collect(list->control, list->query, list->walked) < 0;
	return !*is_broken;
}

/* Of a page only what is on its side of the marker counts. */
static bool is_wanted(struct list *list, const struct list_item *item)
{
	if (list->is_page_walked && !list->is_marker_met) {
		list->is_marker_met =
			strcmp(json_text(cJSON_GetObjectItemCaseSensitive(item->json, "id"), NULL,
					 0),
			       list->query->marker) == 0;
		if (list->is_marker_met || !list->query->page_reverse)
			return false;
	}
	return list_is_selected(list, item);
}

/* Forwards one more shows that there is another page, backwards all before the marker may be. */
static bool is_page_whole(const struct list *list)
{
	if (!list->is_page_walked)
		return false;
	if (!list->query->page_reverse)
		return list->count > list->query->limit;
	return list->query->marker != NULL && list->is_marker_met;
}

/* Backwards only the last ones, and one more, can be on the page. One is deleted for each that is
 * added, as many at once would hold up the loop; they are moved now and then only. */
static void forget_first(struct list *list)
{
	const size_t kept = (size_t)list->query->limit + 1;

	struct list_item *last;

	if (!list->is_page_walked || !list->query->page_reverse || list->count <= kept)
		return;
	last = &list->items[list->count - kept - 1];
	cJSON_Delete(last->json);
	last->json = NULL;
	if (list->count < 2 * kept)
		return;
	memmove(list->items, list->items + list->count - kept, kept * sizeof(*list->items));
	list->count = kept;
}

static int select_walked(struct list *list)
{
	int rc = 0;

	while (rc == 0 && !is_page_whole(list) && list->walked->child != NULL) {
		struct list_item item = {
			.json = cJSON_DetachItemViaPointer(list->walked, list->walked->child)};

		if (is_wanted(list, &item))
			rc = list_add(list, &item);
		else
			cJSON_Delete(item.json);
		forget_first(list);
		list->is_walk_over |= is_page_whole(list);
	}
	return rc;
}

static int select_view(struct list *list, uint64_t deadline_ns)
{
	bool is_broken = false;
	int rc = 0;

	while (rc == 0 && list_walk(list, &is_broken)) {
		rc = select_walked(list);
		if (rc == 0 && !list->is_walk_over && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	return is_broken ? -ENOMEM : rc;
}

int list_select(struct list *list, uint64_t deadline_ns, struct error *error)
{
	int rc = 0;

	if (!list_is_of_view(list))
		rc = select_objects(list, deadline_ns);
	else if (!list->is_walked)
		rc = select_view(list, deadline_ns);
	if (rc == -ENOMEM)
		error_set(error, BGW_ERROR_INTERNAL, "no memory to list %s",
			  list->resource->type->plural);
	return rc;
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
	const struct list_item *left = a, *right = b;
	const struct query *query = arg;

	for (unsigned int i = 0; i < query->sort_count; i++) {
		const struct bgw_field *field = query->sorts[i].field;
		int order = 0;

		if (left->object == NULL || !is_stored_field(field))
			order = compare_json(
				cJSON_GetObjectItemCaseSensitive(left->json, field->name),
				cJSON_GetObjectItemCaseSensitive(right->json, field->name));
		else
			order = value_compare(
				field, record_member_const(object_record(left->object), field),
				record_member_const(object_record(right->object), field));
		if (order != 0)
			return query->sorts[i].descending ? -order : order;
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
