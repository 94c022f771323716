/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_REPORT_FILE_H
#define BGWGEN_REPORT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "report.h"

/*
 * Where reports go. A file is written beside its place and moved there, so that no reader sees half
 * of it; through a symbolic link it is the link's target that changes. What is no regular file, as
 * a terminal, a pipe or a device, stays what it is and is written to.
 *
 * `option` is for the sentence, and `path` is NULL where no report was asked for.
 */

/*
 * Before anything is measured: a report that cannot be written, or that another would overwrite,
 * should not cost the measurement. 0, or -errno with a sentence.
 */
int report_files_check(const char *json, const char *html, char *why, size_t why_size);
/* 0, or -errno with a sentence, and what was there before is there still. */
int report_file_write(const char *option, const char *path,
		      int (*write)(FILE *out, const struct report *report),
		      const struct report *report, char *why, size_t why_size);

#endif
