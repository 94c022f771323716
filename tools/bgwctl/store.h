/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_STORE_H
#define BGWCTL_STORE_H

#include "session.h"

/** A command about the gateway's store as a whole: backup FILE, restore FILE, verify. */
struct store_command {
	const char *name;
	enum outcome (*run)(struct session *session, int count, char **words);
};

/** NULL when there is none of that name. */
const struct store_command *store_command_find(const char *name);

#endif
