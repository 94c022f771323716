/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LIST_H
#define BGW_CONTROL_LIST_H

/**
 * A collection as an answer: what the filters select, sorted, one page of it, rendered in slices.
 * The same for stored objects and for views.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "text.h"
#include "values.h"

struct control;
struct list;
struct object;
struct query;
struct resource;

/** Starts a list; the query must outlive it. `origin` is scheme and authority for links, such as
 * "http://127.0.0.1:9696". NULL with *error set. */
struct list *list_begin(struct control *control, const struct resource *resource,
			const struct query *query, const char *origin, struct error *error);

/** Starts a list of what list_append() is given, in that order, which list_render() can take at
 * once. NULL without memory. */
struct list *list_create(struct control *control, const struct resource *resource);
/** One more, which is held; NULL: one that is gone, of which the id is all there is to say. 0 or
 * -ENOMEM. */
int list_append(struct list *list, const struct object *object, const struct bgw_uuid *id);

/** Selects, until the deadline. 0 when done, -EAGAIN to be called again, or another negative with
 * *error set. The model must not change between the calls, nor until the list was rendered or held.
 */
int list_select(struct list *list, uint64_t deadline_ns, struct error *error);

/** After that: whether list_sort() will take long, and should be done on the thread pool. */
bool list_is_long_to_sort(const struct list *list);
/** On any thread, while the model rests. */
void list_sort(struct list *list);

/** After that: which of them are on the page. 0 when done, -EAGAIN to be called again, or another
 * negative with *error set. */
int list_page(struct list *list, uint64_t deadline_ns, struct error *error);

/** After that: how many objects are on the page. SIZE_MAX: nobody knows, as the list is collected
 * while it is rendered. */
size_t list_count(const struct list *list);

/** Makes the list independent of the model, until the deadline. False: call again. */
bool list_hold(struct list *list, uint64_t deadline_ns);

/** Appends the body, until the deadline or until the text has max_bytes and some. True when all of
 * it was appended. A text that could not grow is broken. */
bool list_render(struct list *list, uint64_t deadline_ns, size_t max_bytes, struct text *text);

/** Before its query. Accepts NULL. */
void list_free(struct list *list);

/** Appends one object as an answer shows it, run-time members included, cut to the query's fields
 * (NULL: all). A text that could not grow is broken. */
void list_item_text(struct control *control, const struct resource *resource,
		    const struct query *query, const struct object *object, struct text *text);

/** The same of a view's item. */
void list_json_text(const struct query *query, const cJSON *json, struct text *text);

/** One item of a view by its id. 0 or negative with *error set. */
int list_view_text(struct control *control, const struct resource *resource,
		   const struct query *query, const char *id, struct text *text,
		   struct error *error);

#endif
