/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_LOG_CAPTURE_H
#define PORT_LOG_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What DPDK logs while it does something that may fail, because its return values seldom say why.
 * One capture at a time; control thread.
 */
struct log_capture {
	FILE *stream;
	char *text;
	size_t size;
};

void log_capture_begin(struct log_capture *log);
/*
 * Copies the last line, without its subsystem, or "no reason given". `show`: all of it goes to
 * stderr; when things went well DPDK's complaints are about features that nobody asked for.
 */
void log_capture_end(struct log_capture *log, bool show, char *line, size_t line_size);

#endif
