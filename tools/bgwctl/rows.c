/* SPDX-License-Identifier: BSD-3-Clause */
#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "text.h"

#define PIECE_BYTES 65536

static const char *name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static enum outcome file_read(const char *path, struct text *text)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	enum outcome outcome = OUTCOME_OK;
	static char piece[PIECE_BYTES];
	size_t length;

	if (file == NULL)
		return complain(OUTCOME_USAGE, "%s cannot be read: %s", path, strerror(errno));
	text_add(text, "%s", "");
	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add_bytes(text, piece, length);
	if (ferror(file))
		outcome = complain(OUTCOME_USAGE, "%s cannot be read: %s", name_of(path),
				   strerror(errno));
	else if (strlen(text_get(text)) != text->length)
		outcome = complain(OUTCOME_USAGE, "%s is no text: it has a NUL", name_of(path));
	if (file != stdin)
		fclose(file);
	return outcome;
}

/* Whether the command may give the member, or finds the object by it. */
static bool is_of_use(const struct bgw_object_type *type, const struct bgw_field *field,
		      enum purpose purpose)
{
	if (purpose != PURPOSE_CREATE &&
	    (strcmp(field->name, "id") == 0 || field == collection_label(type) ||
	     field == collection_end(type, 0) || field == collection_end(type, 1)))
		return true;
	return purpose != PURPOSE_FILTER && arguments_option(type, field->name, purpose) == field;
}

/* The object inside {"network": {...}}. */
static cJSON *unwrap(cJSON *row, const struct bgw_object_type *type)
{
	if (cJSON_IsObject(row) && row->child != NULL && row->child->next == NULL &&
	    cJSON_IsObject(row->child) && strcmp(row->child->string, type->name) == 0)
		return row->child;
	return row;
}

/* A row of its own with the members that are of use. Unknown ones stay, to be refused by name. */
static cJSON *take_members(const cJSON *object, const struct bgw_object_type *type,
			   enum purpose purpose)
{
	cJSON *row = cJSON_CreateObject();
	const cJSON *member;

	cJSON_ArrayForEach (member, object) {
		const struct bgw_field *field = bgw_field_find(&type->record, member->string);
		const char *name = field != NULL ? field->name : member->string;

		/* Of an update a null unsets; in what a list printed it says nothing. */
		if (cJSON_IsNull(member) && purpose != PURPOSE_UPDATE)
			continue;
		if (field != NULL && !is_of_use(type, field, purpose))
			continue;
		if (cJSON_GetObjectItemCaseSensitive(row, name) == NULL)
			cJSON_AddItemToObject(row, name, cJSON_Duplicate(member, true));
	}
	return row;
}

/* The name of a member that is there twice, NULL if there is none: which of them is meant? */
static const char *given_twice(const cJSON *object)
{
	const cJSON *member, *other;

	cJSON_ArrayForEach (member, object)
		for (other = member->next; other != NULL; other = other->next)
			if (strcmp(member->string, other->string) == 0)
				return member->string;
	return NULL;
}

/* Adds an object of a file to the rows. */
static enum outcome row_add(const struct bgw_object_type *type, enum purpose purpose,
			    const char *path, const cJSON *object, cJSON *rows)
{
	const int number = cJSON_GetArraySize(rows) + 1;
	const char *twice;

	if (!cJSON_IsObject(object))
		return complain(OUTCOME_USAGE, "%s: element %d is no object", name_of(path),
				number);
	twice = given_twice(object);
	if (twice != NULL)
		return complain(OUTCOME_USAGE, "%s: element %d has \"%s\" twice", name_of(path),
				number, twice);
	cJSON_AddItemToArray(rows, take_members(object, type, purpose));
	return OUTCOME_OK;
}

static enum outcome from_json(const struct bgw_object_type *type, enum purpose purpose,
			      const char *path, const char *text, cJSON *rows)
{
	cJSON *json = cJSON_ParseWithOpts(text, NULL, true), *list = json, *item;
	enum outcome outcome = OUTCOME_OK;

	if (json == NULL)
		return complain(OUTCOME_USAGE, "%s is no valid JSON, near \"%.20s\"", name_of(path),
				cJSON_GetErrorPtr());
	if (cJSON_IsObject(json) && json->child != NULL && json->child->next == NULL &&
	    cJSON_IsArray(json->child) && strcmp(json->child->string, type->plural) == 0)
		list = json->child;
	if (cJSON_IsObject(list))
		outcome = row_add(type, purpose, path, unwrap(list, type), rows);
	else
		for (item = list->child; item != NULL && outcome == OUTCOME_OK; item = item->next)
			outcome = row_add(type, purpose, path, unwrap(item, type), rows);
	cJSON_Delete(json);
	return outcome;
}

/* The members that the first line names. */
static enum outcome head_read(const struct bgw_object_type *type, enum purpose purpose,
			      const char *path, const struct csv_line *line,
			      const struct bgw_field **fields)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct bgw_field *field =
			arguments_option(type, line->cells[i], PURPOSE_FILTER);

		if (field == NULL)
			field = arguments_option(type, line->cells[i], purpose);
		if (field == NULL)
			return complain(OUTCOME_USAGE,
					"%s: a %s has no member \"%s\", which the first line names",
					name_of(path), type->name, line->cells[i]);
		fields[i] = is_of_use(type, field, purpose) ? field : NULL;
		for (size_t j = 0; j < i; j++)
			if (fields[j] != NULL && fields[j] == fields[i])
				return complain(OUTCOME_USAGE, "%s: the first line names %s twice",
						name_of(path), field->name);
	}
	return OUTCOME_OK;
}

static enum outcome line_read(const char *path, const struct csv_line *line,
			      const struct bgw_field *const *fields, size_t count, cJSON *rows)
{
	/* Without a client: names become ids later, each asked for once. */
	static struct session nobody;
	cJSON *row = cJSON_CreateObject();
	enum outcome outcome = OUTCOME_OK;

	cJSON_AddItemToArray(rows, row);
	if (line->count != count)
		return complain(OUTCOME_USAGE, "%s: line %zu has %zu cells, the first has %zu",
				name_of(path), line->number, line->count, count);
	for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
		if (fields[i] != NULL && line->cells[i][0] != '\0')
			outcome = arguments_set(&nobody, row, fields[i], line->cells[i]);
	return outcome;
}

static enum outcome from_csv(const struct bgw_object_type *type, enum purpose purpose,
			     const char *path, char *text, cJSON *rows)
{
	struct csv_line line = {0};
	const struct bgw_field **fields;
	enum outcome outcome = OUTCOME_OK;
	size_t number = 0, count;
	int rc = csv_next(&text, &number, &line);

	count = rc > 0 ? line.count : 0;
	fields = must_calloc(count, sizeof(struct bgw_field *));
	if (rc > 0)
		outcome = head_read(type, purpose, path, &line, fields);
	while (rc > 0 && outcome == OUTCOME_OK && (rc = csv_next(&text, &number, &line)) > 0)
		outcome = line_read(path, &line, fields, count, rows);
	if (rc < 0)
		outcome = complain(OUTCOME_USAGE, "%s: line %zu has a quote in the wrong place",
				   name_of(path), line.number);
	free(fields);
	csv_free(&line);
	return outcome;
}

/* Replaces what rows say of a member, a reference to objects that have no names, by ids. Each text
 * is asked for once. */
static enum outcome reference_resolve(struct session *session, const struct bgw_field *field,
				      cJSON *rows)
{
	const struct bgw_object_type *type = bgw_object_type_find(field->ref);
	cJSON *known = cJSON_CreateObject(), *row;
	enum outcome outcome = OUTCOME_OK;

	cJSON_ArrayForEach (row, rows) {
		const char *given =
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, field->name));
		const cJSON *id =
			given != NULL ? cJSON_GetObjectItemCaseSensitive(known, given) : NULL;
		char *found = NULL;

		if (given == NULL)
			continue;
		if (id == NULL) {
			outcome = collection_resolve(session, type, given, &found);
			if (outcome != OUTCOME_OK)
				break;
			id = cJSON_AddStringToObject(known, given, found);
			free(found);
		}
		cJSON_ReplaceItemInObject(row, field->name, cJSON_Duplicate(id, false));
	}
	cJSON_Delete(known);
	return outcome;
}

/* Names are left to the gateway, which knows them, too. */
static enum outcome references_resolve(struct session *session, const struct bgw_object_type *type,
				       cJSON *rows)
{
	enum outcome outcome = OUTCOME_OK;

	for (uint32_t i = 0; i < type->record.count && outcome == OUTCOME_OK; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if (field->ref != NULL &&
		    collection_label(bgw_object_type_find(field->ref)) == NULL)
			outcome = reference_resolve(session, field, rows);
	}
	return outcome;
}

enum outcome rows_read(struct session *session, const struct bgw_object_type *type,
		       enum purpose purpose, const char *path, cJSON **rows)
{
	struct text text = {NULL, 0};
	enum outcome outcome = file_read(path, &text);
	static const char byte_order_mark[] = "\xef\xbb\xbf"; /* of spreadsheets */
	char *content = text.bytes;
	const char *begin = "";

	*rows = cJSON_CreateArray();
	if (outcome == OUTCOME_OK) {
		if (strncmp(content, byte_order_mark, strlen(byte_order_mark)) == 0)
			content += strlen(byte_order_mark);
		begin = content + strspn(content, " \t\r\n");
	}
	if (outcome == OUTCOME_OK && (*begin == '[' || *begin == '{'))
		outcome = from_json(type, purpose, path, begin, *rows);
	else if (outcome == OUTCOME_OK)
		outcome = from_csv(type, purpose, path, content, *rows);
	if (outcome == OUTCOME_OK && (*rows)->child == NULL)
		outcome = complain(OUTCOME_USAGE, "%s holds no %s", name_of(path), type->name);
	if (outcome == OUTCOME_OK)
		outcome = references_resolve(session, type, *rows);
	text_free(&text);
	return outcome;
}
