/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_MAINTENANCE_H
#define BGW_CONTROL_MAINTENANCE_H

/**
 * Requests about the store as a whole: GET /v2.0/backup answers it as a file, PUT /v2.0/backup
 * makes the gateway's objects those of such a file, GET /v2.0/verify says whether store, model and
 * dataplane agree. They wait their turn in a batch like every other request.
 */

#include <stdbool.h>

struct control;
struct http_exchange;

/** A backup may be as large as so many bulk creates (api.bulk_body_max_bytes). */
#define BACKUP_MAX_BULKS 2

/** Whether the path is one of these. */
bool maintenance_is_path(const char *path);

/** Takes the exchange, and answers it. */
void maintenance_handle(struct control *control, struct http_exchange *exchange);

#endif
