/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* As syslog(3) numbers them. */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};
static enum log_level most = LOG_LEVEL_INFO;

void log_level_set(enum log_level level)
{
	most = level;
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int length;

	if (level > most)
		return;
	length = getenv("JOURNAL_STREAM") != NULL
			 ? snprintf(line, sizeof(line), "<%d>", priorities[level])
			 : snprintf(line, sizeof(line), "bgwd: ");
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	/* One write, so that lines of two threads do not mix; what a client sent cannot add lines.
	 */
	for (int i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		return;
}
