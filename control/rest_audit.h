/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_REST_AUDIT_H
#define BGW_CONTROL_REST_AUDIT_H

/**
 * What the audit log says of a request: who, from where, what, and with which result.
 */

#include <stdbool.h>
#include <stddef.h>

struct control;
struct http_exchange;
struct model;

/** What was staged since `mark`, for http_note_set(); malloc'ed, NULL without memory. */
char *rest_audit_changes(const struct model *model, size_t mark);

/** As http_handler.record. */
bool rest_audit_record(struct control *control, struct http_exchange *exchange,
		       unsigned int status);

/** A request that was refused before anything was done. */
void rest_audit_refused(struct control *control, struct http_exchange *exchange,
			unsigned int status);

#endif
