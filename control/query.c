/* SPDX-License-Identifier: BSD-3-Clause */
#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "objects.h"

struct parser {
	struct query *query;
	const struct bgw_object_type *type;
	unsigned int directions;
	bool descending[QUERY_MAX_SORTS];
	struct error *error;
	int rc;
};

static const struct bgw_field *find_field(struct parser *parser, const char *name)
{
	char underscored[64];
	size_t i;

	/* The command line's spelling of a member has dashes. */
	for (i = 0; name[i] != '\0' && i < sizeof(underscored) - 1; i++)
		underscored[i] = name[i];
	underscored[i] = '\0';
	for (i = 0; underscored[i] != '\0'; i++)
		if (underscored[i] == '-')
			underscored[i] = '_';
	return bgw_field_find(&parser->type->record, underscored);
}

static int fail_attribute(struct parser *parser, const char *role, const char *name)
{
	return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
			 "\"%.64s\" cannot be a %s: %s have no such attribute", name, role,
			 parser->type->plural);
}

static int add_filter(struct parser *parser, const char *name, const char *value)
{
	struct query *query = parser->query;
	struct query_filter *filter = &query->filters[query->filter_count];
	const struct bgw_field *field = find_field(parser, name);

	if (field == NULL)
		return fail_attribute(parser, "filter", name);
	if ((field->flags & BGW_FIELD_LIST) != 0 || field->type == BGW_RECORD)
		return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
				 "\"%.64s\" cannot be a filter: it is a list", name);
	if (query->filter_count == QUERY_MAX_ARGUMENTS)
		return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
				 "there may be at most %d filters", QUERY_MAX_ARGUMENTS);
	filter->field = field;
	filter->name = strdup(field->name);
	filter->text = strdup(value);
	query->filter_count++;
	return 0;
}

static int add_field(struct parser *parser, const char *value)
{
	struct query *query = parser->query;
	const struct bgw_field *field = find_field(parser, value);

	if (field == NULL)
		return fail_attribute(parser, "field", value);
	if (query->field_count == QUERY_MAX_ARGUMENTS)
		return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
				 "there may be at most %d fields", QUERY_MAX_ARGUMENTS);
	/* An echoed alias is a name of answers too. */
	query->fields[query->field_count++] = strdup(value);
	return 0;
}

static int add_sort(struct parser *parser, const char *value)
{
	struct query *query = parser->query;
	const struct bgw_field *field = find_field(parser, value);

	if (field == NULL || (field->flags & BGW_FIELD_LIST) != 0 || field->type == BGW_RECORD)
		return fail_attribute(parser, "sort_key", value);
	if (query->sort_count == QUERY_MAX_SORTS)
		return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
				 "there may be at most %d sort_key", QUERY_MAX_SORTS);
	query->sorts[query->sort_count++].field = field;
	return 0;
}

static int add_direction(struct parser *parser, const char *value)
{
	bool descending = strcmp(value, "desc") == 0;

	if (!descending && strcmp(value, "asc") != 0)
		return error_set(parser->error, BGW_ERROR_INVALID_INPUT,
				 "sort_dir must be asc or desc");
	if (parser->directions < QUERY_MAX_SORTS)
		parser->descending[parser->directions++] = descending;
	return 0;
}

static int set_flag(struct parser *parser, const char *name, const char *value, bool *flag)
{
	*flag = strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0 || value[0] == '\0';
	if (*flag || strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		return 0;
	return error_set(parser->error, BGW_ERROR_INVALID_INPUT, "%s must be true or false", name);
}

static int set_limit(struct parser *parser, const char *value)
{
	if (bgw_uint_parse(value, &parser->query->limit) == 0)
		return 0;
	return error_set(parser->error, BGW_ERROR_INVALID_INPUT, "limit must be a whole number");
}

static void argument(void *arg, const char *name, const char *text)
{
	struct parser *parser = arg;
	struct query *query = parser->query;
	const char *value = text != NULL ? text : "";

	if (parser->rc < 0)
		return;
	if (strcmp(name, "fields") == 0) {
		parser->rc = add_field(parser, value);
	} else if (strcmp(name, "limit") == 0) {
		parser->rc = set_limit(parser, value);
	} else if (strcmp(name, "marker") == 0) {
		free(query->marker);
		query->marker = strdup(value);
		if (query->marker == NULL)
			parser->rc = error_set(parser->error, BGW_ERROR_INTERNAL,
					       "no memory for the query");
	} else if (strcmp(name, "page_reverse") == 0) {
		parser->rc = set_flag(parser, name, value, &query->page_reverse);
	} else if (strcmp(name, "cascade") == 0) {
		parser->rc = set_flag(parser, name, value, &query->cascade);
	} else if (strcmp(name, "sort_key") == 0) {
		parser->rc = add_sort(parser, value);
	} else if (strcmp(name, "sort_dir") == 0) {
		parser->rc = add_direction(parser, value);
	} else {
		parser->rc = add_filter(parser, name, value);
	}
}

static bool is_whole(const struct query *query)
{
	for (unsigned int i = 0; i < query->filter_count; i++)
		if (query->filters[i].name == NULL || query->filters[i].text == NULL)
			return false;
	for (unsigned int i = 0; i < query->field_count; i++)
		if (query->fields[i] == NULL)
			return false;
	return true;
}

struct query *query_parse(const struct http_exchange *exchange, const struct bgw_object_type *type,
			  struct error *error)
{
	struct parser parser = {.query = calloc(1, sizeof(struct query)), .type = type};

	parser.error = error;
	if (parser.query != NULL)
		http_arguments(exchange, argument, &parser);
	if (parser.query == NULL || !is_whole(parser.query))
		parser.rc = error_set(error, BGW_ERROR_INTERNAL, "no memory for the query");
	if (parser.rc < 0) {
		query_free(parser.query);
		return NULL;
	}
	for (unsigned int i = 0; i < parser.query->sort_count && i < parser.directions; i++)
		parser.query->sorts[i].descending = parser.descending[i];
	return parser.query;
}

void query_free(struct query *query)
{
	if (query == NULL)
		return;
	for (unsigned int i = 0; i < query->filter_count; i++) {
		free(query->filters[i].name);
		free(query->filters[i].text);
	}
	for (unsigned int i = 0; i < query->field_count; i++)
		free(query->fields[i]);
	free(query->marker);
	free(query);
}

const char *query_value(const struct query *query, const char *name)
{
	for (unsigned int i = 0; i < query->filter_count; i++)
		if (strcmp(query->filters[i].name, name) == 0)
			return query->filters[i].text;
	return NULL;
}
