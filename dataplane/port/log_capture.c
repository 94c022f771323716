/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/log_capture.h"

#include <stdlib.h>
#include <string.h>

#include <rte_log.h>

void log_capture_begin(struct log_capture *log)
{
	*log = (struct log_capture){0};
	log->stream = open_memstream(&log->text, &log->size);
	if (log->stream != NULL)
		rte_openlog_stream(log->stream);
}

static const char *last_line(char *text)
{
	char *line;
	char *after;

	for (size_t length = strlen(text); length > 0 && text[length - 1] == '\n'; length--)
		text[length - 1] = '\0';
	line = strrchr(text, '\n');
	line = line == NULL ? text : line + 1;
	after = strstr(line, ": ");
	return after == NULL ? line : after + 2;
}

void log_capture_end(struct log_capture *log, bool show, char *line, size_t line_size)
{
	rte_openlog_stream(stderr);
	if (log->stream != NULL)
		fclose(log->stream);
	if (log->text == NULL || log->text[0] == '\0') {
		snprintf(line, line_size, "no reason given");
	} else {
		if (show)
			fputs(log->text, stderr);
		snprintf(line, line_size, "%s", last_line(log->text));
	}
	free(log->text);
}
