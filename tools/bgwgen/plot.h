/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_PLOT_H
#define BGWGEN_PLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Plots as inline SVG. For the main thread. */
#define PLOT_SERIES_MAX 16
#define PLOT_POINTS_MAX 64

struct plot_point {
	double x;
	double y;
};

struct plot_series {
	char name[48];
	struct plot_point points[PLOT_POINTS_MAX];
	uint32_t count;
};

/*
 * Lines through points. Points that a logarithmic axis cannot show (0 and below) are left out.
 * With `labels` the points' x are 0, 1, 2, ..., named by the labels, and drawn as bars: those of
 * one x side by side.
 */
struct plot {
	const char *title;
	const char *x_title;
	const char *y_title;
	bool x_log;
	bool y_log;
	bool y_is_ns; /* times, shown in ns, us, ms */
	double y_max; /* 0: as the points need */
	const char *const *labels;
	uint32_t labels_count;
	struct plot_series series[PLOT_SERIES_MAX];
	uint32_t series_count;
};

/* Finds or adds a series; NULL: there is no room. */
struct plot_series *plot_series_get(struct plot *plot, const char *name);
/* Beyond PLOT_POINTS_MAX a point is left out. */
void plot_point_add(struct plot_series *series, double x, double y);
/* Writes the figure; nothing if there is not one point to show. */
void plot_write(FILE *out, const struct plot *plot);

#endif
