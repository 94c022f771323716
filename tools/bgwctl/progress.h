/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_PROGRESS_H
#define BGWCTL_PROGRESS_H

#include <stddef.h>

/** A bar on standard error while many objects are handled; nothing where that is no terminal. */
struct progress {
	size_t total, done;
	double began_s;
	int on;
};

void progress_begin(struct progress *progress, size_t total);
void progress_set(struct progress *progress, size_t done);
/** Ends its line. */
void progress_end(struct progress *progress);

#endif
