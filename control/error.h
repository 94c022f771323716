/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_ERROR_H
#define BGW_CONTROL_ERROR_H

/**
 * Why something was refused, for a person: which kind (the NeutronError type) and one sentence that
 * names the member or the limit and says what would be right.
 */

#include "errors.h"

struct error {
	enum bgw_error code;
	char message[480];
};

/** Sets the error and returns a negative errno that fits the kind: -ENOENT for 404, -EEXIST for
 * 409, -EINVAL for the rest, so that a caller can `return error_set(...)`. */
int error_set(struct error *error, enum bgw_error code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** HTTP status of the kind. */
unsigned int error_status(enum bgw_error code);

/** The NeutronError type, such as "L2GatewayInUse". */
const char *error_type(enum bgw_error code);

#endif
