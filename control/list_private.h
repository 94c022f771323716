/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LIST_PRIVATE_H
#define BGW_CONTROL_LIST_PRIVATE_H

/** What the files of lists share. */

#include "list.h"
#include "query.h"
#include "resource.h"

/** One of many: a stored object, or the JSON of a view's item. */
struct list_item {
	const struct object *object;
	/** The list's. Of an object: its run-time members, where the list is sorted by one. */
	cJSON *json;
};

struct list {
	struct control *control;
	const struct resource *resource;
	const struct query *query;
	const char *origin;
	const struct object *next; /**< to be selected from the model */
	struct list_item *items;
	size_t count, size;
	size_t searched;       /**< so many of them are not the marker */
	size_t first, end;     /**< the page */
	size_t rendered, held; /**< up to where in items */
	bool is_begun, is_held;
	bool filters_runtime, sorts_runtime; /**< objects by members that are known only now */
	/* a view that is walked: for a list that is neither sorted nor paged while it is rendered,
	 * and for a page that is not sorted to its last item, or backwards to its marker */
	bool is_walked, is_walk_over;
	bool is_page_walked, is_marker_met;
	cJSON *walked; /**< items of the last step */
	uint32_t cursor;
	size_t walked_count;
};

static inline bool list_is_of_view(const struct list *list)
{
	return (list->resource->type->flags & BGW_TYPE_VIRTUAL) != 0;
}

/** Adds an item, whose JSON becomes the list's. 0 or -ENOMEM, then it is deleted. */
int list_add(struct list *list, const struct list_item *item);

/** Whether the filters leave the item. */
bool list_is_selected(const struct list *list, const struct list_item *item);

/** The next items of a view that is walked into list->walked. False when there are no more, or no
 * memory, which *is_broken then says. */
bool list_walk(struct list *list, bool *is_broken);

#endif
