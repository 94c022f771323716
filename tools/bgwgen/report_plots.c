/* SPDX-License-Identifier: BSD-3-Clause */
#include "report_plots.h"

#include <string.h>

#include "plot.h"

#define LABELS_MAX PLOT_POINTS_MAX

/* The names of the frames that have results of the kind, in their order. */
static uint32_t frames_of(const struct results *results, enum result_kind kind,
			  const char *labels[LABELS_MAX])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < results->count; i++) {
		uint32_t at = 0;

		if (results->list[i].kind != kind)
			continue;
		while (at < count && strcmp(labels[at], results->list[i].frame) != 0)
			at++;
		if (at == count && count < LABELS_MAX)
			labels[count++] = results->list[i].frame;
	}
	return count;
}

static double label_at(const char *const *labels, uint32_t count, const char *frame)
{
	uint32_t at = 0;

	while (at < count && strcmp(labels[at], frame) != 0)
		at++;
	return at;
}

/* A bar for each size and kind of rate, and what the generator or the line could have done. */
static void rates_plot(FILE *out, const struct results *results)
{
	static const enum result_kind kinds[] = {RESULT_THROUGHPUT, RESULT_NDR, RESULT_PDR};
	const char *labels[LABELS_MAX];
	static struct plot plot;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const uint32_t count = frames_of(results, kinds[k], labels);

		/* NDR and PDR are found together and go into one plot. */
		if (kinds[k] != RESULT_PDR)
			plot = (struct plot){.title = kinds[k] == RESULT_THROUGHPUT
							      ? "Throughput by frame size"
							      : "NDR and PDR by frame size",
					     .x_title = "frame size, bytes",
					     .y_title = "frames a second"};
		plot.labels = labels;
		plot.labels_count = count;
		for (uint32_t i = 0; i < results->count; i++) {
			const struct result *result = &results->list[i];
			const double x = label_at(labels, count, result->frame);

			if (result->kind != kinds[k])
				continue;
			plot_point_add(plot_series_get(&plot, result_kind_name(kinds[k])), x,
				       result->rate_pps);
			if (kinds[k] != RESULT_NDR)
				plot_point_add(plot_series_get(&plot, "highest rate tried"), x,
					       result->max_rate_pps);
			if (kinds[k] != RESULT_NDR && result->line_rate_pps > 0)
				plot_point_add(plot_series_get(&plot, "line rate"), x,
					       result->line_rate_pps);
		}
		if (kinds[k] != RESULT_NDR)
			plot_write(out, &plot);
	}
}

static void series_name(char *text, size_t size, const struct result *result)
{
	snprintf(text, size, "%.24s%s", result->frame,
		 result->frame[0] >= '0' && result->frame[0] <= '9' ? " bytes" : "");
}

static void loss_plot(FILE *out, const struct results *results)
{
	static struct plot plot;

	plot = (struct plot){.title = "Frame loss by load",
			     .x_title = "load, percent of the highest rate tried",
			     .y_title = "lost or refused frames, percent"};
	for (uint32_t i = 0; i < results->count; i++) {
		const struct result *result = &results->list[i];
		char name[48];

		if (result->kind != RESULT_LOSS)
			continue;
		series_name(name, sizeof(name), result);
		/* On a virtual port a device that is too slow refuses what a NIC would lose. */
		plot_point_add(plot_series_get(&plot, name), result->load_ratio * 100,
			       result_undelivered_ratio(result) * 100);
	}
	plot_write(out, &plot);
}

static void latency_plots(FILE *out, const struct results *results)
{
	const char *labels[LABELS_MAX];
	const uint32_t count = frames_of(results, RESULT_LATENCY, labels);
	static struct plot plot;

	for (uint32_t label = 0; label < count; label++) {
		char title[64];

		plot = (struct plot){.title = title,
				     .x_title = "load, percent of the throughput",
				     .y_title = "latency",
				     .y_is_ns = true,
				     .y_log = true};
		for (uint32_t i = 0; i < results->count; i++) {
			const struct result *result = &results->list[i];
			const struct trial_latency *latency = &result->trial.latency;
			const double load = result->load_ratio * 100;

			if (result->kind != RESULT_LATENCY ||
			    strcmp(result->frame, labels[label]) != 0 || latency->count == 0)
				continue;
			series_name(title + sizeof("Latency, ") - 1,
				    sizeof(title) - sizeof("Latency, "), result);
			memcpy(title, "Latency, ", sizeof("Latency, ") - 1);
			plot_point_add(plot_series_get(&plot, "p50"), load, latency->p50_ns);
			plot_point_add(plot_series_get(&plot, "p90"), load, latency->p90_ns);
			plot_point_add(plot_series_get(&plot, "p99"), load, latency->p99_ns);
			plot_point_add(plot_series_get(&plot, "p99.9"), load, latency->p999_ns);
			plot_point_add(plot_series_get(&plot, "max"), load, latency->max_ns);
		}
		plot_write(out, &plot);
	}
}

static void sweep_plot(FILE *out, const struct results *results, enum sweep_of sweep_of)
{
	static const char *const titles[] = {[SWEEP_MACS] = "MACs on each side",
					     [SWEEP_FLOWS] = "flows",
					     [SWEEP_IDS] = "segmentation ids"};
	static struct plot plot;

	plot = (struct plot){.title = "Rate by table size",
			     .x_title = titles[sweep_of],
			     .y_title = "frames a second received",
			     .x_log = true};
	for (uint32_t i = 0; i < results->count; i++) {
		const struct result *result = &results->list[i];
		char name[48];

		if (result->kind != RESULT_SWEEP)
			continue;
		series_name(name, sizeof(name), result);
		plot_point_add(plot_series_get(&plot, name), result->sweep_value,
			       result->trial.received_pps);
	}
	plot_write(out, &plot);
}

static void bursts_plot(FILE *out, const struct results *results)
{
	const char *labels[LABELS_MAX];
	const uint32_t count = frames_of(results, RESULT_BACK_TO_BACK, labels);
	static struct plot plot;

	plot = (struct plot){.title = "Longest burst without loss",
			     .x_title = "frame size, bytes",
			     .y_title = "frames",
			     .labels = labels,
			     .labels_count = count};
	for (uint32_t i = 0; i < results->count; i++)
		if (results->list[i].kind == RESULT_BACK_TO_BACK)
			plot_point_add(plot_series_get(&plot, "burst"),
				       label_at(labels, count, results->list[i].frame),
				       (double)results->list[i].burst_frames);
	plot_write(out, &plot);
}

void report_plots(FILE *out, const struct report *report)
{
	rates_plot(out, report->results);
	loss_plot(out, report->results);
	latency_plots(out, report->results);
	sweep_plot(out, report->results, report->options->sweep_of);
	bursts_plot(out, report->results);
}
