/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_VERIFY_H
#define BGW_CONTROL_VERIFY_H

/**
 * Whether what the gateway holds three times is the same: every object in the store, in memory, and
 * as far as it has a place there, in the tables of the workers. Reads only, and tells the first
 * VERIFY_MAX_PROBLEMS differences by name.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

struct control;
struct verify;

#define VERIFY_MAX_PROBLEMS 100

/** NULL without memory. */
struct verify *verify_create(struct control *control);
void verify_free(struct verify *verify);

/** Store against memory. On the thread pool, while nothing is committed and nothing changes. */
void verify_store(struct verify *verify);

/** Memory against the workers' tables. On the control thread, in slices: false, call again. */
bool verify_dataplane(struct verify *verify);

/** {"verify": {...}}, NULL without memory. */
cJSON *verify_json(const struct verify *verify);

#endif
