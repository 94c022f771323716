/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LIST_H
#define BGW_CONTROL_LIST_H

/**
 * A collection as an answer: what the filters select, sorted, one page of it, rendered in slices.
 * The same for stored objects and for views.
 */

#include <cjson/cJSON.h>
#include <stdint.h>

#include "error.h"
#include "text.h"

struct control;
struct list;
struct object;
struct query;
struct resource;

/** Starts a list; the query must outlive it. `origin` is scheme and authority for links, such as
 * "http://127.0.0.1:9696". NULL with *error set. */
struct list *list_begin(struct control *control, const struct resource *resource,
			const struct query *query, const char *origin, struct error *error);

/** Goes on until the deadline. 0 when text is the whole body, -EAGAIN to be called again, or
 * another negative with *error set. The model must not change between the calls. */
int list_continue(struct list *list, uint64_t deadline_ns, struct text *text, struct error *error);

void list_free(struct list *list);

/** Appends one object as an answer shows it, run-time members included, cut to the query's fields
 * (NULL: all). A text that could not grow is broken. */
void list_item_text(struct control *control, const struct resource *resource,
		    const struct query *query, const struct object *object, struct text *text);

/** One item of a view by its id. NULL with *error set. */
cJSON *list_view_item(struct control *control, const struct resource *resource,
		      const struct query *query, const char *id, struct error *error);

#endif
