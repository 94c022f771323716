/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_HEAD_H
#define BGW_CONTROL_HTTP_HEAD_H

/**
 * What libmicrohttpd takes in the head of a request and a proxy before it may read otherwise. Where
 * the two disagree about where a body ends, one's body is the other's next request (RFC
 * 9112, 11.2).
 */

#include <microhttpd.h>
#include <stdbool.h>

#include "error.h"

/** Whether it can take the arguments of this target. Of more than its memory for a connection holds
 * it neither refuses the request nor passes it on. */
bool http_target_fits(const char *target);

/** 0, or negative with *error set: nothing after this head can be trusted, so the connection must
 * end with the answer. Control thread. */
int http_head_check(struct MHD_Connection *mhd, struct error *error);

#endif
