/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_MODEL_H
#define BGW_CONTROL_MODEL_H

/**
 * All objects in memory, by type and id and by every indexed member, with a journal of the changes
 * since the last accept: a batch whose commit fails is rolled back here, for every type alike.
 *
 * Control thread only; while a commit runs nobody changes it. The model owns the objects in it and
 * those that the journal mentions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

struct model;

/** The types of which objects are stored, what is referred to before what refers; those that the
 * API does not show come last. NULL after the last. */
const struct bgw_object_type *model_type(unsigned int i);
/** Whether the API shows the type; else its objects are the gateway's own affair. */
bool model_type_is_shown(const struct bgw_object_type *type);
/** By name; NULL when none of these has it. */
const struct bgw_object_type *model_type_find(const char *name);

/** One step: old NULL is a create, new NULL a delete. */
struct change {
	struct object *old, *new;
};

/** NULL without memory. */
struct model *model_create(void);
void model_destroy(struct model *model);

/** So many objects of a type will be inserted soon. */
void model_expect(struct model *model, const struct bgw_object_type *type, size_t more);

/** Each 0 or -ENOMEM, with nothing changed. The object, or the new one, becomes the model's. */
int model_insert(struct model *model, struct object *object);
int model_replace(struct model *model, struct object *old, struct object *new);
int model_remove(struct model *model, struct object *object);

/** The journal: changes since the last accept, in order. */
const struct change *model_changes(const struct model *model, size_t *count);
/** Undoes every change after the first `mark` ones and frees what they made. */
void model_rollback(struct model *model, size_t mark);
/** Frees what the changes replaced or removed, and empties the journal. */
void model_accept(struct model *model);
/** The same, until the deadline. False: call again, and change nothing in between. */
bool model_accept_until(struct model *model, uint64_t deadline_ns);

/** Takes an object out, as if it had never been there: it is the caller's, and the journal forgets
 * everything. For moving the objects of the store into place. */
void model_release(struct model *model, struct object *object);

/** NULL when there is none. All of these see what a batch has staged. */
struct object *model_find(const struct model *model, const struct bgw_object_type *type,
			  const struct bgw_uuid *id);
/** First and, by ->next, all others of a type, in the order of creation. */
struct object *model_first(const struct model *model, const struct bgw_object_type *type);
/** The one created last. */
struct object *model_last(const struct model *model, const struct bgw_object_type *type);
size_t model_count(const struct model *model, const struct bgw_object_type *type);

/** Objects whose indexed member has a value, in no order: `value` points to what the member's C
 * type is (a struct bgw_uuid for a reference, a char * for a string).
 *
 *   for (o = model_match(model, &type, "gateway", &id); o != NULL; o = model_match_next(o,
 *        "gateway"))
 *
 * NULL also when no such member is indexed. */
struct object *model_match(const struct model *model, const struct bgw_object_type *type,
			   const char *member, const void *value);
struct object *model_match_next(const struct object *object, const char *member);

/** Some object with a reference to this one, NULL when there is none. */
const struct object *model_user(const struct model *model, const struct object *object);

#endif
