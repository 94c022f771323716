/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "value.h"

#define PRESET_MAX 128

void *record_member(void *at, const struct bgw_field *field)
{
	return (char *)at + field->offset;
}

const void *record_member_const(const void *at, const struct bgw_field *field)
{
	return (const char *)at + field->offset;
}

static bool is_stored(const struct bgw_field *field)
{
	return (field->flags & BGW_FIELD_RUNTIME) == 0;
}

static bool is_list(const struct bgw_field *field)
{
	return (field->flags & BGW_FIELD_LIST) != 0;
}

static uint64_t field_bit(const struct bgw_record *record, const struct bgw_field *field)
{
	return UINT64_C(1) << (field - record->fields);
}

bool record_given(const struct bgw_record *record, const void *at, const struct bgw_field *field)
{
	return (*(const uint64_t *)at & field_bit(record, field)) != 0;
}

static void *list_item(const struct bgw_field *field, const struct bgw_list *list, uint32_t i)
{
	return (char *)list->items + i * bgw_field_size(field);
}

static void element_clear(const struct bgw_field *field, void *at)
{
	if (field->type == BGW_RECORD)
		record_clear(field->record, at);
	else
		value_clear(field, at);
}

static void member_clear(const struct bgw_field *field, void *at)
{
	struct bgw_list *list = at;

	if (!is_list(field)) {
		element_clear(field, at);
		return;
	}
	for (uint32_t i = 0; i < list->count; i++)
		element_clear(field, list_item(field, list, i));
	free(list->items);
	*list = (struct bgw_list){0};
}

void record_clear(const struct bgw_record *record, void *at)
{
	for (uint32_t i = 0; i < record->count; i++)
		if (is_stored(&record->fields[i]))
			member_clear(&record->fields[i], record_member(at, &record->fields[i]));
	memset(at, 0, record->size);
}

static int list_allocate(const struct bgw_field *field, struct bgw_list *list, uint32_t count)
{
	list->count = 0;
	list->items = count != 0 ? calloc(count, bgw_field_size(field)) : NULL;
	return count != 0 && list->items == NULL ? -ENOMEM : 0;
}

static int list_preset(const struct bgw_field *field, struct bgw_list *list)
{
	char text[PRESET_MAX];
	char *rest = text, *item;
	uint32_t count = 1;
	int rc;

	snprintf(text, sizeof(text), "%s", field->preset);
	for (const char *c = text; *c != '\0'; c++)
		count += *c == ',';
	rc = list_allocate(field, list, count);
	while (rc == 0 && (item = strsep(&rest, ",")) != NULL) {
		rc = value_parse(field, item, list_item(field, list, list->count));
		list->count += rc == 0;
	}
	return rc;
}

static int member_preset(const struct bgw_field *field, void *at)
{
	if (!is_list(field) && field->type == BGW_RECORD)
		return record_preset(field->record, at);
	if (field->preset == NULL)
		return 0;
	return is_list(field) ? list_preset(field, at) : value_parse(field, field->preset, at);
}

int record_preset(const struct bgw_record *record, void *at)
{
	memset(at, 0, record->size);
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		int rc = is_stored(field) ? member_preset(field, record_member(at, field)) : 0;

		if (rc < 0) {
			record_clear(record, at);
			return rc;
		}
	}
	return 0;
}

static int element_copy(const struct bgw_field *field, void *to, const void *from)
{
	return field->type == BGW_RECORD ? record_copy(field->record, to, from)
					 : value_copy(field, to, from);
}

static int member_copy(const struct bgw_field *field, void *to, const void *from)
{
	const struct bgw_list *source = from;
	struct bgw_list *list = to;
	int rc;

	if (!is_list(field))
		return element_copy(field, to, from);
	rc = list_allocate(field, list, source->count);
	while (rc == 0 && list->count < source->count) {
		rc = element_copy(field, list_item(field, list, list->count),
				  list_item(field, source, list->count));
		list->count += rc == 0;
	}
	return rc;
}

int record_copy(const struct bgw_record *record, void *to, const void *from)
{
	memset(to, 0, record->size);
	*(uint64_t *)to = *(const uint64_t *)from;
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if (is_stored(field) && member_copy(field, record_member(to, field),
						    record_member_const(from, field)) < 0) {
			record_clear(record, to);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Where in the body the reader is, for error messages; a stack of the frames that read it. */
struct path {
	const struct path *up;
	const char *name;
	uint32_t index; /* of a list element, when name is NULL */
};

static void path_format(const struct path *path, char *text, size_t size)
{
	size_t used;

	text[0] = '\0';
	if (path->up != NULL)
		path_format(path->up, text, size);
	used = strlen(text);
	if (path->name == NULL)
		snprintf(text + used, size - used, "[%u]", path->index);
	else if (path->name[0] == '\0')
		snprintf(text + used, size - used, "%s\"\"", used != 0 ? "." : "");
	else
		snprintf(text + used, size - used, "%s%.64s", used != 0 ? "." : "", path->name);
}

static int fail(const struct path *path, struct error *error, enum bgw_error code,
		const char *sentence)
{
	char where[200];

	path_format(path, where, sizeof(where));
	return error_set(error, code, "%s %s", where, sentence);
}

static int fail_value(const struct bgw_field *field, const struct path *path, bool list,
		      struct error *error)
{
	char wanted[160], sentence[240];

	value_describe(field, wanted, sizeof(wanted));
	snprintf(sentence, sizeof(sentence), "must be %s%s", list ? "a list, each element " : "",
		 wanted);
	return fail(path, error, BGW_ERROR_INVALID_INPUT, sentence);
}

static int fail_unknown(const struct bgw_record *record, const struct path *path,
			struct error *error)
{
	char sentence[400];
	size_t used = (size_t)snprintf(sentence, sizeof(sentence), "is not a member; members are");
	const char *comma = "";

	for (uint32_t i = 0; i < record->count && used < sizeof(sentence); i++)
		if (is_stored(&record->fields[i])) {
			used += (size_t)snprintf(sentence + used, sizeof(sentence) - used, "%s %s",
						 comma, record->fields[i].name);
			comma = ",";
		}
	return fail(path, error, BGW_ERROR_INVALID_INPUT, sentence);
}

static int object_read(const struct bgw_record *record, const cJSON *json, void *at,
		       const struct record_reader *reader, const struct path *path,
		       struct error *error);

/* Names are shown on terminals and in lines of logs. What is stored already stays. */
static bool is_displayable(const struct bgw_field *field, const cJSON *json,
			   const struct record_reader *reader)
{
	return field->type != BGW_STRING || !cJSON_IsString(json) || reader->mode == RECORD_LOAD ||
	       json_text_is_displayable(json->valuestring, (field->flags & BGW_FIELD_LINES) != 0);
}

static int element_read(const struct bgw_field *field, const cJSON *json, void *at,
			const struct record_reader *reader, const struct path *path,
			struct error *error)
{
	struct error why;
	int rc;

	if (field->type == BGW_RECORD && cJSON_IsObject(json))
		return object_read(field->record, json, at, reader, path, error);
	if (field->type == BGW_REF && reader->resolve != NULL && cJSON_IsString(json)) {
		rc = reader->resolve(reader->arg, field, json->valuestring, at, &why);
		return rc < 0 ? fail(path, error, why.code, why.message) : 0;
	}
	rc = is_displayable(field, json, reader) ? value_parse_json(field, json, at) : -EINVAL;
	if (rc == -ENOMEM)
		return fail(path, error, BGW_ERROR_INTERNAL, "found no memory");
	return rc < 0 ? fail_value(field, path, false, error) : 0;
}

static int list_read(const struct bgw_field *field, const cJSON *json, struct bgw_list *list,
		     const struct record_reader *reader, const struct path *path,
		     struct error *error)
{
	struct record_reader item_reader = *reader;
	uint32_t most = field->max_items != 0 ? field->max_items : BGW_LIST_MAX_ITEMS;
	const cJSON *item;
	char sentence[64];

	if (!cJSON_IsArray(json))
		return fail_value(field, path, true, error);
	if (json->child == NULL && (field->flags & BGW_FIELD_NONEMPTY) != 0)
		return fail(path, error, BGW_ERROR_INVALID_INPUT, "must not be an empty list");
	if ((uint32_t)cJSON_GetArraySize(json) > most) {
		snprintf(sentence, sizeof(sentence), "must have at most %u elements", most);
		return fail(path, error, BGW_ERROR_INVALID_INPUT, sentence);
	}
	if (list_allocate(field, list, (uint32_t)cJSON_GetArraySize(json)) < 0)
		return fail(path, error, BGW_ERROR_INTERNAL, "found no memory");
	/* The list is replaced, so its elements are new, whatever becomes of the whole. */
	if (item_reader.mode == RECORD_UPDATE)
		item_reader.mode = RECORD_CREATE;
	cJSON_ArrayForEach (item, json) {
		struct path here = {path, NULL, list->count};
		void *at = list_item(field, list, list->count++);

		if (field->type == BGW_RECORD && record_preset(field->record, at) < 0)
			return fail(&here, error, BGW_ERROR_INTERNAL, "found no memory");
		if (element_read(field, item, at, &item_reader, &here, error) < 0)
			return -EINVAL;
	}
	return 0;
}

static bool may_give(const struct bgw_field *field, enum record_mode mode)
{
	if (!is_stored(field))
		return false;
	if (mode == RECORD_LOAD)
		return true;
	return (field->flags & (mode == RECORD_CREATE ? BGW_FIELD_CREATE : BGW_FIELD_UPDATE)) != 0;
}

static int member_read(const struct bgw_record *record, const struct bgw_field *field,
		       const cJSON *json, void *at, const struct record_reader *reader,
		       const struct path *path, struct error *error)
{
	void *member = record_member(at, field);
	bool merges = field->type == BGW_RECORD && !is_list(field);
	bool unset = cJSON_IsNull(json) ||
		     (field->type == BGW_TAGS && (field->flags & BGW_FIELD_NULLABLE) != 0 &&
		      cJSON_IsString(json) && json->valuestring[0] == '\0');

	if (!may_give(field, reader->mode)) {
		if (cJSON_IsNull(json))
			return 0;
		return fail(path, error, BGW_ERROR_INVALID_INPUT,
			    (field->flags & BGW_FIELD_CREATE) != 0 ? "cannot be changed"
								   : "is read-only");
	}
	if (unset && (reader->mode != RECORD_UPDATE || (field->flags & BGW_FIELD_NULLABLE) == 0))
		return 0;
	if (!merges)
		member_clear(field, member);
	if (unset) {
		*(uint64_t *)at &= ~field_bit(record, field);
		return member_preset(field, member) < 0
			       ? fail(path, error, BGW_ERROR_INTERNAL, "found no memory")
			       : 0;
	}
	*(uint64_t *)at |= field_bit(record, field);
	return is_list(field) ? list_read(field, json, member, reader, path, error)
			      : element_read(field, json, member, reader, path, error);
}

/* A client that sends back an answer gives echoed members under both names. */
static bool is_echo(const struct bgw_record *record, const struct bgw_field *field,
		    const cJSON *json, const cJSON *again)
{
	const cJSON *first = json->child;

	while (bgw_field_find(record, first->string) != field)
		first = first->next;
	return (field->flags & BGW_FIELD_ECHO) != 0 && cJSON_Compare(first, again, true);
}

static int object_read(const struct bgw_record *record, const cJSON *json, void *at,
		       const struct record_reader *reader, const struct path *path,
		       struct error *error)
{
	uint64_t seen = 0, missing;
	const cJSON *item;

	cJSON_ArrayForEach (item, json) {
		const struct bgw_field *field = bgw_field_find(record, item->string);
		struct path here = {path, item->string, 0};

		if (field == NULL)
			return fail_unknown(record, &here, error);
		if ((seen & field_bit(record, field)) != 0 && !is_echo(record, field, json, item))
			return fail(&here, error, BGW_ERROR_INVALID_INPUT, "is given twice");
		seen |= field_bit(record, field);
		if (member_read(record, field, item, at, reader, &here, error) < 0)
			return -EINVAL;
	}
	if (reader->mode == RECORD_UPDATE)
		return 0;
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		struct path here = {path, field->name, 0};

		missing = (field->flags & BGW_FIELD_REQUIRED) != 0 ? field_bit(record, field) : 0;
		if ((missing & ~*(const uint64_t *)at) != 0) {
			char wanted[160], sentence[200];

			value_describe(field, wanted, sizeof(wanted));
			snprintf(sentence, sizeof(sentence), "is required: %s", wanted);
			return fail(&here, error, BGW_ERROR_INVALID_INPUT, sentence);
		}
	}
	return 0;
}

int record_parse(const struct bgw_record *record, const char *name, const cJSON *json, void *at,
		 const struct record_reader *reader, struct error *error)
{
	if (!cJSON_IsObject(json))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "%s must be an object, {\"member\": value, ...}", name);
	return object_read(record, json, at, reader, NULL, error);
}

static int references_resolve(const struct bgw_record *record, void *at,
			      const struct record_reader *reader, const struct path *path,
			      struct error *error);

static int reference_resolve(const struct bgw_field *field, void *at,
			     const struct record_reader *reader, const struct path *path,
			     struct error *error)
{
	char text[BGW_UUID_TEXT_SIZE];
	struct error why;

	if (field->type == BGW_RECORD)
		return references_resolve(field->record, at, reader, path, error);
	if (reader->exists != NULL && reader->exists(reader->arg, field, at))
		return 0;
	if (reader->resolve(reader->arg, field, bgw_uuid_format(at, text), at, &why) == 0)
		return 0;
	return fail(path, error, why.code, why.message);
}

static int references_resolve(const struct bgw_record *record, void *at,
			      const struct record_reader *reader, const struct path *path,
			      struct error *error)
{
	int rc = 0;

	for (uint32_t f = 0; f < record->count && rc == 0; f++) {
		const struct bgw_field *field = &record->fields[f];
		const struct path here = {path, field->name, 0};
		void *member = record_member(at, field);

		if ((field->type != BGW_REF && field->type != BGW_RECORD) ||
		    !record_given(record, at, field))
			continue;
		if (!is_list(field)) {
			rc = reference_resolve(field, member, reader, &here, error);
			continue;
		}
		for (uint32_t i = 0; i < ((struct bgw_list *)member)->count && rc == 0; i++) {
			const struct path item = {&here, NULL, i};

			rc = reference_resolve(field, list_item(field, member, i), reader, &item,
					       error);
		}
	}
	return rc;
}

int record_resolve(const struct bgw_record *record, void *at, const struct record_reader *reader,
		   struct error *error)
{
	return references_resolve(record, at, reader, NULL, error);
}

static bool member_has(const struct bgw_field *field, const void *at, const void *wanted);

bool record_has(const struct bgw_record *record, const void *at, const void *wanted)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if (!is_stored(field) || !record_given(record, wanted, field))
			continue;
		if ((field->flags & BGW_FIELD_NULLABLE) != 0 && !record_given(record, at, field))
			return false;
		if (!member_has(field, record_member_const(at, field),
				record_member_const(wanted, field)))
			return false;
	}
	return true;
}

static bool element_has(const struct bgw_field *field, const void *at, const void *wanted)
{
	return field->type == BGW_RECORD ? record_has(field->record, at, wanted)
					 : value_compare(field, at, wanted) == 0;
}

static bool member_has(const struct bgw_field *field, const void *at, const void *wanted)
{
	const struct bgw_list *list = at, *wanted_list = wanted;

	if (!is_list(field))
		return element_has(field, at, wanted);
	if (list->count != wanted_list->count)
		return false;
	for (uint32_t i = 0; i < list->count; i++)
		if (!element_has(field, list_item(field, list, i),
				 list_item(field, wanted_list, i)))
			return false;
	return true;
}

bool record_is_update(const struct bgw_record *record, const void *a, const void *b)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];
		const bool given = record_given(record, a, field);

		if (!is_stored(field) || (field->flags & BGW_FIELD_UPDATE) != 0)
			continue;
		if (given != record_given(record, b, field) ||
		    (given && !member_has(field, record_member_const(a, field),
					  record_member_const(b, field))))
			return false;
	}
	return true;
}
