/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_SSE_H
#define BGWCTL_SSE_H

/**
 * Reads server-sent events out of pieces of a stream
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */

#include <stdbool.h>

#include "text.h"

struct sse_event {
	const char *id;	  /**< the last that was given, "" none */
	const char *name; /**< "message" where it has none */
	const char *data; /**< lines joined by newlines */
};

/** False to stop: sse_feed() takes nothing more. The event lives until it returns. */
typedef bool sse_callback(void *arg, const struct sse_event *event);

struct sse {
	sse_callback *callback;
	void *arg;
	struct text line, id, name, data;
	bool has_data, stopped;
};

/** False once the callback has said so. */
bool sse_feed(struct sse *sse, const char *bytes, size_t length);
/** Forgets an event that is not complete: the stream was cut. The id stays. */
void sse_cut(struct sse *sse);
void sse_free(struct sse *sse);

#endif
