/* SPDX-License-Identifier: BSD-3-Clause */
/* The view of workers: where they run, what a frame costs them, which queues they have. */
#include <bgw/counter.h>
#include <bgw/port.h>

#include <stdio.h>

#include "control.h"
#include "resource.h"

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

static cJSON *worker_json(const struct control *control, uint32_t worker)
{
	const uint32_t *cores = control->config.workers.cores.items;
	cJSON *json = cJSON_CreateObject();
	struct bgw_worker_counters counters;
	char id[12];

	bgw_worker_counters_get(control->dataplane, (uint16_t)worker, &counters);
	snprintf(id, sizeof(id), "%u", worker);
	cJSON_AddStringToObject(json, "id", id);
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
	return json;
}

static int collect(struct control *control, const struct query *query, cJSON *array)
{
	(void)query;
	for (uint32_t i = 0; control->dataplane != NULL && i < control->config.workers.cores.count;
	     i++)
		cJSON_AddItemToArray(array, worker_json(control, i));
	return 0;
}

const struct resource worker_resource = {
	.type = &bgw_worker_type,
	.collect = collect,
};
