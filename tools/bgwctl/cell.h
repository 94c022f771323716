/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_CELL_H
#define BGWCTL_CELL_H

#include "collection.h"
#include "text.h"

/**
 * Appends a member's value as people read it: references by name, absent values as "-", lists
 * separated by commas, a record by what identifies it.
 */
void cell_add(struct text *text, struct session *session, const struct bgw_field *field,
	      const cJSON *value);

/** Whether the member is one number, which tables align to the right. */
bool cell_is_number(const struct bgw_field *field);

/** Appends a number with at most three digits before its unit: 950, 12.3k, 1.2M. */
void cell_add_scaled(struct text *text, double number);

#endif
