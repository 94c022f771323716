/* SPDX-License-Identifier: BSD-3-Clause */
/* The view of frames dropped, by reason. */
#include <bgw/counter.h>

#include "control.h"
#include "resource.h"

/* By port, of those that dropped any. */
static cJSON *ports_json(const struct control *control, enum bgw_drop reason, uint64_t *sum)
{
	cJSON *ports = cJSON_CreateObject();

	for (uint32_t i = 0; control->dataplane != NULL && i < control->config.ports.count; i++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(control->dataplane, (uint16_t)i, &counters);
		*sum += counters.drops[reason];
		if (counters.drops[reason] != 0)
			cJSON_AddNumberToObject(ports, config_port_at(&control->config, i)->name,
						(double)counters.drops[reason]);
	}
	return ports;
}

static int collect(struct control *control, const struct query *query, cJSON *array)
{
	(void)query;
	for (unsigned int reason = 0; reason < BGW_DROP_COUNT; reason++) {
		cJSON *json = cJSON_CreateObject();
		uint64_t sum = 0;
		cJSON *ports = ports_json(control, reason, &sum);

		cJSON_AddStringToObject(json, "id", bgw_drop_name(reason));
		cJSON_AddStringToObject(json, "reason", bgw_drop_name(reason));
		cJSON_AddNumberToObject(json, "packets", (double)sum);
		cJSON_AddStringToObject(json, "help", bgw_drop_help(reason));
		cJSON_AddItemToObject(json, "ports", ports);
		cJSON_AddItemToArray(array, json);
	}
	return 0;
}

const struct resource drop_resource = {
	.type = &bgw_drop_type,
	.collect = collect,
};
