/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "progress.h"
#include "report.h"

static void latency_print(FILE *out, const struct trial_latency *latency)
{
	if (latency->count == 0)
		fprintf(out, " %9s %9s %9s %9s %9s", "-", "-", "-", "-", "-");
	else
		fprintf(out, " %9.1f %9.1f %9.1f %9.1f %9.1f", latency->p50_ns / 1e3,
			latency->p90_ns / 1e3, latency->p99_ns / 1e3, latency->p999_ns / 1e3,
			latency->max_ns / 1e3);
}

/* What tells a result from others of its kind. */
static void which_print(FILE *out, const struct result *result)
{
	char text[32] = "";

	switch (result->kind) {
	case RESULT_LATENCY:
	case RESULT_LOSS:
		snprintf(text, sizeof(text), "%.0f %%", result->load_ratio * 100);
		break;
	case RESULT_SWEEP:
		snprintf(text, sizeof(text), "%u", result->sweep_value);
		break;
	case RESULT_BACK_TO_BACK:
		snprintf(text, sizeof(text), "%llu fr.", (unsigned long long)result->burst_frames);
		break;
	default:
		break;
	}
	fprintf(out, " %11s", text);
}

static void row_print(FILE *out, const struct result *result)
{
	const struct trial_result *trial = &result->trial;
	char rate[16], received[16], bits[16];

	fprintf(out, "%-12s %6s", result_kind_name(result->kind), result->frame);
	which_print(out, result);
	fprintf(out, " %9s %9s %8s %9.4f", si_print(rate, sizeof(rate), result->rate_pps),
		si_print(received, sizeof(received), trial->received_pps),
		si_print(bits, sizeof(bits), trial->offered_bps), trial->loss_ratio * 100);
	latency_print(out, &trial->latency);
	fprintf(out, " %s\n", result->limit != LIMIT_NONE ? result_limit_name(result->limit) : "");
}

static void caveat_print(void *context, const char *sentence)
{
	fprintf(context, "- %s\n", sentence);
}

void report_table(FILE *out, const struct report *report)
{
	const struct results *results = report->results;

	if (results->count > 0)
		fprintf(out, "\n%-12s %6s %11s %9s %9s %8s %9s %9s %9s %9s %9s %9s %s\n", "",
			"frame", "", "frames/s", "received", "bit/s", "lost %", "p50 us", "p90",
			"p99", "p99.9", "max", "limit");
	for (uint32_t i = 0; i < results->count; i++)
		row_print(out, &results->list[i]);
	fputc('\n', out);
	results_caveats(results, report->options, caveat_print, out);
}
