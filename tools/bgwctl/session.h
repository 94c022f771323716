/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_SESSION_H
#define BGWCTL_SESSION_H

#include <stdbool.h>

#include "client.h"

/** What the options before the command say; one per run of bgwctl. */
struct session {
	struct client *client;
	bool json;	     /**< print the API's own JSON */
	bool atomic;	     /**< many objects are created in one request */
	unsigned int wait_s; /**< for objects to be in force, 0 not */
	const char *file;    /**< of many objects; NULL none */
};

#endif
