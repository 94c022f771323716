/* SPDX-License-Identifier: BSD-3-Clause */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kept_answer.h"
#include "loop.h"
#include "value.h"

#define FIRST_BUCKETS 64
/* Each time every object is visited, so rather few times. */
#define GROWTH	  4
#define MAX_TYPES 32
#define MAX_LINKS 16

/* A hash table whose chains run through the links of the objects. */
struct table {
	const struct bgw_field *field;
	struct object **buckets;
	size_t mask;
	size_t count;
};

struct type_objects {
	const struct bgw_object_type *type;
	struct object *first, *last;
	size_t count;
	unsigned int table_count;
	struct table tables[MAX_LINKS]; /* 0 is by id */
};

struct model {
	struct type_objects types[MAX_TYPES];
	struct change *changes;
	size_t change_count, change_size;
	size_t accepted; /* so many of them were freed */
};

static const struct bgw_object_type *const unseen_types[] = {&kept_answer_type, NULL};

const struct bgw_object_type *model_type(unsigned int i)
{
	unsigned int n = 0;

	for (unsigned int t = 0; bgw_object_types[t] != NULL; t++)
		if ((bgw_object_types[t]->flags & BGW_TYPE_VIRTUAL) == 0 && n++ == i)
			return bgw_object_types[t];
	return unseen_types[i - n];
}

bool model_type_is_shown(const struct bgw_object_type *type)
{
	for (unsigned int i = 0; unseen_types[i] != NULL; i++)
		if (unseen_types[i] == type)
			return false;
	return true;
}

const struct bgw_object_type *model_type_find(const char *name)
{
	const struct bgw_object_type *type;

	for (unsigned int i = 0; (type = model_type(i)) != NULL; i++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

static struct type_objects *objects_of(const struct model *model,
				       const struct bgw_object_type *type)
{
	for (unsigned int i = 0; i < MAX_TYPES && model->types[i].type != NULL; i++)
		if (model->types[i].type == type)
			return (struct type_objects *)&model->types[i];
	return NULL;
}

static const void *key_of(const struct table *table, const struct object *object)
{
	return record_member_const(object_record(object), table->field);
}

static size_t bucket_of(const struct table *table, const void *key)
{
	return value_hash(table->field, key) & table->mask;
}

static void chain_push(struct object **head, struct object *object, unsigned int i)
{
	struct object_link *link = &object->links[i];

	link->next = *head;
	link->previous = head;
	if (*head != NULL)
		(*head)->links[i].previous = &link->next;
	*head = object;
}

static void chain_remove(struct object *object, unsigned int i)
{
	struct object_link *link = &object->links[i];

	*link->previous = link->next;
	if (link->next != NULL)
		link->next->links[i].previous = link->previous;
}

/* Without memory the table stays as it is, only slower. */
static void table_grow(struct table *table, unsigned int i, size_t size)
{
	size_t old_size = table->mask + 1;
	struct object **old = table->buckets;
	struct object **buckets = calloc(size, sizeof(*buckets));

	if (buckets == NULL)
		return;
	table->buckets = buckets;
	table->mask = size - 1;
	for (size_t b = 0; b < old_size; b++) {
		struct object *object = old[b], *next;

		for (; object != NULL; object = next) {
			next = object->links[i].next;
			chain_push(&buckets[bucket_of(table, key_of(table, object))], object, i);
		}
	}
	free(old);
}

static void tables_insert(struct type_objects *objects, struct object *object)
{
	for (unsigned int i = 0; i < objects->table_count; i++) {
		struct table *table = &objects->tables[i];

		if (++table->count > table->mask)
			table_grow(table, i, (table->mask + 1) * GROWTH);
		chain_push(&table->buckets[bucket_of(table, key_of(table, object))], object, i);
	}
}

static void tables_remove(struct type_objects *objects, struct object *object)
{
	for (unsigned int i = 0; i < objects->table_count; i++) {
		objects->tables[i].count--;
		chain_remove(object, i);
	}
}

void model_expect(struct model *model, const struct bgw_object_type *type, size_t more)
{
	struct type_objects *objects = objects_of(model, type);

	for (unsigned int i = 0; i < objects->table_count; i++) {
		struct table *table = &objects->tables[i];
		size_t size = table->mask + 1;

		while (size < table->count + more)
			size *= GROWTH;
		if (size > table->mask + 1)
			table_grow(table, i, size);
	}
}

static int type_start(struct type_objects *objects, const struct bgw_object_type *type)
{
	objects->type = type;
	objects->tables[objects->table_count++].field = bgw_field_find(&type->record, "id");
	for (uint32_t f = 0; f < type->record.count; f++)
		if ((type->record.fields[f].flags & BGW_FIELD_INDEX) != 0)
			objects->tables[objects->table_count++].field = &type->record.fields[f];
	for (unsigned int i = 0; i < objects->table_count; i++) {
		objects->tables[i].mask = FIRST_BUCKETS - 1;
		objects->tables[i].buckets = calloc(FIRST_BUCKETS, sizeof(struct object *));
		if (objects->tables[i].buckets == NULL)
			return -ENOMEM;
	}
	return 0;
}

struct model *model_create(void)
{
	struct model *model = calloc(1, sizeof(*model));

	for (unsigned int i = 0; model != NULL && model_type(i) != NULL; i++) {
		if (type_start(&model->types[i], model_type(i)) < 0) {
			model_destroy(model);
			return NULL;
		}
	}
	return model;
}

void model_destroy(struct model *model)
{
	if (model == NULL)
		return;
	model_accept(model);
	for (unsigned int t = 0; t < MAX_TYPES; t++) {
		struct type_objects *objects = &model->types[t];
		struct object *object = objects->first, *next;

		for (; object != NULL; object = next) {
			next = object->next;
			object_free(object);
		}
		for (unsigned int i = 0; i < objects->table_count; i++)
			free(objects->tables[i].buckets);
	}
	free(model->changes);
	free(model);
}

static int journal_add(struct model *model, struct object *old, struct object *new)
{
	if (model->change_count == model->change_size) {
		size_t size = model->change_size != 0 ? model->change_size * 2 : 64;
		struct change *changes = reallocarray(model->changes, size, sizeof(*changes));

		if (changes == NULL)
			return -ENOMEM;
		model->changes = changes;
		model->change_size = size;
	}
	model->changes[model->change_count++] = (struct change){old, new};
	return 0;
}

/* An object's own links still say where it was, so a removal is undone by linking it there again:
 * the journal is unwound in reverse, so its neighbours are those of that moment. */
static void list_link(struct type_objects *objects, struct object *object)
{
	*(object->previous != NULL ? &object->previous->next : &objects->first) = object;
	*(object->next != NULL ? &object->next->previous : &objects->last) = object;
	objects->count++;
}

static void list_unlink(struct type_objects *objects, struct object *object)
{
	*(object->previous != NULL ? &object->previous->next : &objects->first) = object->next;
	*(object->next != NULL ? &object->next->previous : &objects->last) = object->previous;
	objects->count--;
}

static void swap(struct type_objects *objects, struct object *old, struct object *new)
{
	tables_remove(objects, old);
	list_unlink(objects, old);
	new->previous = old->previous;
	new->next = old->next;
	list_link(objects, new);
	tables_insert(objects, new);
}

int model_insert(struct model *model, struct object *object)
{
	struct type_objects *objects = objects_of(model, object->type);

	if (journal_add(model, NULL, object) < 0)
		return -ENOMEM;
	object->previous = objects->last;
	object->next = NULL;
	list_link(objects, object);
	tables_insert(objects, object);
	return 0;
}

int model_replace(struct model *model, struct object *old, struct object *new)
{
	if (journal_add(model, old, new) < 0)
		return -ENOMEM;
	swap(objects_of(model, old->type), old, new);
	return 0;
}

int model_remove(struct model *model, struct object *object)
{
	struct type_objects *objects = objects_of(model, object->type);

	if (journal_add(model, object, NULL) < 0)
		return -ENOMEM;
	tables_remove(objects, object);
	list_unlink(objects, object);
	return 0;
}

const struct change *model_changes(const struct model *model, size_t *count)
{
	*count = model->change_count;
	return model->changes;
}

void model_rollback(struct model *model, size_t mark)
{
	while (model->change_count > mark) {
		struct change *change = &model->changes[--model->change_count];
		struct type_objects *objects = objects_of(
			model, change->new != NULL ? change->new->type : change->old->type);

		if (change->new == NULL) {
			list_link(objects, change->old);
			tables_insert(objects, change->old);
		} else if (change->old == NULL) {
			tables_remove(objects, change->new);
			list_unlink(objects, change->new);
		} else {
			swap(objects, change->new, change->old);
		}
		object_free(change->new);
	}
}

bool model_accept_until(struct model *model, uint64_t deadline_ns)
{
	for (; model->accepted < model->change_count; model->accepted++) {
		/* The clock is read now and then only. */
		if (model->accepted % 64 == 63 && loop_now_ns() >= deadline_ns) {
			object_free(model->changes[model->accepted++].old);
			return false;
		}
		object_free(model->changes[model->accepted].old);
	}
	model->accepted = model->change_count = 0;
	return true;
}

void model_accept(struct model *model)
{
	model_accept_until(model, LOOP_NEVER);
}

void model_release(struct model *model, struct object *object)
{
	struct type_objects *objects = objects_of(model, object->type);

	model_accept(model);
	tables_remove(objects, object);
	list_unlink(objects, object);
}

static struct object *chain_find(const struct table *table, unsigned int i, struct object *from,
				 const void *key)
{
	while (from != NULL && value_compare(table->field, key_of(table, from), key) != 0)
		from = from->links[i].next;
	return from;
}

struct object *model_find(const struct model *model, const struct bgw_object_type *type,
			  const struct bgw_uuid *id)
{
	const struct type_objects *objects = objects_of(model, type);

	if (objects == NULL)
		return NULL;
	return chain_find(&objects->tables[0], 0,
			  objects->tables[0].buckets[bucket_of(&objects->tables[0], id)], id);
}

struct object *model_first(const struct model *model, const struct bgw_object_type *type)
{
	const struct type_objects *objects = objects_of(model, type);

	return objects != NULL ? objects->first : NULL;
}

struct object *model_last(const struct model *model, const struct bgw_object_type *type)
{
	const struct type_objects *objects = objects_of(model, type);

	return objects != NULL ? objects->last : NULL;
}

size_t model_count(const struct model *model, const struct bgw_object_type *type)
{
	const struct type_objects *objects = objects_of(model, type);

	return objects != NULL ? objects->count : 0;
}

struct object *model_match(const struct model *model, const struct bgw_object_type *type,
			   const char *member, const void *value)
{
	const struct type_objects *objects = objects_of(model, type);

	for (unsigned int i = 0; objects != NULL && i < objects->table_count; i++) {
		const struct table *table = &objects->tables[i];

		if (strcmp(table->field->name, member) == 0)
			return chain_find(table, i, table->buckets[bucket_of(table, value)], value);
	}
	return NULL;
}

struct object *model_match_next(const struct object *object, const char *member)
{
	const struct bgw_record *record = &object->type->record;
	unsigned int i = 0;

	for (uint32_t f = 0; f < record->count; f++) {
		struct table table = {.field = &record->fields[f]};

		i += (table.field->flags & BGW_FIELD_INDEX) != 0;
		if (strcmp(table.field->name, member) == 0)
			return chain_find(&table, i, object->links[i].next, key_of(&table, object));
	}
	return NULL;
}

const struct object *model_user(const struct model *model, const struct object *object)
{
	const struct bgw_uuid *id = &object_base(object)->id;

	for (unsigned int t = 0; t < MAX_TYPES && model->types[t].type != NULL; t++) {
		const struct type_objects *objects = &model->types[t];

		for (unsigned int i = 1; i < objects->table_count; i++) {
			const struct table *table = &objects->tables[i];
			struct object *user;

			if (table->field->type != BGW_REF ||
			    strcmp(table->field->ref, object->type->name) != 0)
				continue;
			user = chain_find(table, i, table->buckets[bucket_of(table, id)], id);
			if (user != NULL)
				return user;
		}
	}
	return NULL;
}
