/* SPDX-License-Identifier: BSD-3-Clause */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "device.h"
#include "text.h"

static bool allowed(const struct bgw_field *field, enum purpose purpose)
{
	switch (purpose) {
	case PURPOSE_CREATE:
		return (field->flags & BGW_FIELD_CREATE) != 0;
	case PURPOSE_UPDATE:
		return (field->flags & BGW_FIELD_UPDATE) != 0;
	case PURPOSE_FILTER:
		break;
	}
	return field->type != BGW_RECORD;
}

const struct bgw_field *arguments_option(const struct bgw_object_type *type, const char *name,
					 enum purpose purpose)
{
	const struct bgw_field *field;
	char *spelt = text_respelt(name, '-', '_');
	struct text list = {NULL, 0};

	field = bgw_field_find(&type->record, spelt);
	if (field == NULL) {
		text_add(&list, "%ss", spelt);
		field = bgw_field_find(&type->record, text_get(&list));
		if (field != NULL && (field->flags & BGW_FIELD_LIST) == 0)
			field = NULL;
	}
	text_free(&list);
	free(spelt);
	return field != NULL && allowed(field, purpose) ? field : NULL;
}

bool arguments_by_place(const struct bgw_field *field)
{
	if ((field->flags & BGW_FIELD_CREATE) == 0 || field->type == BGW_UUID)
		return false;
	return strcmp(field->name, "name") == 0 || (field->flags & BGW_FIELD_REQUIRED) != 0 ||
	       arguments_may_be_left_out(field);
}

bool arguments_may_be_left_out(const struct bgw_field *field)
{
	const uint32_t both = BGW_FIELD_NULLABLE | BGW_FIELD_INDEX | BGW_FIELD_CREATE;

	return (field->flags & both) == both;
}

/* A value as JSON; what does not look like its type goes as text, for the gateway to refuse. */
static enum outcome value_of(struct session *session, const struct bgw_field *field,
			     const char *text, cJSON **value);

/* MEMBER=VALUE,... of a member that is an object. */
static enum outcome members_parse(struct session *session, const struct bgw_field *field,
				  const char *text, cJSON **value)
{
	char *copy = must_copy(text), *rest = copy, *word;
	enum outcome outcome = OUTCOME_OK;

	*value = cJSON_CreateObject();
	while (outcome == OUTCOME_OK && (word = strsep(&rest, ",")) != NULL) {
		const char *name = strsep(&word, "=");
		const struct bgw_field *member = bgw_field_find(field->record, name);
		cJSON *inner = NULL;

		if (member == NULL || word == NULL)
			outcome = complain(OUTCOME_USAGE, "--%s: \"%s\" is no MEMBER=VALUE of it",
					   field->name, name);
		else
			outcome = value_of(session, member, word, &inner);
		if (outcome == OUTCOME_OK)
			cJSON_AddItemToObject(*value, member->name, inner);
	}
	if (outcome != OUTCOME_OK) {
		cJSON_Delete(*value);
		*value = NULL;
	}
	free(copy);
	return outcome;
}

static enum outcome value_of(struct session *session, const struct bgw_field *field,
			     const char *text, cJSON **value)
{
	enum outcome outcome;
	uint32_t number;
	char *id;

	switch (field->type) {
	case BGW_BOOL:
		if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0) {
			*value = cJSON_CreateBool(strcasecmp(text, "true") == 0);
			return OUTCOME_OK;
		}
		break;
	case BGW_UINT:
		if (bgw_uint_parse(text, &number) == 0) {
			*value = cJSON_CreateNumber(number);
			return OUTCOME_OK;
		}
		break;
	case BGW_REF:
		if (session->client == NULL)
			break;
		outcome = collection_resolve(session, bgw_object_type_find(field->ref), text, &id);
		if (outcome != OUTCOME_OK)
			return outcome;
		*value = cJSON_CreateString(id);
		free(id);
		return OUTCOME_OK;
	case BGW_RECORD:
		if ((field->flags & BGW_FIELD_LIST) != 0 || text[0] == '{')
			return device_parse(field, text, value);
		return members_parse(session, field, text, value);
	default:
		break;
	}
	*value = cJSON_CreateString(text);
	return OUTCOME_OK;
}

/* Adds to the list that an earlier option began. */
static enum outcome add_to_list(struct session *session, cJSON *members,
				const struct bgw_field *field, const char *text)
{
	cJSON *list = cJSON_GetObjectItem(members, field->name), *value = NULL;
	char *copy = must_copy(text), *rest = copy, *word;
	enum outcome outcome = OUTCOME_OK;

	if (list == NULL)
		list = cJSON_AddArrayToObject(members, field->name);
	if (field->type == BGW_RECORD) {
		outcome = value_of(session, field, text, &value);
		while (outcome == OUTCOME_OK && cJSON_IsArray(value) && value->child != NULL)
			cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(value, 0));
		if (outcome == OUTCOME_OK && cJSON_IsObject(value))
			cJSON_AddItemToArray(list, value);
		else
			cJSON_Delete(value);
	} else {
		while (outcome == OUTCOME_OK && (word = strsep(&rest, ",")) != NULL) {
			if (word[0] == '\0')
				continue;
			outcome = value_of(session, field, word, &value);
			if (outcome == OUTCOME_OK)
				cJSON_AddItemToArray(list, value);
		}
	}
	free(copy);
	return outcome;
}

enum outcome arguments_set(struct session *session, cJSON *members, const struct bgw_field *field,
			   const char *text)
{
	cJSON *value = NULL;
	enum outcome outcome;

	if ((field->flags & BGW_FIELD_LIST) != 0)
		return add_to_list(session, members, field, text);
	if (text[0] == '\0' && (field->flags & BGW_FIELD_NULLABLE) != 0) {
		cJSON_DeleteItemFromObject(members, field->name);
		cJSON_AddNullToObject(members, field->name);
		return OUTCOME_OK;
	}
	outcome = value_of(session, field, text, &value);
	if (outcome == OUTCOME_OK) {
		cJSON_DeleteItemFromObject(members, field->name);
		cJSON_AddItemToObject(members, field->name, value);
	}
	return outcome;
}

static int extra_index(const char *const *extra, const char *name)
{
	for (int i = 0; extra != NULL && extra[i] != NULL; i++)
		if (strcmp(extra[i], name) == 0)
			return i;
	return -1;
}

/* What follows the "--" of an option; NULL when the word is none. */
static char *option_of(char *word)
{
	static const char *const dashes[] = {"--", "\xe2\x80\x93", "\xe2\x80\x94"};

	for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++)
		if (strncmp(word, dashes[i], strlen(dashes[i])) == 0)
			return word + strlen(dashes[i]);
	return NULL;
}

enum outcome arguments_parse(struct session *session, const struct bgw_object_type *type,
			     enum purpose purpose, int count, char **words, cJSON *members,
			     int *places, const char *const *extra, const char **extra_values)
{
	enum outcome outcome = OUTCOME_OK;

	*places = 0;
	for (int i = 0; i < count && outcome == OUTCOME_OK; i++) {
		char *name = option_of(words[i]);
		const struct bgw_field *field;
		char *value;
		int index;

		if (name == NULL) {
			words[(*places)++] = words[i];
			continue;
		}
		value = strchr(name, '=');
		if (value != NULL)
			*value++ = '\0';
		index = extra_index(extra, name);
		field = arguments_option(type, name, purpose);
		if (index < 0 && field == NULL)
			return complain(OUTCOME_USAGE, "%s takes no --%s", type->name, name);
		if (value == NULL && i + 1 == count)
			return complain(OUTCOME_USAGE, "--%s needs a value", name);
		if (value == NULL)
			value = words[++i];
		if (index >= 0 && extra_values[index] != NULL)
			return complain(OUTCOME_USAGE, "--%s is given twice", name);
		if (index >= 0)
			extra_values[index] = value;
		else
			outcome = arguments_set(session, members, field, value);
	}
	return outcome;
}

/* Whether the member is still to be taken from a place. */
static bool wants_place(const struct bgw_field *field, const cJSON *members)
{
	return arguments_by_place(field) && cJSON_GetObjectItem(members, field->name) == NULL;
}

/* "MAC;IP" in one word: sets the address and cuts it off. */
static enum outcome take_address(struct session *session, const struct bgw_object_type *type,
				 int count, char **words, cJSON *members)
{
	const struct bgw_field *label = collection_label(type);
	const struct bgw_field *address = bgw_field_find(&type->record, "ipaddr");
	char *semicolon = count > 0 ? strchr(words[0], ';') : NULL;

	if (semicolon == NULL || address == NULL || label == NULL || label->type != BGW_MAC)
		return OUTCOME_OK;
	*semicolon = '\0';
	return arguments_set(session, members, address, semicolon + 1);
}

enum outcome arguments_place(struct session *session, const struct bgw_object_type *type, int count,
			     char **words, cJSON *members)
{
	enum outcome outcome = take_address(session, type, count, words, members);
	int least = 0, most = 0, at = 0;

	for (uint32_t i = 0; i < type->record.count; i++)
		if (wants_place(&type->record.fields[i], members)) {
			most++;
			least += !arguments_may_be_left_out(&type->record.fields[i]);
		}
	if (outcome == OUTCOME_OK && count != least && count != most)
		return complain(OUTCOME_USAGE, "%d %s given where %d %s needed; see bgwctl help",
				count, count == 1 ? "argument is" : "arguments are", least,
				least == 1 ? "is" : "are");
	for (uint32_t i = 0; i < type->record.count && outcome == OUTCOME_OK; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if (!wants_place(field, members))
			continue;
		if (count != most && arguments_may_be_left_out(field))
			continue;
		outcome = arguments_set(session, members, field, words[at++]);
	}
	return outcome;
}
