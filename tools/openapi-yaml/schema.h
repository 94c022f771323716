/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_OPENAPI_SCHEMA_H
#define BGW_OPENAPI_SCHEMA_H

/** Prints the schemas of an object type, from its table of members, as OpenAPI 3.0.3 in YAML. */

#include "objects.h"

/** "L2RemoteMac" */
void schema_name_print(const struct bgw_object_type *type);

/** Under components/schemas: what answers show, and what a create and an update take. */
void schema_print(const struct bgw_object_type *type);

/** A text in YAML's single quotes. */
void schema_quoted_print(const char *text);

/** Whether clients may filter and sort by the member. */
bool schema_is_filter(const struct bgw_field *field);

#endif
