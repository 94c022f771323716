/* SPDX-License-Identifier: BSD-3-Clause */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>

enum outcome complain(enum outcome outcome, const char *format, ...)
{
	va_list arguments;

	fputs("bgwctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return outcome;
}
