/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_JSON_H
#define BGW_CONTROL_JSON_H

/**
 * JSON texts of strangers, before and through cJSON: what cJSON does not refuse by itself (depth,
 * invalid UTF-8, NUL characters, anything after the value) is refused here.
 */

#include <cjson/cJSON.h>
#include <stddef.h>

#include "error.h"

#define JSON_MAX_DEPTH 16

/** `text` need not end in NUL. NULL with *error set; the sentence says what is wrong and where. Any
 * thread. */
cJSON *json_parse(const char *text, size_t length, struct error *error);

/** Puts '?' in place of bytes that are no UTF-8: what a client sent, or a sentence that was cut. */
void json_text_clean(char *text);

#endif
