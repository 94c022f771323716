/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_OPERATION_H
#define BGW_CONTROL_OPERATION_H

/**
 * What may be done to an object, staged in the model: the one path of REST, of `initial` in the
 * configuration file and of the store's replay. To be called from the stage() of a request
 * (batch.h), which gives them order and durability.
 *
 * A reference may be given as an id or, where it is unique, as a name.
 */

#include <cjson/cJSON.h>

#include "error.h"
#include "object.h"

struct control;
struct resource;

/** 0 or negative with *error set. A create with an id that exists and says the same is answered
 * with what is there. *object is the model's. */
int operation_create(struct control *control, const struct resource *resource, const cJSON *body,
		     struct object **object, struct error *error);
/** The same of a record that object_record_read() has read. Takes what it owns. */
int operation_create_read(struct control *control, const struct resource *resource, void *record,
			  struct object **object, struct error *error);
/** `revision` is the one that the client expects, 0 for any. */
int operation_update(struct control *control, const struct resource *resource, const char *id,
		     const cJSON *body, uint32_t revision, struct object **object,
		     struct error *error);
/** Judges a change that is staged already, beside all others of which it is one; for those who
 * replace many objects at once, which in between cannot be as they should. `new` is not NULL. */
int operation_check(struct control *control, const struct resource *resource,
		    const struct object *old, struct object *new, struct error *error);
/** An update of an item of a view, by its resource; it takes effect at once and has no revision. To
 * be called from the finish() of a request. */
int operation_change(struct control *control, const struct resource *resource, const char *id,
		     const cJSON *body, uint32_t revision, struct error *error);
/** `cascade` deletes what refers to it first; -EAGAIN: there is more of that, call again. */
int operation_delete(struct control *control, const struct resource *resource, const char *id,
		     uint32_t revision, bool cascade, struct error *error);

/** By id. NULL with *error set to the type's NotFound. */
struct object *operation_find(const struct control *control, const struct bgw_object_type *type,
			      const char *id, struct error *error);

/** Sets *error to the type's NotFound. Negative. */
int operation_not_found(const struct bgw_object_type *type, const char *id, struct error *error);

/** A stored object: into the model and published at once. An object that validation refuses is
 * kept, reported to the log and not published. 0 or negative with *error set. */
int operation_replay(struct control *control, struct object *object, struct error *error);

#endif
