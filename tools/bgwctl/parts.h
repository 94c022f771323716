/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_PARTS_H
#define BGWCTL_PARTS_H

/**
 * What a view's objects are made of: a member that is a list of records, a record a row.
 */

#include "collection.h"

/** The member that "--stages" means, NULL where the type has no such list of records. */
const struct bgw_field *parts_find(const struct bgw_object_type *type, const char *option);

/** Prints that member of all objects as one table. */
void parts_print(struct session *session, const struct bgw_object_type *type,
		 const struct bgw_field *parts, const cJSON *list);

#endif
