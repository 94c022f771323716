/* SPDX-License-Identifier: BSD-3-Clause */
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const struct bgw_object *object_base(const struct object *object)
{
	return object_record(object);
}

const char *object_name(const struct object *object)
{
	const struct bgw_field *field = bgw_field_find(&object->type->record, "name");
	const char *name = NULL;

	if (field != NULL)
		name = *(char *const *)record_member_const(object_record(object), field);
	return name != NULL ? name : "";
}

static unsigned int link_count(const struct bgw_object_type *type)
{
	unsigned int count = 1;

	for (uint32_t i = 0; i < type->record.count; i++)
		count += (type->record.fields[i].flags & BGW_FIELD_INDEX) != 0;
	return count;
}

static struct object *object_allocate(const struct bgw_object_type *type)
{
	const unsigned int links = link_count(type);
	struct object *object =
		calloc(1, sizeof(*object) + links * sizeof(object->links[0]) + type->record.size);

	if (object != NULL) {
		object->type = type;
		object->record = &object->links[links];
	}
	return object;
}

static int preset(const struct bgw_object_type *type, void *record)
{
	const int rc = record_preset(&type->record, record);

	if (rc == 0)
		((struct bgw_object *)record)->revision = 1;
	return rc;
}

struct object *object_create(const struct bgw_object_type *type)
{
	struct object *object = object_allocate(type);

	if (object == NULL)
		return NULL;
	if (preset(type, object->record) < 0) {
		free(object);
		errno = ENOMEM;
		return NULL;
	}
	return object;
}

void object_free(struct object *object)
{
	if (object == NULL)
		return;
	if (object->holds != 0) {
		object->is_freed = true;
		object->runtime = NULL;
		return;
	}
	record_clear(&object->type->record, object_record_mutable(object));
	free(object);
}

void object_hold(const struct object *object)
{
	((struct object *)object)->holds++;
}

void object_release(const struct object *object)
{
	struct object *held = (struct object *)object;

	if (--held->holds == 0 && held->is_freed)
		object_free(held);
}

int object_identify(struct object *object, struct error *error)
{
	/* The system gives up to 256 bytes whole; asking it for each object takes longer than all
	 * else. */
	static uint8_t pool[256];
	static size_t left;
	struct bgw_object *base = object_record_mutable(object);
	uint8_t *bytes = base->id.bytes;

	if (left == 0) {
		if (getrandom(pool, sizeof(pool), 0) != sizeof(pool))
			return error_set(error, BGW_ERROR_INTERNAL,
					 "the system has no random numbers");
		left = sizeof(pool);
	}
	left -= sizeof(base->id.bytes);
	memcpy(bytes, pool + left, sizeof(base->id.bytes));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	return 0;
}

static int fail_memory(const struct bgw_object_type *type, struct error *error)
{
	return error_set(error, BGW_ERROR_INTERNAL, "no memory for another %s", type->name);
}

struct object *object_parse(const struct bgw_object_type *type, const cJSON *json,
			    const struct record_reader *reader, struct error *error)
{
	struct object *object = object_allocate(type);

	if (object == NULL) {
		fail_memory(type, error);
		return NULL;
	}
	if (object_record_read(type, json, reader, object->record, error) == 0)
		return object;
	free(object);
	return NULL;
}

int object_record_read(const struct bgw_object_type *type, const cJSON *json,
		       const struct record_reader *reader, void *record, struct error *error)
{
	int rc;

	if (preset(type, record) < 0)
		return fail_memory(type, error);
	rc = record_parse(&type->record, type->name, json, record, reader, error);
	if (rc < 0)
		record_clear(&type->record, record);
	return rc;
}

struct object *object_take(const struct bgw_object_type *type, void *record, struct error *error)
{
	struct object *object = object_allocate(type);

	if (object == NULL) {
		record_clear(&type->record, record);
		fail_memory(type, error);
		return NULL;
	}
	memcpy(object->record, record, type->record.size);
	memset(record, 0, type->record.size);
	return object;
}

struct object *object_merge(const struct object *object, const cJSON *json,
			    const struct record_reader *reader, struct error *error)
{
	const struct bgw_record *record = &object->type->record;
	struct object *merged = object_allocate(object->type);

	if (merged == NULL || record_copy(record, merged->record, object->record) < 0) {
		free(merged);
		error_set(error, BGW_ERROR_INTERNAL, "no memory to update the %s",
			  object->type->name);
		return NULL;
	}
	merged->runtime = object->runtime;
	((struct bgw_object *)object_record_mutable(merged))->revision++;
	if (record_parse(record, object->type->name, json, object_record_mutable(merged), reader,
			 error) < 0) {
		object_free(merged);
		return NULL;
	}
	return merged;
}

bool object_has(const struct object *object, const struct object *wanted)
{
	return record_has(&wanted->type->record, object_record(object), object_record(wanted));
}

bool object_given(const struct object *object, const char *member)
{
	return bgw_object_given(object->type, object_record(object), member);
}
