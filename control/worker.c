/* SPDX-License-Identifier: BSD-3-Clause */
/* The view of workers: where they run, what a frame costs them, which queues they have. What a
 * frame costs each stage is measured when a client says so. */
#include <bgw/counter.h>
#include <bgw/port.h>

#include <stdio.h>
#include <string.h>

#include "control.h"
#include "operation.h"
#include "resource.h"
#include "worker_stages.h"

#define ID_SIZE 12

static void queues_add(cJSON *array, const char *port, const uint8_t *workers, uint16_t count,
		       uint8_t worker)
{
	char text[BGW_PORT_NAME_SIZE + 8];

	for (uint16_t queue = 0; queue < count; queue++) {
		if (workers[queue] != worker)
			continue;
		snprintf(text, sizeof(text), "%s:%u", port, queue);
		cJSON_AddItemToArray(array, cJSON_CreateString(text));
	}
}

static void assignment_add(const struct control *control, uint8_t worker, cJSON *json)
{
	cJSON *rx = cJSON_AddArrayToObject(json, "rx_queues");
	cJSON *tx = cJSON_AddArrayToObject(json, "tx_queues");

	for (uint32_t i = 0; i < control->config.ports.count; i++) {
		struct bgw_port_info info;

		if (bgw_port_info_get((uint16_t)i, &info) < 0)
			continue;
		queues_add(rx, info.name, info.rx_worker, info.rx_queues, worker);
		queues_add(tx, info.name, info.tx_worker, info.tx_queues, worker);
	}
}

static double percent(uint64_t part, uint64_t rest)
{
	return part + rest != 0 ? (double)(part * 100 / (part + rest)) : 0;
}

static const char *worker_id(uint32_t worker, char id[ID_SIZE])
{
	snprintf(id, ID_SIZE, "%u", worker);
	return id;
}

static cJSON *worker_json(const struct control *control, uint32_t worker)
{
	const uint32_t *cores = control->config.workers.cores.items;
	cJSON *json = cJSON_CreateObject();
	struct bgw_worker_counters counters;
	char id[ID_SIZE];

	bgw_worker_counters_get(control->dataplane, (uint16_t)worker, &counters);
	cJSON_AddStringToObject(json, "id", worker_id(worker, id));
	cJSON_AddNumberToObject(json, "core", cores[worker]);
	cJSON_AddNumberToObject(json, "rx_packets", (double)counters.rx_pkts);
	cJSON_AddNumberToObject(
		json, "cycles_per_packet",
		counters.rx_pkts != 0 ? (double)(counters.busy_cycles / counters.rx_pkts) : 0);
	cJSON_AddNumberToObject(json, "busy_percent",
				percent(counters.busy_cycles, counters.idle_cycles));
	cJSON_AddNumberToObject(json, "rounds", (double)counters.rounds);
	cJSON_AddNumberToObject(json, "naps", (double)counters.naps);
	cJSON_AddNumberToObject(json, "events_lost", (double)counters.events_lost);
	assignment_add(control, (uint8_t)worker, json);
	worker_stages_add(control, (uint16_t)worker, json);
	return json;
}

static uint32_t worker_count(const struct control *control)
{
	return control->dataplane != NULL ? control->config.workers.cores.count : 0;
}

static int collect(struct control *control, const struct query *query, cJSON *array)
{
	(void)query;
	for (uint32_t i = 0; i < worker_count(control); i++)
		cJSON_AddItemToArray(array, worker_json(control, i));
	return 0;
}

static int change(struct control *control, const char *id, const void *members, struct error *error)
{
	const struct bgw_worker *wanted = members;
	char text[ID_SIZE];
	uint32_t i = 0;

	while (i < worker_count(control) && strcmp(worker_id(i, text), id) != 0)
		i++;
	if (i == worker_count(control))
		return operation_not_found(&bgw_worker_type, id, error);
	if (bgw_object_given(&bgw_worker_type, wanted, "stages_measured"))
		worker_stages_measure(control, (uint16_t)i, wanted->stages_measured);
	return 0;
}

const struct resource worker_resource = {
	.type = &bgw_worker_type,
	.start = worker_stages_create,
	.stop = worker_stages_destroy,
	.collect = collect,
	.change = change,
};
