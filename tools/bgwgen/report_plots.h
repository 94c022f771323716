/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_REPORT_PLOTS_H
#define BGWGEN_REPORT_PLOTS_H

#include "report.h"

/* A figure of the HTML report for each kind of result that there is. */
void report_plots(FILE *out, const struct report *report);

#endif
