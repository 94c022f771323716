/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_BULK_H
#define BGWCTL_BULK_H

/**
 * One command for many objects (rows.h), with a bar that shows how far it is. The first that is
 * refused ends it, and it says what was done before.
 *
 * A create sends a thousand objects a request, each all or nothing; all in one request if
 * session->atomic.
 */

#include "rows.h"

enum outcome bulk_create(struct session *session, const struct bgw_object_type *type);
enum outcome bulk_update(struct session *session, const struct bgw_object_type *type);
enum outcome bulk_delete(struct session *session, const struct bgw_object_type *type);

#endif
