/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_SECRET_H
#define BGW_CONTROL_SECRET_H

/**
 * Secrets that this gateway shares with others: `secrets` of the configuration names files, and
 * objects name secrets, so that neither the API nor the store ever holds one. A file is readable by
 * its owner alone, who is root or whom bgwd runs as; its content is the secret, without the line
 * break at its end.
 *
 * Control thread only.
 */

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct secrets;

#define SECRET_BYTES_MIN 16
#define SECRET_BYTES_MAX 1024

struct secret {
	uint8_t bytes[SECRET_BYTES_MAX];
	size_t length;
};

/** Reads the files. `members`: {"NAME": "PATH"} as the configuration was found to have it, or NULL
 * for none. NULL with *error set. */
struct secrets *secrets_load(const cJSON *members, struct error *error);
/** They are wiped. Accepts NULL. */
void secrets_destroy(struct secrets *secrets);

/** NULL: there is none of that name. Accepts NULL, where there are none. */
const struct secret *secret_find(const struct secrets *secrets, const char *name);

#endif
