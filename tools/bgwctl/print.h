/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_PRINT_H
#define BGWCTL_PRINT_H

#include "collection.h"

/** Prints JSON as the API gave it, indented. */
void print_json(const cJSON *value);

/** Prints one object, a member a line. root is the name of its body. */
void print_object(struct session *session, const struct bgw_object_type *type, const cJSON *object);

/** Prints a list as a table: the members named in fields (separated by commas), or where that is
 * NULL those that are no detail. */
enum outcome print_list(struct session *session, const struct bgw_object_type *type,
			const cJSON *list, const char *fields);

#endif
