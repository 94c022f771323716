/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "html.h"

#define WIDTH	720
#define HEIGHT	340
#define LEFT	70
#define RIGHT	16
#define TOP	14
#define BOTTOM	48
#define INNER_W (WIDTH - LEFT - RIGHT)
#define INNER_H (HEIGHT - TOP - BOTTOM)
#define TICKS	5

/* Told apart also by those who do not see all colours (Okabe and Ito). */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
				      "#56b4e9", "#b8860b", "#555555"};
#define COLOURS (sizeof(colours) / sizeof(colours[0]))

struct axis {
	double min;
	double max;
	bool is_log;
};

struct plot_series *plot_series_get(struct plot *plot, const char *name)
{
	struct plot_series *series;

	for (uint32_t i = 0; i < plot->series_count; i++)
		if (strcmp(plot->series[i].name, name) == 0)
			return &plot->series[i];
	if (plot->series_count == PLOT_SERIES_MAX)
		return NULL;
	series = &plot->series[plot->series_count++];
	series->count = 0;
	snprintf(series->name, sizeof(series->name), "%s", name);
	return series;
}

void plot_point_add(struct plot_series *series, double x, double y)
{
	if (series != NULL && series->count < PLOT_POINTS_MAX)
		series->points[series->count++] = (struct plot_point){x, y};
}

static bool is_shown(const struct plot *plot, struct plot_point point)
{
	return isfinite(point.x) && isfinite(point.y) && (!plot->x_log || point.x > 0) &&
	       (!plot->y_log || point.y > 0);
}

/* 1, 2 or 5 times a power of ten, at least `value`. */
static double nice_step(double value)
{
	const double power = pow(10, floor(log10(value)));
	const double part = value / power;

	return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/* Around the values: from 0 or, logarithmic, over whole decades. */
static void axis_fit(struct axis *axis)
{
	if (axis->is_log) {
		axis->min = pow(10, floor(log10(axis->min) + 1e-9));
		axis->max = pow(10, ceil(log10(axis->max) - 1e-9));
		if (axis->max <= axis->min)
			axis->max = axis->min * 10;
	} else {
		if (axis->min > 0)
			axis->min = 0;
		if (axis->max <= axis->min)
			axis->max = axis->min + 1;
	}
}

static double axis_at(const struct axis *axis, double value)
{
	if (axis->is_log)
		return (log10(value) - log10(axis->min)) / (log10(axis->max) - log10(axis->min));
	return (value - axis->min) / (axis->max - axis->min);
}

static double x_at(const struct axis *axis, double value)
{
	return LEFT + INNER_W * axis_at(axis, value);
}

static double y_at(const struct axis *axis, double value)
{
	return TOP + INNER_H * (1 - axis_at(axis, value));
}

/* A round number: 0, 20, 1.5 k, 20 M; of times 500 ns, 10 µs. */
static const char *tick_print(char *text, size_t size, double value, bool is_ns)
{
	static const char *const units[] = {" ns", " \302\265s", " ms", " s"};
	static const char *const prefixes[] = {"", " k", " M", " G"};
	size_t at = 0;

	while (value >= 999.5 && at < 3) {
		value /= 1000;
		at++;
	}
	snprintf(text, size, "%.3g%s", value, is_ns ? units[at] : prefixes[at]);
	return text;
}

static void x_tick(FILE *out, double x, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x, TOP + INNER_H + 18);
	html_text(out, text);
	fputs("</text>\n", out);
}

static void y_tick(FILE *out, double y, double value, bool is_ns)
{
	char text[32];

	fprintf(out,
		"<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
		LEFT, LEFT + INNER_W, y, y, LEFT - 7, y + 4,
		tick_print(text, sizeof(text), value, is_ns));
}

/* Calls for each tick of the axis. */
static void axis_ticks(FILE *out, const struct axis *axis, bool is_x, bool is_ns)
{
	const double step = axis->is_log ? 0 : nice_step((axis->max - axis->min) / TICKS);
	double value = axis->is_log ? axis->min : ceil(axis->min / step) * step;

	while (value <= axis->max * (1 + 1e-9)) {
		char text[32];

		if (is_x)
			x_tick(out, x_at(axis, value),
			       tick_print(text, sizeof(text), value, is_ns));
		else
			y_tick(out, y_at(axis, value), value, is_ns);
		value = axis->is_log ? value * 10 : value + step;
	}
}

static void titles_write(FILE *out, const struct plot *plot)
{
	fprintf(out, "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
		LEFT + INNER_W / 2, HEIGHT - 8);
	html_text(out, plot->x_title);
	fprintf(out,
		"</text>\n<text class=\"axis\" transform=\"translate(14 %d) rotate(-90)\" "
		"text-anchor=\"middle\">",
		TOP + INNER_H / 2);
	html_text(out, plot->y_title);
	fputs("</text>\n", out);
}

static void tip_write(FILE *out, const struct plot *plot, const struct plot_series *series,
		      struct plot_point point)
{
	char text[32];

	fputs("<title>", out);
	html_text(out, series->name);
	fprintf(out, ": %s</title>", tick_print(text, sizeof(text), point.y, plot->y_is_ns));
}

static void line_write(FILE *out, const struct plot *plot, const struct plot_series *series,
		       const struct axis *x, const struct axis *y, const char *colour)
{
	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
	for (uint32_t i = 0; i < series->count; i++)
		if (is_shown(plot, series->points[i]))
			fprintf(out, "%.1f,%.1f ", x_at(x, series->points[i].x),
				y_at(y, series->points[i].y));
	fputs("\"/>\n", out);
	for (uint32_t i = 0; i < series->count; i++) {
		if (!is_shown(plot, series->points[i]))
			continue;
		fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\">",
			x_at(x, series->points[i].x), y_at(y, series->points[i].y), colour);
		tip_write(out, plot, series, series->points[i]);
		fputs("</circle>\n", out);
	}
}

static void bars_write(FILE *out, const struct plot *plot, uint32_t index, const struct axis *y,
		       const char *colour)
{
	const double slot = (double)INNER_W / plot->labels_count;
	const double width = slot * 0.7 / plot->series_count;
	const struct plot_series *series = &plot->series[index];

	for (uint32_t i = 0; i < series->count; i++) {
		const struct plot_point point = series->points[i];
		const double left = LEFT + slot * (point.x + 0.15) + width * index;

		if (!is_shown(plot, point))
			continue;
		fprintf(out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">",
			left, y_at(y, point.y), width, TOP + INNER_H - y_at(y, point.y), colour);
		tip_write(out, plot, series, point);
		fputs("</rect>\n", out);
	}
}

static void legend_write(FILE *out, const struct plot *plot)
{
	fputs("<p class=\"legend\">", out);
	for (uint32_t i = 0; i < plot->series_count; i++) {
		fprintf(out, "<span><i style=\"background:%s\"></i>", colours[i % COLOURS]);
		html_text(out, plot->series[i].name);
		fputs("</span> ", out);
	}
	fputs("</p>\n", out);
}

/* The ranges of all points that are shown. False: there is none. */
static bool ranges_find(const struct plot *plot, struct axis *x, struct axis *y)
{
	bool found = false;

	*x = (struct axis){INFINITY, -INFINITY, plot->x_log};
	*y = (struct axis){INFINITY, -INFINITY, plot->y_log};
	for (uint32_t s = 0; s < plot->series_count; s++)
		for (uint32_t i = 0; i < plot->series[s].count; i++) {
			const struct plot_point point = plot->series[s].points[i];

			if (!is_shown(plot, point))
				continue;
			x->min = fmin(x->min, point.x);
			x->max = fmax(x->max, point.x);
			y->min = fmin(y->min, point.y);
			y->max = fmax(y->max, point.y);
			found = true;
		}
	if (plot->y_max > 0)
		y->max = plot->y_max;
	axis_fit(x);
	axis_fit(y);
	return found;
}

void plot_write(FILE *out, const struct plot *plot)
{
	struct axis x, y;

	if (!ranges_find(plot, &x, &y))
		return;
	fputs("<figure>\n<figcaption>", out);
	html_text(out, plot->title);
	fprintf(out, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
		HEIGHT);
	html_text(out, plot->title);
	fputs("\">\n", out);
	axis_ticks(out, &y, false, plot->y_is_ns);
	if (plot->labels == NULL)
		axis_ticks(out, &x, true, false);
	for (uint32_t i = 0; plot->labels != NULL && i < plot->labels_count; i++)
		x_tick(out, LEFT + (double)INNER_W / plot->labels_count * (i + 0.5),
		       plot->labels[i]);
	for (uint32_t i = 0; i < plot->series_count; i++)
		if (plot->labels != NULL)
			bars_write(out, plot, i, &y, colours[i % COLOURS]);
		else
			line_write(out, plot, &plot->series[i], &x, &y, colours[i % COLOURS]);
	fprintf(out, "<line class=\"base\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", LEFT,
		LEFT + INNER_W, TOP + INNER_H, TOP + INNER_H);
	titles_write(out, plot);
	fputs("</svg>\n", out);
	legend_write(out, plot);
	fputs("</figure>\n", out);
}
