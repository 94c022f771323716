/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry: a resource is one row. What is referred to comes before what refers. */
#include "resource.h"

extern const struct resource neighbour_resource;
extern const struct resource network_resource;

const struct resource *const resources[] = {
	&network_resource,
	&neighbour_resource,
	NULL,
};
