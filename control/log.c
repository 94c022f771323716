/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "json.h"
#include "line_writer.h"

/* As syslog(3) numbers them. */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};
static enum log_level most = LOG_LEVEL_INFO;
static struct line_writer *writer; /* from log_start() to log_stop() */
static FILE *before;		   /* stderr as it was */

static void add(const char *lines, size_t length)
{
	if (writer != NULL)
		line_writer_add(writer, lines, length);
	else if (write(STDERR_FILENO, lines, length) < 0)
		return;
}

static ssize_t printed(void *arg, const char *bytes, size_t length)
{
	(void)arg;
	add(bytes, length);
	return (ssize_t)length;
}

int log_start(void)
{
	static const cookie_io_functions_t functions = {.write = printed};
	FILE *stream = fopencookie(NULL, "w", functions);
	int rc;

	if (stream == NULL)
		return -errno;
	writer = line_writer_create(STDERR_FILENO);
	if (writer == NULL) {
		rc = -errno;
		fclose(stream);
		return rc;
	}
	setvbuf(stream, NULL, _IOLBF, BUFSIZ);
	before = stderr;
	stderr = stream;
	return 0;
}

void log_follow(void)
{
	if (writer != NULL)
		line_writer_follow(writer);
}

void log_stop(void)
{
	if (writer == NULL)
		return;
	fclose(stderr);
	stderr = before;
	line_writer_destroy(writer);
	writer = NULL;
}

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
	/* One write, so that lines of two threads do not mix. What a client sent, or what stands in
	 * a damaged store, cannot add lines or lead a terminal. */
	for (int i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == '\x7f')
			line[i] = ' ';
	line[length] = '\0';
	json_text_clean(line);
	line[length++] = '\n';
	add(line, (size_t)length);
}

void log_lines(const char *lines, size_t length)
{
	add(lines, length);
	if (writer != NULL)
		line_writer_wait(writer);
}
