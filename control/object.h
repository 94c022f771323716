/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_OBJECT_H
#define BGW_CONTROL_OBJECT_H

/**
 * An object of the API in memory: a header, the struct of its type (proto/objects.h) and its links
 * in the model, in one allocation.
 *
 * An object that is in the model is immutable but for .runtime and its links: an update is a copy
 * that replaces it. The store's thread reads objects while a commit runs, for which the control
 * thread keeps its hands off the model.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "objects.h"
#include "record.h"

/** Chain of a hash table: id, and each indexed member. */
struct object_link {
	struct object *next;
	struct object **previous; /**< what points at this object */
};

struct object {
	const struct bgw_object_type *type;
	/** What the type's resource keeps of a published object. Set by its publish(), which finds
	 * it in old when there is a new. */
	void *runtime;
	uint32_t holds; /**< object_hold() */
	bool is_freed;	/**< but for those who hold it */
	int64_t seq;	/**< row in the store, which alone writes it; 0 before it was stored */
	struct object *next, *previous; /**< of the same type, in the order of creation */
	void *record;			/**< behind the links */
	/** In the order: id, then the indexed members as the table has them. */
	struct object_link links[];
};

/** The struct of the type: `const struct bgw_network *network = object_record(object);` */
static inline const void *object_record(const struct object *object)
{
	return object->record;
}

/** For validate() of a resource alone: a new object before it is in the model. */
static inline void *object_record_mutable(struct object *object)
{
	return object->record;
}

/** The members that every object has. */
const struct bgw_object *object_base(const struct object *object);

/** "" rather than NULL. */
const char *object_name(const struct object *object);

/** Members preset, nil id, revision 1. NULL without memory. */
struct object *object_create(const struct bgw_object_type *type);

/** Gives a new object an id (RFC 9562, version 4). 0 or negative with *error set. Control thread
 * only. */
int object_identify(struct object *object, struct error *error);

/** A new object from a body. NULL with *error set. */
struct object *object_parse(const struct bgw_object_type *type, const cJSON *json,
			    const struct record_reader *reader, struct error *error);

/** The two halves of that: what the body says, in type->record.size bytes of the caller, who clears
 * them (record_clear()), and an object of it, which leaves them cleared in any case. 0 or negative,
 * NULL; with *error set. The first on any thread. */
int object_record_read(const struct bgw_object_type *type, const cJSON *json,
		       const struct record_reader *reader, void *record, struct error *error);
struct object *object_take(const struct bgw_object_type *type, void *record, struct error *error);

/** A copy with the body's members over it and the next revision. NULL with *error set. */
struct object *object_merge(const struct object *object, const cJSON *json,
			    const struct record_reader *reader, struct error *error);

/** Not in the model. Accepts NULL. One that is held stays, without runtime, until it is released.
 */
void object_free(struct object *object);

/** For an answer that takes its time: the object can be read until object_release(), whatever the
 * model does with it. */
void object_hold(const struct object *object);
void object_release(const struct object *object);

/** Whether every member that `wanted` was given has the same value in `object`. */
bool object_has(const struct object *object, const struct object *wanted);

/** Whether an optional member is there. */
bool object_given(const struct object *object, const char *member);

#endif
