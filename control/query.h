/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_QUERY_H
#define BGW_CONTROL_QUERY_H

/**
 * What the query string of a request asks for, as OpenStack Networking has it: any attribute is a
 * filter (repeated: any of the values), and fields, limit, marker, page_reverse, sort_key and
 * sort_dir.
 */

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "field.h"

#define QUERY_MAX_ARGUMENTS 64
#define QUERY_MAX_SORTS	    4

struct http_exchange;
struct bgw_object_type;

struct query_filter {
	const struct bgw_field *field;
	char *name;
	char *text;
};

struct query_sort {
	const struct bgw_field *field;
	bool descending;
};

struct query {
	struct query_filter filters[QUERY_MAX_ARGUMENTS];
	unsigned int filter_count;
	char *fields[QUERY_MAX_ARGUMENTS]; /**< names of answers; none: all */
	unsigned int field_count;
	struct query_sort sorts[QUERY_MAX_SORTS];
	unsigned int sort_count;
	uint32_t limit; /**< 0: no limit */
	char *marker;	/**< id, or NULL */
	bool page_reverse;
	bool cascade; /**< of a delete */
};

/** Reads the arguments. NULL with *error set. An attribute that the type does not have is an error:
 * a misspelt filter must not select everything. */
struct query *query_parse(const struct http_exchange *exchange, const struct bgw_object_type *type,
			  struct error *error);
void query_free(struct query *query);

/** The first value asked for a member, NULL when it is no filter. */
const char *query_value(const struct query *query, const char *name);

#endif
