/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>

#include <cjson/cJSON.h>

#include <encap/row.h>

#include "report.h"

/*
 * cJSON answers a lack of memory with NULL, and takes NULL for nothing to add; the document is
 * checked once, when it is printed.
 */
static void add_number(cJSON *object, const char *name, double value)
{
	cJSON_AddNumberToObject(object, name, isfinite(value) ? value : 0);
}

static void add_number_or_null(cJSON *object, const char *name, double value, bool is_known)
{
	if (is_known)
		add_number(object, name, value);
	else
		cJSON_AddNullToObject(object, name);
}

static void add_count(cJSON *object, const char *name, uint64_t value)
{
	add_number(object, name, (double)value);
}

static cJSON *latency_json(const struct trial_latency *latency)
{
	cJSON *object;

	if (latency->count == 0)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	add_count(object, "count", latency->count);
	add_number(object, "min", round(latency->min_ns));
	add_number(object, "mean", round(latency->mean_ns));
	add_number(object, "p50", round(latency->p50_ns));
	add_number(object, "p90", round(latency->p90_ns));
	add_number(object, "p99", round(latency->p99_ns));
	add_number(object, "p999", round(latency->p999_ns));
	add_number(object, "max", round(latency->max_ns));
	return object;
}

static void counts_add(cJSON *object, const struct trial_stream_result *counts)
{
	const uint64_t unique = counts->received;

	add_count(object, "offered_frames", counts->offered);
	add_count(object, "received_frames", unique);
	add_count(object, "lost_frames", counts->offered > unique ? counts->offered - unique : 0);
	add_count(object, "refused_frames", counts->refused);
	add_count(object, "missed_frames", counts->missed);
	add_count(object, "duplicate_frames", counts->duplicates);
	add_count(object, "out_of_order_frames", counts->out_of_order);
	add_count(object, "late_frames", counts->late);
	add_count(object, "misdelivered_frames", counts->misdelivered);
}

static cJSON *thread_json(const struct trial_thread_result *thread)
{
	cJSON *object = cJSON_CreateObject();

	add_number(object, "cpu_share", thread->cpu_share);
	add_count(object, "stalls", thread->stalls);
	add_count(object, "longest_stall_ns", thread->longest_stall_ns);
	return object;
}

static cJSON *stream_json(const struct options *options, uint16_t from, uint16_t to)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "from", options->ports[from].name);
	cJSON_AddStringToObject(object, "to", options->ports[to].name);
	return object;
}

static cJSON *streams_json(const struct trial_result *trial, const struct options *options)
{
	cJSON *array = cJSON_CreateArray();

	for (uint16_t i = 0; i < trial->streams_count; i++) {
		const struct pair_options *pair = &options->pairs[i / 2];
		const bool reverse = i % 2 == 1;
		cJSON *object;

		if (reverse && !pair->both)
			continue;
		object = stream_json(options, reverse ? pair->to : pair->from,
				     reverse ? pair->from : pair->to);
		counts_add(object, &trial->streams[i]);
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

static cJSON *result_json(const struct result *result, const struct options *options)
{
	const struct trial_result *trial = &result->trial;
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "kind", result_kind_name(result->kind));
	cJSON_AddStringToObject(object, "frame", result->frame);
	add_number(object, "frame_bytes", result->frame_bytes);
	add_number(object, "rate_pps", result->rate_pps);
	add_number(object, "load_ratio", result->load_ratio);
	add_number(object, "max_rate_pps", result->max_rate_pps);
	add_number_or_null(object, "line_rate_pps", result->line_rate_pps,
			   result->line_rate_pps > 0);
	add_number(object, "loss_tolerance_ratio", result->loss_tolerance);
	cJSON_AddStringToObject(object, "limit", result_limit_name(result->limit));
	add_count(object, "trials", result->trials);
	add_count(object, "retries", result->retries);
	if (result->kind == RESULT_BACK_TO_BACK) {
		add_count(object, "burst_frames", result->burst_frames);
		add_number(object, "burst_ns", round(result->burst_ns));
	}
	if (result->kind == RESULT_SWEEP) {
		add_count(object, "sweep_value", result->sweep_value);
		add_number_or_null(object, "learnt_ratio", result->learnt_ratio,
				   result->learnt_ratio >= 0);
	}
	add_number(object, "duration_s", trial->duration_s);
	add_number(object, "intended_pps", trial->intended_pps);
	add_number(object, "offered_pps", trial->offered_pps);
	add_number(object, "received_pps", trial->received_pps);
	add_number(object, "offered_bps", trial->offered_bps);
	add_number(object, "loss_ratio", trial->loss_ratio);
	add_count(object, "intended_frames", trial->intended);
	counts_add(object, &trial->total);
	add_count(object, "foreign_frames", trial->foreign);
	add_count(object, "stale_frames", trial->stale);
	add_count(object, "refused_bursts", trial->pushed_back);
	cJSON_AddItemToObject(object, "latency_ns", latency_json(&trial->latency));
	cJSON_AddItemToObject(object, "transmit", thread_json(&trial->tx));
	cJSON_AddItemToObject(object, "receive", thread_json(&trial->rx));
	cJSON_AddItemToObject(object, "streams", streams_json(trial, options));
	return object;
}

static void tags_add(cJSON *object, const char *name, struct frame_range range)
{
	char text[32];

	if (range.count == 0)
		return;
	if (range.count == 1)
		snprintf(text, sizeof(text), "%u", range.first);
	else
		snprintf(text, sizeof(text), "%u-%u", range.first, range.first + range.count - 1);
	cJSON_AddStringToObject(object, name, text);
}

static cJSON *tunnel_json(const struct frame_tunnel *tunnel)
{
	cJSON *object;
	char text[INET_ADDRSTRLEN];

	if (!tunnel->is_used)
		return cJSON_CreateNull();
	object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "encapsulation", encap_rows[tunnel->encap].name);
	cJSON_AddStringToObject(object, "local",
				inet_ntop(AF_INET, &tunnel->local, text, sizeof(text)));
	cJSON_AddStringToObject(object, "remote",
				inet_ntop(AF_INET, &tunnel->remote, text, sizeof(text)));
	if (!tunnel->keyless)
		tags_add(object, "ids", tunnel->ids);
	if (tunnel->vlan != 0)
		add_count(object, "vlan", tunnel->vlan);
	return object;
}

static cJSON *ports_json(const struct options *options)
{
	cJSON *array = cJSON_CreateArray();

	for (uint16_t i = 0; i < options->ports_count; i++) {
		const struct port_options *port = &options->ports[i];
		cJSON *object = cJSON_CreateObject();

		cJSON_AddStringToObject(object, "name", port->name);
		cJSON_AddStringToObject(object, "device", port->device);
		tags_add(object, "vlan", port->tags.outer);
		tags_add(object, "inner_vlan", port->tags.inner);
		cJSON_AddItemToObject(object, "tunnel", tunnel_json(&port->tunnel));
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

static cJSON *traffic_json(const struct options *options)
{
	cJSON *array = cJSON_CreateArray();

	for (uint16_t i = 0; i < options->pairs_count; i++) {
		const struct pair_options *pair = &options->pairs[i];
		cJSON *object = stream_json(options, pair->from, pair->to);

		cJSON_AddBoolToObject(object, "both", pair->both);
		add_count(object, "flows", pair->flows);
		add_count(object, "source_macs", pair->near_macs);
		add_count(object, "destination_macs", pair->far_macs);
		cJSON_AddItemToArray(array, object);
	}
	return array;
}

static cJSON *configuration_json(const struct options *options)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddItemToObject(object, "ports", ports_json(options));
	cJSON_AddItemToObject(object, "streams", traffic_json(options));
	add_count(object, "ip_version", options->ip_version);
	add_number(object, "duration_s", (double)options->duration_ns / 1e9);
	add_number(object, "warm_up_s", (double)options->warm_up_ns / 1e9);
	add_number(object, "drain_s", (double)options->drain_ns / 1e9);
	add_count(object, "trials", options->trials);
	add_number(object, "resolution_ratio", options->resolution);
	add_number(object, "loss_tolerance_ratio", options->loss_tolerance);
	add_number(object, "offered_tolerance_ratio", options->offered_tolerance);
	add_number(object, "partial_drop_ratio", options->partial_drop);
	add_count(object, "burst_frames", options->burst);
	add_number(object, "lag_s", (double)options->lag_ns / 1e9);
	add_count(object, "transmit_core", options->cores[0]);
	add_count(object, "receive_core", options->cores[options->cores_count - 1]);
	add_count(object, "control_core", options->control_core);
	cJSON_AddBoolToObject(object, "hugepages", options->hugepages);
	return object;
}

static cJSON *machine_json(const struct machine *machine)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "cpu", machine->cpu);
	add_count(object, "cpus", machine->cpus);
	cJSON_AddStringToObject(object, "kernel", machine->kernel);
	cJSON_AddStringToObject(object, "dpdk", machine->dpdk);
	add_number(object, "tsc_hz", machine->tsc_hz);
	add_number(object, "steal_ratio", machine->steal_ratio);
	return object;
}

static void caveat_add(void *context, const char *sentence)
{
	cJSON_AddItemToArray(context, cJSON_CreateString(sentence));
}

int report_json(FILE *out, const struct report *report)
{
	const struct results *results = report->results;
	cJSON *document = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();
	cJSON *learning = cJSON_CreateObject();
	cJSON *caveats = cJSON_CreateArray();
	char *text;
	int ret;

	cJSON_AddStringToObject(document, "title", report->options->title);
	cJSON_AddStringToObject(document, "program", "bgwgen " BGW_VERSION);
	cJSON_AddStringToObject(document, "command", command_rows[report->options->command].name);
	cJSON_AddStringToObject(document, "date", report->machine->date);
	cJSON_AddItemToObject(document, "machine", machine_json(report->machine));
	cJSON_AddItemToObject(document, "configuration", configuration_json(report->options));
	add_count(learning, "frames", results->learning.frames);
	add_count(learning, "lost_frames", results->learning.lost);
	cJSON_AddItemToObject(document, "learning", learning);
	add_number(document, "generator_max_pps", results->generator_max_pps);
	cJSON_AddBoolToObject(document, "interrupted", results->is_interrupted);
	for (uint32_t i = 0; i < results->count; i++)
		cJSON_AddItemToArray(array, result_json(&results->list[i], report->options));
	cJSON_AddItemToObject(document, "results", array);
	results_caveats(results, report->options, caveat_add, caveats);
	cJSON_AddItemToObject(document, "caveats", caveats);
	text = cJSON_Print(document);
	ret = text == NULL ? -ENOMEM : fprintf(out, "%s\n", text) < 0 ? -EIO : 0;
	cJSON_free(text);
	cJSON_Delete(document);
	return ret;
}
