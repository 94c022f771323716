/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_REPORT_H
#define BGWGEN_REPORT_H

#include <stdio.h>

#include "machine.h"
#include "options.h"
#include "result.h"

/* What a report is made of. All text is foreign to HTML and JSON, and is escaped there. */
struct report {
	const struct options *options;
	const struct results *results;
	const struct machine *machine;
	int argc;
	char **argv;
};

/* For the terminal. */
void report_table(FILE *out, const struct report *report);
/* One JSON object; docs/bgwgen.md names its members. -errno. */
int report_json(FILE *out, const struct report *report);
/* One page that needs no other file and no network. -errno. */
int report_html(FILE *out, const struct report *report);

#endif
