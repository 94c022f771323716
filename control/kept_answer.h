/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_KEPT_ANSWER_H
#define BGW_CONTROL_KEPT_ANSWER_H

/**
 * What creates with an Idempotency-Key made, kept for KEPT_ANSWER_S so that a repeat is told the
 * same instead of making it again. A kept answer is an object of the model of a type that the API
 * does not show: it is committed with what it tells of, rolled back with it, and there after a
 * restart.
 *
 * Control thread only, from the stage() of a request. Times are seconds since 1970, UTC.
 */

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "object.h"
#include "text.h"

struct model;

#define KEPT_ANSWER_S	      86400u
#define KEPT_KEY_MAX_BYTES    255
#define KEPT_DIGEST_TEXT_SIZE 65
/** All that may be kept, each at least 1 KB; a new key is refused until some are old. */
#define KEPT_ANSWERS_MAX_KBYTES (256u << 10)

extern const struct bgw_object_type kept_answer_type;

/** 1 to 255 printable characters. */
bool kept_key_is_valid(const char *key);

/** SHA-256 over where a request goes and its body, whose blanks mean nothing, as hexadecimal text.
 * 0 or -ENOMEM. Any thread. */
int kept_digest(const char *path, const cJSON *body, char digest[KEPT_DIGEST_TEXT_SIZE]);

/**
 * Looks for the key, and lets old answers go.
 * @param answer  NULL when there is none: the request is new
 * @return 0, or negative with *error set: the key was used for another request.
 */
int kept_answer_find(struct model *model, const char *key, const char *digest, uint32_t now_s,
		     const struct object **answer, struct error *error);

/** Adds an object to what a new answer tells. */
void kept_answer_tell(struct text *told, const struct object *object);

/** Keeps what was told. 0 or negative with *error set. */
int kept_answer_add(struct model *model, const char *key, const char *digest, uint32_t now_s,
		    const struct text *told, struct error *error);

/** What was told, a JSON array. The answer's. */
const char *kept_answer_told(const struct object *answer);

/** One element of that array as the object that it was, not in any model; object_free(). NULL
 * without memory. */
struct object *kept_answer_object(const struct bgw_object_type *type, const cJSON *element);

#endif
