/* SPDX-License-Identifier: BSD-3-Clause */
#include "field.h"

#include <stdbool.h>
#include <string.h>

/* Most names differ in their first letter, and bodies of very many objects are read. */
static bool is_same(const char *a, const char *b)
{
	return a[0] == b[0] && strcmp(a, b) == 0;
}

const struct bgw_field *bgw_field_find(const struct bgw_record *record, const char *name)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if (is_same(field->name, name))
			return field;
		for (unsigned int a = 0; a < 3 && field->aliases[a] != NULL; a++)
			if (is_same(field->aliases[a], name))
				return field;
	}
	return NULL;
}

size_t bgw_field_size(const struct bgw_field *field)
{
	switch (field->type) {
	case BGW_STRING:
		return sizeof(char *);
	case BGW_BOOL:
		return sizeof(bool);
	case BGW_UINT:
	case BGW_ENUM:
		return sizeof(uint32_t);
	case BGW_DECIMAL:
		return sizeof(double);
	case BGW_MAC:
		return sizeof(struct bgw_mac);
	case BGW_ADDRESS:
		return sizeof(struct bgw_address);
	case BGW_PREFIX:
		return sizeof(struct bgw_prefix);
	case BGW_UUID:
	case BGW_REF:
		return sizeof(struct bgw_uuid);
	case BGW_TAGS:
		return sizeof(struct bgw_tags);
	case BGW_RECORD:
		return field->record->size;
	}
	return 0;
}
