/* SPDX-License-Identifier: BSD-3-Clause */
#include "operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "log.h"
#include "resource.h"

int operation_not_found(const struct bgw_object_type *type, const char *id, struct error *error)
{
	return error_set(error, type->not_found, "no %s has the id \"%.64s\"", type->name, id);
}

struct object *operation_find(const struct control *control, const struct bgw_object_type *type,
			      const char *id, struct error *error)
{
	struct bgw_uuid uuid;
	struct object *object = NULL;

	if (bgw_uuid_parse(id, &uuid) == 0)
		object = model_find(control->model, type, &uuid);
	if (object == NULL)
		operation_not_found(type, id, error);
	return object;
}

/* A reference as a client gives it: an id, or a name that only one object has. */
static int reference_resolve(void *arg, const struct bgw_field *field, const char *text,
			     struct bgw_uuid *id, struct error *error)
{
	const struct control *control = arg;
	const struct bgw_object_type *type = bgw_object_type_find(field->ref);
	const struct object *object;

	if (bgw_uuid_parse(text, id) == 0 && model_find(control->model, type, id) != NULL)
		return 0;
	if (text[0] == '\0')
		return error_set(error, BGW_ERROR_INVALID_INPUT, "must be the id of an existing %s",
				 type->name);
	object = model_match(control->model, type, "name", &text);
	if (object == NULL)
		return error_set(error, type->not_found,
				 "names no %s: \"%.64s\" is neither an id nor a name of one",
				 type->name, text);
	if (model_match_next(object, "name") != NULL)
		return error_set(error, BGW_ERROR_CONFLICT,
				 "names more than one %s: \"%.64s\" is not unique, give the id",
				 type->name, text);
	*id = object_base(object)->id;
	return 0;
}

static bool reference_exists(void *arg, const struct bgw_field *field, const struct bgw_uuid *id)
{
	const struct control *control = arg;

	return model_find(control->model, bgw_object_type_find(field->ref), id) != NULL;
}

/* `count` is how many there would be. */
static int check_capacity(struct control *control, const struct resource *resource, size_t count,
			  struct error *error)
{
	size_t most;

	if (resource->capacity == NULL)
		return 0;
	most = resource->capacity(control);
	if (count <= most)
		return 0;
	return error_set(error, BGW_ERROR_OVER_QUOTA,
			 "there are %zu %s already, all that there may be; delete some or raise %s "
			 "in the configuration",
			 most, resource->type->plural,
			 resource->limit != NULL ? resource->limit : "the limit");
}

static int insert(struct control *control, struct object *object, struct error *error)
{
	if (model_insert(control->model, object) == 0)
		return 0;
	error_set(error, BGW_ERROR_INTERNAL, "no memory for another %s", object->type->name);
	object_free(object);
	return -ENOMEM;
}

static int check_and_insert(struct control *control, const struct resource *resource,
			    struct object *object, struct error *error)
{
	int rc = check_capacity(control, resource, model_count(control->model, resource->type) + 1,
				error);

	if (rc == 0 && resource->validate_create != NULL)
		rc = resource->validate_create(control, object, error);
	if (rc == 0)
		return insert(control, object, error);
	object_free(object);
	return rc;
}

/* Takes the new one, whose references exist. */
static int create(struct control *control, const struct resource *resource, struct object *new,
		  struct object **object, struct error *error)
{
	struct bgw_object *base = object_record_mutable(new);
	const bool has_id = !bgw_uuid_is_nil(&base->id);
	struct object *existing =
		has_id ? model_find(control->model, resource->type, &base->id) : NULL;
	char id[BGW_UUID_TEXT_SIZE];
	int rc;

	if (existing != NULL) {
		rc = object_has(existing, new)
			     ? 0
			     : error_set(error, BGW_ERROR_CONFLICT,
					 "id %s is that of another %s, with other members",
					 bgw_uuid_format(&base->id, id), resource->type->name);
		object_free(new);
		*object = existing;
		return rc;
	}
	if (!has_id && object_identify(new, error) < 0) {
		object_free(new);
		return -EIO;
	}
	*object = new;
	return check_and_insert(control, resource, new, error);
}

static struct record_reader creating(struct control *control)
{
	return (struct record_reader){
		.mode = RECORD_CREATE,
		.resolve = reference_resolve,
		.exists = reference_exists,
		.arg = control,
	};
}

int operation_create(struct control *control, const struct resource *resource, const cJSON *body,
		     struct object **object, struct error *error)
{
	const struct record_reader reader = creating(control);
	struct object *new = object_parse(resource->type, body, &reader, error);

	return new != NULL ? create(control, resource, new, object, error) : -EINVAL;
}

int operation_create_read(struct control *control, const struct resource *resource, void *record,
			  struct object **object, struct error *error)
{
	const struct record_reader reader = creating(control);
	struct object *new;

	if (record_resolve(&resource->type->record, record, &reader, error) < 0) {
		record_clear(&resource->type->record, record);
		return -EINVAL;
	}
	new = object_take(resource->type, record, error);
	return new != NULL ? create(control, resource, new, object, error) : -ENOMEM;
}

static int check_revision(const struct object *object, uint32_t revision, struct error *error)
{
	uint32_t is = object_base(object)->revision;

	if (revision == 0 || revision == is)
		return 0;
	return error_set(error, BGW_ERROR_REVISION_CONFLICT,
			 "revision_number is %u, not %u: the %s was changed meanwhile", is,
			 revision, object->type->name);
}

static int check_and_replace(struct control *control, const struct resource *resource,
			     struct object *old, struct object *new, struct error *error)
{
	int rc = 0;

	if (resource->validate_update != NULL)
		rc = resource->validate_update(control, old, new, error);
	if (rc == 0 && resource->validate_transition != NULL)
		rc = resource->validate_transition(control, old, new, error);
	if (rc == 0 && model_replace(control->model, old, new) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory to update the %s",
			       resource->type->name);
	if (rc < 0)
		object_free(new);
	return rc;
}

int operation_check(struct control *control, const struct resource *resource,
		    const struct object *old, struct object *new, struct error *error)
{
	int rc = 0;

	if (old != NULL)
		return resource->validate_update != NULL
			       ? resource->validate_update(control, old, new, error)
			       : 0;
	rc = check_capacity(control, resource, model_count(control->model, resource->type), error);
	if (rc == 0 && resource->validate_create != NULL)
		rc = resource->validate_create(control, new, error);
	return rc;
}

int operation_update(struct control *control, const struct resource *resource, const char *id,
		     const cJSON *body, uint32_t revision, struct object **object,
		     struct error *error)
{
	const struct record_reader reader = {
		.mode = RECORD_UPDATE,
		.resolve = reference_resolve,
		.arg = control,
	};
	struct object *old = operation_find(control, resource->type, id, error);
	struct object *new;
	int rc;

	if (old == NULL)
		return -ENOENT;
	rc = check_revision(old, revision, error);
	if (rc < 0)
		return rc;
	new = object_merge(old, body, &reader, error);
	if (new == NULL)
		return -EINVAL;
	rc = check_and_replace(control, resource, old, new, error);
	if (rc == 0)
		*object = new;
	return rc;
}

int operation_change(struct control *control, const struct resource *resource, const char *id,
		     const cJSON *body, uint32_t revision, struct error *error)
{
	const struct record_reader reader = {
		.mode = RECORD_UPDATE,
		.resolve = reference_resolve,
		.arg = control,
	};
	const struct bgw_object_type *type = resource->type;
	void *members;
	int rc;

	if (revision != 0)
		return error_set(error, BGW_ERROR_REVISION_CONFLICT,
				 "a %s has no revision_number: leave out If-Match", type->name);
	members = calloc(1, type->record.size);
	if (members == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory to update the %s",
				 type->name);
	rc = record_parse(&type->record, type->name, body, members, &reader, error);
	if (rc == 0)
		rc = resource->change(control, id, members, error);
	record_clear(&type->record, members);
	free(members);
	return rc;
}

/* -EAGAIN when it is late: what uses the object is fewer then, and the next call goes on. */
static int object_delete(struct control *control, const struct resource *resource,
			 struct object *object, bool cascade, uint64_t deadline_ns,
			 struct error *error)
{
	const struct object *user;
	char id[BGW_UUID_TEXT_SIZE], user_id[BGW_UUID_TEXT_SIZE];
	int rc = 0;

	while ((user = model_user(control->model, object)) != NULL) {
		if (!cascade)
			return error_set(
				error, resource->type->in_use,
				"%s %s is in use by %s %s; delete that first", resource->type->name,
				bgw_uuid_format(&object_base(object)->id, id), user->type->name,
				bgw_uuid_format(&object_base(user)->id, user_id));
		rc = object_delete(control, resource_of(user->type), (struct object *)user, true,
				   deadline_ns, error);
		if (rc < 0)
			return rc;
		if (loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	if (resource->validate_delete != NULL)
		rc = resource->validate_delete(control, object, error);
	if (rc == 0 && model_remove(control->model, object) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory to delete the %s",
			       resource->type->name);
	return rc;
}

int operation_delete(struct control *control, const struct resource *resource, const char *id,
		     uint32_t revision, bool cascade, struct error *error)
{
	struct object *object = operation_find(control, resource->type, id, error);
	int rc;

	if (object == NULL)
		return -ENOENT;
	rc = check_revision(object, revision, error);
	if (rc == 0 && resource->retire != NULL)
		return resource->retire(control, object, error);
	return rc < 0 ? rc
		      : object_delete(control, resource, object, cascade,
				      loop_now_ns() + LOOP_SLICE_NS, error);
}

int operation_replay(struct control *control, struct object *object, struct error *error)
{
	const struct resource *resource = resource_of(object->type);
	char id[BGW_UUID_TEXT_SIZE];
	struct error why;
	bool valid = resource != NULL;
	int rc;

	if (valid && resource->validate_create != NULL &&
	    resource->validate_create(control, object, &why) < 0) {
		log_error("%s %s is kept but has no effect: %s", object->type->name,
			  bgw_uuid_format(&object_base(object)->id, id), why.message);
		valid = false;
	}
	rc = insert(control, object, error);
	if (rc == 0 && valid && resource->publish != NULL)
		resource->publish(control, NULL, object);
	/* It is in the store already. */
	model_accept(control->model);
	return rc;
}
