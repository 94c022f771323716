/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "html.h"
#include "progress.h"
#include "report.h"
#include "report_plots.h"

static const char style[] =
	":root{color-scheme:light}"
	"body{font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;"
	"max-width:78rem;margin:2rem auto;padding:0 1.2rem}"
	"h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}"
	".sub{color:#59636e;margin:0 0 1.4rem}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem;margin:0}"
	"dt{color:#59636e}dd{margin:0;overflow-wrap:anywhere}"
	"code{font:13px ui-monospace,monospace}"
	".wide{overflow-x:auto}"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:12px}"
	"th,td{padding:.25rem .34rem;text-align:right;white-space:nowrap;"
	"border-bottom:1px solid #e3e7eb}"
	"th{color:#59636e;font-weight:600}th:first-child,td:first-child,"
	"th:last-child,td:last-child{text-align:left}"
	".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(25rem,1fr));gap:1.2rem}"
	"figure{margin:0;border:1px solid #e3e7eb;border-radius:6px;padding:.8rem}"
	"figcaption{font-weight:600;margin-bottom:.3rem}svg{width:100%;height:auto;display:block}"
	"svg text{font:12px system-ui,sans-serif;fill:#59636e}svg .axis{font-size:12px}"
	".grid{stroke:#e3e7eb}.base{stroke:#8c959f}"
	".legend{margin:.3rem 0 0;font-size:13px}.legend span{margin-right:1rem;white-space:nowrap}"
	".legend i{display:inline-block;width:.75rem;height:.75rem;border-radius:2px;"
	"margin-right:.35rem;vertical-align:-1px}"
	"ul{margin:.2rem 0;padding-left:1.2rem}";

/* One line of a list of names and values. */
static void item(FILE *out, const char *name, const char *value)
{
	fputs("<dt>", out);
	html_text(out, name);
	fputs("</dt><dd>", out);
	html_text(out, value);
	fputs("</dd>\n", out);
}

static void cell_rate(FILE *out, double value)
{
	char text[32];

	fprintf(out, "<td>%s</td>", si_print(text, sizeof(text), value));
}

static void which_write(FILE *out, const struct result *result)
{
	switch (result->kind) {
	case RESULT_LATENCY:
	case RESULT_LOSS:
		fprintf(out, "<td>%.0f %%</td>", result->load_ratio * 100);
		break;
	case RESULT_SWEEP:
		fprintf(out, "<td>%u</td>", result->sweep_value);
		break;
	case RESULT_BACK_TO_BACK:
		fprintf(out, "<td>%llu frames</td>", (unsigned long long)result->burst_frames);
		break;
	case RESULT_NDR:
	case RESULT_PDR:
		fprintf(out, "<td>%.3g %% loss</td>", result->loss_tolerance * 100);
		break;
	default:
		fputs("<td></td>", out);
	}
}

static void latency_write(FILE *out, const struct trial_latency *latency)
{
	const double values[] = {latency->p50_ns, latency->p90_ns, latency->p99_ns,
				 latency->p999_ns, latency->max_ns};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (latency->count > 0)
			fprintf(out, "<td>%.1f</td>", values[i] / 1e3);
		else
			fputs("<td></td>", out);
}

static void row_write(FILE *out, const struct result *result)
{
	const struct trial_result *trial = &result->trial;

	fprintf(out, "<tr><td>%s</td><td>", result_kind_name(result->kind));
	html_text(out, result->frame);
	fputs("</td>", out);
	which_write(out, result);
	cell_rate(out, result->rate_pps);
	cell_rate(out, trial->offered_pps);
	cell_rate(out, trial->received_pps);
	cell_rate(out, trial->offered_bps);
	fprintf(out, "<td>%.4f</td><td>%llu</td><td>%llu</td>", trial->loss_ratio * 100,
		(unsigned long long)trial->lost,
		(unsigned long long)(trial->total.refused + trial->total.missed));
	latency_write(out, &trial->latency);
	fprintf(out, "<td>%.1f</td><td title=\"%s\">%s</td></tr>\n",
		(trial->tx.cpu_share < trial->rx.cpu_share ? trial->tx : trial->rx).cpu_share * 100,
		result_limit_words(result->limit),
		result->limit != LIMIT_NONE ? result_limit_name(result->limit) : "");
}

static void results_write(FILE *out, const struct results *results)
{
	fputs("<h2>Results</h2>\n<div class=\"wide\"><table><thead><tr><th>measurement</th>"
	      "<th>frame</th><th></th><th>frames/s</th><th>offered/s</th><th>received/s</th>"
	      "<th>bit/s</th><th>lost %</th><th>lost</th><th>not offered</th><th>p50 µs</th>"
	      "<th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>CPU %</th>"
	      "<th>limit</th></tr></thead><tbody>\n",
	      out);
	for (uint32_t i = 0; i < results->count; i++)
		row_write(out, &results->list[i]);
	fputs("</tbody></table></div>\n<p class=\"sub\">Limit: why a rate is not higher.", out);
	for (int limit = LIMIT_NONE + 1; limit < LIMIT_KINDS; limit++)
		fprintf(out, " <b>%s</b>: %s.", result_limit_name((enum result_limit)limit),
			result_limit_words((enum result_limit)limit));
	fputs("</p>\n", out);
}

static void machine_write(FILE *out, const struct machine *machine)
{
	char text[64];

	fputs("<h2>Machine</h2>\n<dl>\n", out);
	item(out, "CPU", machine->cpu);
	snprintf(text, sizeof(text), "%u, TSC %.3f GHz", machine->cpus, machine->tsc_hz / 1e9);
	item(out, "CPUs", text);
	item(out, "kernel", machine->kernel);
	item(out, "DPDK", machine->dpdk);
	snprintf(text, sizeof(text), "%.2f %% of all CPU time while measuring",
		 machine->steal_ratio * 100);
	item(out, "stolen by a hypervisor", text);
	fputs("</dl>\n", out);
}

static void configuration_write(FILE *out, const struct report *report)
{
	const struct options *options = report->options;
	char text[128];

	fputs("<h2>Configuration</h2>\n<dl>\n", out);
	for (uint16_t i = 0; i < options->ports_count; i++)
		item(out, options->ports[i].name, options->ports[i].device);
	for (uint16_t i = 0; i < options->pairs_count; i++) {
		const struct pair_options *pair = &options->pairs[i];

		snprintf(text, sizeof(text), "%s %s %s: %u flows, %u and %u MACs",
			 options->ports[pair->from].name, pair->both ? "to and from" : "to",
			 options->ports[pair->to].name, pair->flows, pair->near_macs,
			 pair->far_macs);
		item(out, "stream", text);
	}
	snprintf(text, sizeof(text), "%.3g s, %u for a rate to pass",
		 (double)options->duration_ns / 1e9, (unsigned int)options->trials);
	item(out, "trials", text);
	snprintf(text, sizeof(text), "loss up to %.4g %%, resolution %.3g %%",
		 options->loss_tolerance * 100, options->resolution * 100);
	item(out, "search", text);
	snprintf(text, sizeof(text), "sends on CPU %u, receives on CPU %u", options->cores[0],
		 options->cores[options->cores_count - 1]);
	item(out, "generator", text);
	fputs("<dt>command</dt><dd><code>", out);
	for (int i = 0; i < report->argc; i++) {
		fputs(i > 0 ? " " : "", out);
		html_text(out, report->argv[i]);
	}
	fputs("</code></dd>\n</dl>\n", out);
}

static void caveat_write(void *context, const char *sentence)
{
	fputs("<li>", context);
	html_text(context, sentence);
	fputs("</li>\n", context);
}

int report_html(FILE *out, const struct report *report)
{
	const char *title = report->options->title;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
	      out);
	html_text(out, title);
	fprintf(out, "</title>\n<style>%s</style></head>\n<body>\n<h1>", style);
	html_text(out, title);
	fputs("</h1>\n<p class=\"sub\">bgwgen " BGW_VERSION ", ", out);
	html_text(out, command_rows[report->options->command].name);
	fputs(", ", out);
	html_text(out, report->machine->date);
	fputs("</p>\n<h2>Read with the figures</h2>\n<ul>\n", out);
	results_caveats(report->results, report->options, caveat_write, out);
	fputs("</ul>\n<h2>Plots</h2>\n<div class=\"plots\">\n", out);
	report_plots(out, report);
	fputs("</div>\n", out);
	results_write(out, report->results);
	configuration_write(out, report);
	machine_write(out, report->machine);
	fputs("</body></html>\n", out);
	return ferror(out) ? -EIO : 0;
}
