/* SPDX-License-Identifier: BSD-3-Clause */
#include "field.h"

#include <string.h>

const struct bgw_field *bgw_field_find(const struct bgw_record *record, const char *name)
{
	for (uint32_t i = 0; i < record->count; i++) {
		const struct bgw_field *field = &record->fields[i];

		if (strcmp(field->name, name) == 0)
			return field;
		for (unsigned int a = 0; a < 3 && field->aliases[a] != NULL; a++)
			if (strcmp(field->aliases[a], name) == 0)
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
