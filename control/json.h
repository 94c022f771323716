/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_JSON_H
#define BGW_CONTROL_JSON_H

/**
 * JSON texts of strangers, before and through cJSON: what cJSON does not refuse by itself (depth,
 * invalid UTF-8, NUL and control characters, numbers that are none by RFC 8259, anything after the
 * value) is refused here.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct loop;

#define JSON_MAX_DEPTH 16

/** `text` need not end in NUL. NULL with *error set; the sentence says what is wrong and where. Any
 * thread. */
cJSON *json_parse(const char *text, size_t length, struct error *error);

/** A longer text is parsed, and what became of it deleted, on the thread pool: on the control
 * thread that would take too long. */
#define JSON_HERE_BYTES (256u << 10)

/** Deletes on the thread pool what is large. */
void json_delete(struct loop *loop, cJSON *json);
/** Whether UTF-8 text has no control character (Unicode's category Cc), as an escape sequence has,
 * which a terminal would follow. `lines`: but for tabs and the ends of lines. */
bool json_text_is_displayable(const char *text, bool lines);

/** Each may say false, which ends it. */
struct json_visitor {
	bool (*root)(void *arg, const char *name);
	bool (*item)(void *arg, const cJSON *item); /**< an object, which is freed afterwards */
	void *arg;
};

/** A text {"ROOT": [{...}, ...]}, with one of its objects in memory at a time. True when it is
 * whole and they were all taken. False: it is another text, or something is wrong, of which
 * json_parse() will tell. Any thread. */
bool json_visit_objects(const char *text, size_t length, const struct json_visitor *visitor);

/** Puts '?' in place of bytes that are no UTF-8: what a client sent, or a sentence that was cut. */
void json_text_clean(char *text);

#endif
