/* SPDX-License-Identifier: BSD-3-Clause */
#include "restore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "kept_answer.h"
#include "operation.h"
#include "resource.h"
#include "store.h"

#define ITEMS_A_CHECK 16

enum step {
	STEP_DELETE, /* what refers before what is referred to */
	STEP_PUT,    /* what is referred to first */
	STEP_CHECK,  /* all of them are in place: two that change places are no conflict */
	STEP_DONE,
};

struct restore {
	struct model *wanted; /* without what is in place already */
	enum step step;
	unsigned int type;
	struct object *next;
	bool is_in_type;
	bool is_begun;
	size_t checked; /* up to where in the journal */
	struct restore_counts counts;
};

static int load(void *arg, struct object *object, struct error *error)
{
	struct model *wanted = arg;
	const struct bgw_uuid *id = &object_base(object)->id;
	char text[BGW_UUID_TEXT_SIZE];
	int rc = 0;

	/* What was agreed with peers since then, or before, is not for one side to restore. */
	if (object->type == &kept_answer_type || object->type == &bgw_l3_negotiation_type) {
		object_free(object);
		return 0;
	}
	if (bgw_uuid_is_nil(id))
		rc = error_set(error, BGW_ERROR_INVALID_INPUT, "the backup has a %s without id",
			       object->type->name);
	else if (model_find(wanted, object->type, id) != NULL)
		rc = error_set(error, BGW_ERROR_INVALID_INPUT, "the backup has %s %s twice",
			       object->type->name, bgw_uuid_format(id, text));
	else if (model_insert(wanted, object) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory for the backup");
	if (rc < 0)
		object_free(object);
	return rc;
}

static int check_references(const struct model *wanted, const struct object *object,
			    struct error *error)
{
	const struct bgw_record *record = &object->type->record;
	char id[BGW_UUID_TEXT_SIZE], missing[BGW_UUID_TEXT_SIZE];

	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		const struct bgw_uuid *to;

		if (field->type != BGW_REF || (field->flags & BGW_FIELD_RUNTIME) != 0 ||
		    !record_given(record, object_record(object), field))
			continue;
		to = record_member_const(object_record(object), field);
		if (model_find(wanted, bgw_object_type_find(field->ref), to) == NULL)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "in the backup %s of %s %s is %s, and there is no such %s",
					 field->name, object->type->name,
					 bgw_uuid_format(&object_base(object)->id, id),
					 bgw_uuid_format(to, missing), field->ref);
	}
	return 0;
}

static int check_all_references(const struct model *wanted, struct error *error)
{
	int rc = 0;

	for (unsigned int t = 0; model_type(t) != NULL && rc == 0; t++) {
		const struct object *object = model_first(wanted, model_type(t));

		for (; object != NULL && rc == 0; object = object->next)
			rc = check_references(wanted, object, error);
	}
	return rc;
}

struct restore *restore_read(const void *bytes, size_t length, struct error *error)
{
	struct store *store = store_open_copy(bytes, length, error);
	struct restore *restore = store != NULL ? calloc(1, sizeof(*restore)) : NULL;
	int rc = -ENOMEM;

	if (restore != NULL && (restore->wanted = model_create()) != NULL) {
		rc = store_load(store, load, restore->wanted, error);
		if (rc == 0)
			rc = check_all_references(restore->wanted, error);
		if (error->code == BGW_ERROR_STORE)
			error->code = BGW_ERROR_INVALID_INPUT;
	} else if (store != NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for the backup");
	}
	store_close(store);
	if (rc == 0) {
		model_accept(restore->wanted);
		return restore;
	}
	restore_free(restore);
	return NULL;
}

void restore_free(struct restore *restore)
{
	if (restore == NULL)
		return;
	model_destroy(restore->wanted);
	free(restore);
}

static bool is_of_the_file(const struct bgw_object_type *type)
{
	return type != &bgw_port_type && type != &kept_answer_type &&
	       type != &bgw_l3_negotiation_type;
}

static int delete_one(struct restore *restore, struct control *control, struct object *object,
		      struct error *error)
{
	const struct resource *resource = resource_of(object->type);
	int rc = 0;

	if (model_find(restore->wanted, object->type, &object_base(object)->id) != NULL)
		return 0;
	if (resource->validate_delete != NULL)
		rc = resource->validate_delete(control, object, error);
	if (rc == 0 && model_remove(control->model, object) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory to restore");
	restore->counts.deleted += rc == 0;
	return rc;
}

static int put_port(struct restore *restore, struct control *control, struct object *wanted,
		    struct error *error)
{
	const struct bgw_port *port = object_record(wanted);
	const struct object *is = model_match(control->model, &bgw_port_type, "name", &port->name);
	char id[BGW_UUID_TEXT_SIZE];
	struct object *now;
	cJSON *body;
	int rc;

	if (is == NULL)
		return 0;
	if (((const struct bgw_port *)object_record(is))->admin_state_up == port->admin_state_up) {
		restore->counts.unchanged++;
		return 0;
	}
	body = cJSON_CreateObject();
	cJSON_AddBoolToObject(body, "admin_state_up", port->admin_state_up);
	rc = operation_update(control, resource_of(&bgw_port_type),
			      bgw_uuid_format(&object_base(is)->id, id), body, 0, &now, error);
	cJSON_Delete(body);
	restore->counts.updated += rc == 0;
	return rc;
}

static bool is_same(const struct object *a, const struct object *b)
{
	return object_has(a, b) && object_has(b, a);
}

/* What no update could make of it is another object with the same id. */
static int place(struct control *control, struct object *is, struct object *wanted)
{
	int rc;

	if (is == NULL)
		return model_insert(control->model, wanted);
	if (!record_is_update(&is->type->record, object_record(is), object_record(wanted))) {
		rc = model_remove(control->model, is);
		return rc == 0 ? model_insert(control->model, wanted) : rc;
	}
	wanted->runtime = is->runtime;
	return model_replace(control->model, is, wanted);
}

static int put_one(struct restore *restore, struct control *control, struct object *wanted,
		   struct error *error)
{
	struct bgw_object *base = object_record_mutable(wanted);
	struct object *is = model_find(control->model, wanted->type, &base->id);
	int rc;

	if (wanted->type == &bgw_port_type)
		return put_port(restore, control, wanted, error);
	if (is != NULL && is_same(is, wanted)) {
		restore->counts.unchanged++;
		return 0;
	}
	model_release(restore->wanted, wanted);
	wanted->seq = 0;
	if (is != NULL)
		base->revision = object_base(is)->revision + 1;
	rc = place(control, is, wanted);
	if (rc < 0) {
		object_free(wanted);
		return error_set(error, BGW_ERROR_INTERNAL, "no memory to restore");
	}
	if (is != NULL)
		restore->counts.updated++;
	else
		restore->counts.created++;
	return 0;
}

static const struct model *model_of(const struct restore *restore, const struct control *control)
{
	return restore->step == STEP_DELETE ? control->model : restore->wanted;
}

/* The next type of the step, or the next step. */
static void type_end(struct restore *restore)
{
	restore->is_in_type = false;
	if (restore->step == STEP_PUT) {
		if (model_type(++restore->type) == NULL)
			restore->step = STEP_CHECK;
	} else if (restore->type-- == 0) {
		restore->type = 0;
		restore->step = STEP_PUT;
	}
}

static int type_stage(struct restore *restore, struct control *control, uint64_t deadline_ns,
		      struct error *error)
{
	const struct bgw_object_type *type = model_type(restore->type);
	unsigned int n = 0;
	int rc = 0;

	if (restore->step == STEP_DELETE && !is_of_the_file(type))
		return 0;
	if (!restore->is_in_type)
		restore->next = model_first(model_of(restore, control), type);
	restore->is_in_type = true;
	while (restore->next != NULL && rc == 0) {
		struct object *object = restore->next;

		if (++n % ITEMS_A_CHECK == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
		restore->next = object->next;
		rc = restore->step == STEP_DELETE ? delete_one(restore, control, object, error)
						  : put_one(restore, control, object, error);
	}
	return rc;
}

static int check_stage(struct restore *restore, struct control *control, uint64_t deadline_ns,
		       struct error *error)
{
	size_t count;
	const struct change *changes = model_changes(control->model, &count);
	unsigned int n = 0;
	int rc = 0;

	for (; restore->checked < count && rc == 0; restore->checked++) {
		const struct change *change = &changes[restore->checked];

		if (++n % ITEMS_A_CHECK == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
		if (change->new != NULL && is_of_the_file(change->new->type))
			rc = operation_check(control, resource_of(change->new->type), change->old,
					     change->new, error);
	}
	return rc;
}

static void begin(struct restore *restore, struct control *control)
{
	restore->is_begun = true;
	model_changes(control->model, &restore->checked);
	while (model_type(restore->type + 1) != NULL)
		restore->type++;
}

int restore_stage(struct restore *restore, struct control *control, struct error *error)
{
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	int rc = 0;

	if (!restore->is_begun)
		begin(restore, control);
	while (restore->step < STEP_CHECK && rc == 0) {
		rc = type_stage(restore, control, deadline_ns, error);
		if (rc == 0)
			type_end(restore);
	}
	if (rc == 0 && restore->step == STEP_CHECK)
		rc = check_stage(restore, control, deadline_ns, error);
	if (rc == 0)
		restore->step = STEP_DONE;
	return rc;
}

const struct restore_counts *restore_counts(const struct restore *restore)
{
	return &restore->counts;
}
