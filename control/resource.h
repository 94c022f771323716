/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RESOURCE_H
#define BGW_CONTROL_RESOURCE_H

/**
 * What a resource file provides: how objects of one type are judged and what they do to the
 * dataplane. Everything else (JSON, members, references, filters, store, rollback) is the same for
 * all and driven by the type's table.
 *
 * All functions run on the control thread, must not block, and any of them may be NULL.
 *
 * The order for a change, whether it comes from REST, from `initial` in the configuration file or
 * from the store at start:
 *
 *  1. The body is read by the table into a new object; references are resolved, so that what it
 *     names exists in the model.
 *  2. validate_*() judges it. The model holds everything staged before it, and not the new object
 *     itself; or, where many are replaced at once, all that will be, and the new object too: who
 *     looks for others leaves out the one with its id. It has no effect but on `new`, which it may
 *     complete. It refuses with error_set(), one sentence that names the member and says what would
 *     be right. Capacity that publish() needs is judged here, because:
 *  3. After the commit, publish() is called for each change in order. It cannot fail.
 *
 * A commit that fails undoes the changes in the model and publishes nothing: a resource has nothing
 * to undo. At start, a stored object that validate_create() refuses (the configuration changed) is
 * kept and reported but not published: its .runtime stays NULL, so publish(old, new) must take an
 * old, and references must take an object, without .runtime.
 */

#include <cjson/cJSON.h>

#include "error.h"
#include "object.h"

struct control;
struct query;

struct resource {
	const struct bgw_object_type *type;

	/** Before anything is published and after everything was withdrawn. start: 0 or negative
	 * with *error set. */
	int (*start)(struct control *control, struct error *error);
	void (*stop)(struct control *control);

	/** The most objects there may be; create refuses more with OverQuota, naming `limit`. */
	size_t (*capacity)(const struct control *control);
	const char *limit; /**< member of the configuration file that sets it */

	int (*validate_create)(struct control *control, struct object *new, struct error *error);
	int (*validate_update)(struct control *control, const struct object *old,
			       struct object *new, struct error *error);
	/** After that: what may not become of the old one, though the new one is right by itself. A
	 * restore does not ask. */
	int (*validate_transition)(struct control *control, const struct object *old,
				   const struct object *new, struct error *error);
	/** Called after it was found that no reference mentions it. */
	int (*validate_delete)(struct control *control, const struct object *old,
			       struct error *error);

	/** A stored object that clients may delete and that does not go at once: stages what it
	 * becomes instead (model_replace()), and sees to its end when that is published. */
	int (*retire)(struct control *control, struct object *object, struct error *error);

	/** Says what changed; control->settle() makes workers have it, after the last publish() of
	 * the batch and before its requests are answered. old NULL: created; new NULL: deleted.
	 * `new->runtime` was copied from old. `old` is freed soon after; nothing may keep a pointer
	 * to it. */
	void (*publish)(struct control *control, struct object *old, struct object *new);

	/** Adds run-time members (BGW_FIELD_RUNTIME) to an answer. */
	void (*enrich)(struct control *control, const struct object *object, cJSON *json);

	/** A view (BGW_TYPE_VIRTUAL): adds each item, with a string "id", to the array. Filters,
	 * sorting and paging follow on their own; `query` is there for those that can skip work. */
	int (*collect)(struct control *control, const struct query *query, cJSON *array);

	/** A view of very many, instead: adds some of the items and moves *cursor on, from 0. True
	 * at the end. Items may come and go between the calls. find() must be there, too. */
	bool (*walk)(struct control *control, uint32_t *cursor, cJSON *array);
	/** May be there with walk(): moves the cursor to where the item with that id comes soon.
	 * False: there is none. Without it a page is looked for from the first item on. */
	bool (*seek)(struct control *control, const char *id, uint32_t *cursor);
	/** A view: one item by its id without collecting all. NULL when there is none. */
	cJSON *(*find)(struct control *control, const char *id);

	/* What clients may do to a view. Called after the batch's commit, in the requests' order;
	 * -EAGAIN: there is more to do, call again. */

	/** DELETE on the collection, for what the filters select. */
	int (*flush)(struct control *control, const struct query *query, struct error *error);
	/** DELETE of one, by its id. */
	int (*remove)(struct control *control, const char *id, struct error *error);
	/** PUT of one, by its id. `members` is the type's struct with what the body gave. */
	int (*change)(struct control *control, const char *id, const void *members,
		      struct error *error);
};

/** All resources, what is referred to before what refers, views last; NULL after the last. A new
 * resource is one row here (resources.c). */
extern const struct resource *const resources[];

/** NULL when there is none. */
const struct resource *resource_of(const struct bgw_object_type *type);
/** By the name in the path, such as "l2-gateways". */
const struct resource *resource_find(const char *collection);

#endif
