/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_VALUE_H
#define BGW_CONTROL_VALUE_H

/**
 * One value of a field of a table (proto/field.h), at an address in a struct: read from text, shown
 * as JSON, copied, compared. Lists and records are record.h's.
 *
 * Any thread; a value belongs to whoever owns the struct.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "field.h"

/** What the field accepts, for an error message: "an integer between 1 and 7". */
char *value_describe(const struct bgw_field *field, char *text, size_t size);

/** Reads a text into zeroed memory. -EINVAL when the field does not accept it, -ENOMEM. References
 * are read as ids. */
int value_parse(const struct bgw_field *field, const char *text, void *at);

/** Reads a JSON value; strings, and numbers and booleans spelt as strings. Same errors. */
int value_parse_json(const struct bgw_field *field, const cJSON *json, void *at);

/** The text form, into a buffer for the types that need one. */
#define VALUE_TEXT_SIZE 64
const char *value_text(const struct bgw_field *field, const void *at, char text[VALUE_TEXT_SIZE]);

int value_copy(const struct bgw_field *field, void *to, const void *from);
void value_clear(const struct bgw_field *field, void *at);
/** Order of two values: numbers by size, addresses by bytes, texts by bytes. */
int value_compare(const struct bgw_field *field, const void *a, const void *b);
uint64_t value_hash(const struct bgw_field *field, const void *at);

#endif
