/* SPDX-License-Identifier: BSD-3-Clause */
#include "resource.h"

#include <string.h>

const struct resource *resource_of(const struct bgw_object_type *type)
{
	for (const struct resource *const *resource = resources; *resource != NULL; resource++)
		if ((*resource)->type == type)
			return *resource;
	return NULL;
}

const struct resource *resource_find(const char *collection)
{
	for (const struct resource *const *resource = resources; *resource != NULL; resource++)
		if (strcmp((*resource)->type->collection, collection) == 0)
			return *resource;
	return NULL;
}
