/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_STREAM_H
#define BGW_CONTROL_HTTP_STREAM_H

/** Answers that are made as the client takes them. For http_exchange.c alone. */

#include "http.h"

struct MHD_Response;

/** A response whose body `read` makes; `done` is called when the response is destroyed. NULL
 * without memory, and `done` was called. */
struct MHD_Response *http_stream_response(http_reader *read, void (*done)(void *arg), void *arg);

#endif
