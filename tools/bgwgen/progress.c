/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_CLEAR "\r\033[K"

const char *si_print(char *text, size_t size, double value)
{
	static const char prefixes[] = {' ', 'k', 'M', 'G', 'T'};
	size_t at = 0;

	/* 999.9 would print as 1000. */
	while (value >= 999.5 && at + 1 < sizeof(prefixes)) {
		value /= 1000;
		at++;
	}
	snprintf(text, size, "%.*f%s%.*s",
		 value < 9.995	 ? 2
		 : value < 99.95 ? 1
				 : 0,
		 value, at > 0 ? " " : "", at > 0, &prefixes[at]);
	return text;
}

void progress_open(struct progress *progress, bool is_quiet)
{
	*progress = (struct progress){
		.is_quiet = is_quiet,
		.is_terminal = isatty(STDERR_FILENO) == 1,
	};
}

void progress_what(struct progress *progress, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(progress->what, sizeof(progress->what), format, list);
	va_end(list);
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list list;

	if (progress->is_quiet)
		return;
	if (progress->is_terminal)
		fputs(LINE_CLEAR, stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

void progress_trial(struct progress *progress)
{
	progress->last_offered = 0;
	progress->last_received = 0;
	progress->last_ns = 0;
}

void progress_live(struct progress *progress, const struct generator_progress *now, double rate_pps)
{
	const double seconds = (double)(now->elapsed_ns - progress->last_ns) / 1e9;
	char wanted[16], offered[16], received[16];

	if (progress->is_quiet || !progress->is_terminal || seconds <= 0)
		return;
	fprintf(stderr, LINE_CLEAR "  %s: wanted %s, sending %s, receiving %s frames/s, %.1f s",
		progress->what, rate_pps > 0 ? si_print(wanted, sizeof(wanted), rate_pps) : "all",
		si_print(offered, sizeof(offered),
			 (double)(now->offered - progress->last_offered) / seconds),
		si_print(received, sizeof(received),
			 (double)(now->received - progress->last_received) / seconds),
		(double)now->elapsed_ns / 1e9);
	fflush(stderr);
	progress->last_offered = now->offered;
	progress->last_received = now->received;
	progress->last_ns = now->elapsed_ns;
}
