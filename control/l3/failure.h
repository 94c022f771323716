/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_FAILURE_H
#define BGW_CONTROL_L3_FAILURE_H

/**
 * Why a layer-3 negotiation was refused or failed, as its two requests answer it:
 * {"statusCode": 406, "description": "..."}.
 */

#include <stddef.h>

#define L3_BAD_REQUEST	   400
#define L3_FORBIDDEN	   403
#define L3_NOT_FOUND	   404
#define L3_NOT_ACCEPTABLE  406
#define L3_CONFLICT	   409
#define L3_INTERNAL	   500
#define L3_BAD_GATEWAY	   502
#define L3_UNAVAILABLE	   503
#define L3_GATEWAY_TIMEOUT 504

struct l3_failure {
	unsigned int status; /**< of HTTP; 0: there is none */
	char description[480];
};

/** Sets the failure. Always -EINVAL, so that a caller can `return l3_fail(...)`. */
int l3_fail(struct l3_failure *failure, unsigned int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** The body of the answer; free(). NULL without memory. */
char *l3_failure_body(const struct l3_failure *failure, size_t *length);

/** What a peer says in such a body, cut to the size; "" when it is none. */
void l3_failure_description(const char *body, size_t length, char *text, size_t size);

#endif
