/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"

#define BAR_WIDTH 30

void progress_begin(struct progress *progress, size_t total)
{
	*progress = (struct progress){
		.total = total, .began_s = clock_now_s(), .on = total > 1 && isatty(STDERR_FILENO)};
	progress_set(progress, 0);
}

void progress_set(struct progress *progress, size_t done)
{
	double seconds = clock_now_s() - progress->began_s;
	int filled;

	progress->done = done;
	if (!progress->on)
		return;
	filled = (int)(BAR_WIDTH * done / progress->total);
	fprintf(stderr, "\r[%.*s%*s] %zu of %zu, %.0f/s ", filled, "##############################",
		BAR_WIDTH - filled, "", done, progress->total,
		seconds > 0 ? (double)done / seconds : 0.0);
}

void progress_end(struct progress *progress)
{
	if (progress->on)
		fputc('\n', stderr);
	progress->on = 0;
}
