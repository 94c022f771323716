/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_REST_H
#define BGW_CONTROL_REST_H

/**
 * The REST API under /v2.0, after OpenStack Networking: from a request's method, path and body to
 * operations on objects and back to JSON. What there is to serve comes from the registry
 * (resource.h).
 */

#include "http.h"

struct control;

/** What http_start() needs; control must outlive the server. */
struct http_handler rest_handler(struct control *control);

#endif
