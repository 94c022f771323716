/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_NAMES_H
#define BGWCTL_NAMES_H

#include "collection.h"

/**
 * The name of the object of a type with that id: what a table shows for a reference. Each type is
 * asked for once in a run. The id itself where there is no name. The text lives until names_free.
 */
const char *names_of(struct session *session, const char *type, const char *id);

void names_free(void);

#endif
