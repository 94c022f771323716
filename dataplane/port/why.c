/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/why.h>

#include <stdarg.h>
#include <stdio.h>

int bgw_refuse(char *why, size_t why_size, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return -error;
}
