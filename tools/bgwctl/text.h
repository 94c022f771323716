/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_TEXT_H
#define BGWCTL_TEXT_H

/**
 * A text that grows. Memory that runs out ends the program: a command line tool has nothing
 * better to do.
 */

#include <stddef.h>

struct text {
	char *bytes; /**< NUL-terminated; NULL while empty */
	size_t length;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

void text_add_bytes(struct text *text, const char *bytes, size_t length);

/** The bytes, "" while empty. */
const char *text_get(const struct text *text);

void text_free(struct text *text);

/** As malloc's zeroing and strdup's cousins, but never NULL. */
void *must_calloc(size_t count, size_t size);
char *must_copy(const char *text);

/** A copy with another character in place of one: members have '_' where options and commands have
 * '-'. */
char *text_respelt(const char *text, char from, char to);

/** Puts '?' in place of control characters: what somebody called an object must not steer a
 * terminal. */
void text_clean(char *text);
/** The same in a copy. */
char *text_cleaned(const char *text);

#endif
