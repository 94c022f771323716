/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LOG_H
#define BGW_CONTROL_LOG_H

/**
 * The log: one line per event to standard error, with the priority prefix that journald reads when
 * it is what listens there, and without it on a terminal. Any thread of control; never a worker.
 */

#include <stdarg.h>
#include <stddef.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/** From here on nobody waits for one who does not read standard error: lines wait in a queue
 * (line_writer.h), also those that libraries print to `stderr`. 0 or negative errno. */
int log_start(void);
/** Who writes them keeps to the CPUs that the caller may use. */
void log_follow(void);
/** What is queued is written, as far as it is read. No other thread may log any more. */
void log_stop(void);

/** What is less important is not written. Default: info. */
void log_level_set(enum log_level level);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Whole lines as they are. Waits for them to be written, for some milliseconds at most; not on the
 * control thread. */
void log_lines(const char *lines, size_t length);

#define log_error(...)	 log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
