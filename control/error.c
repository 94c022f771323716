/* SPDX-License-Identifier: BSD-3-Clause */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *type;
	unsigned int status;
} kinds[] = {
#define KIND(symbol, text, number) [BGW_ERROR_##symbol] = {text, number},
	BGW_ERRORS(KIND)
#undef KIND
};

int error_set(struct error *error, enum bgw_error code, const char *format, ...)
{
	va_list arguments;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	switch (kinds[code].status) {
	case 404:
		return -ENOENT;
	case 409:
		return -EEXIST;
	default:
		return -EINVAL;
	}
}

unsigned int error_status(enum bgw_error code)
{
	return kinds[code].status;
}

const char *error_type(enum bgw_error code)
{
	return kinds[code].type;
}
