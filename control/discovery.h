/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_DISCOVERY_H
#define BGW_CONTROL_DISCOVERY_H

/**
 * What tells a client what is there: `GET /` (versions), `GET /v2.0` (collections) and
 * `GET /v2.0/extensions`. These never wait for a batch.
 */

#include <cjson/cJSON.h>

/** The answer to a GET of this path, or NULL when it is none of them (or without memory). `origin`
 * is scheme and authority of the request. */
cJSON *discovery_get(const char *path, const char *origin);

#endif
