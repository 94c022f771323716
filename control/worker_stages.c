/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker_stages.h"

#include <bgw/stage.h>

#include <stdlib.h>

#include "control.h"

/* Of one worker. */
struct worker_stages {
	struct bgw_stage_counters since[BGW_STAGE_COUNT]; /* what had been counted when it began */
};

int worker_stages_create(struct control *control, struct error *error)
{
	control->worker_stages =
		calloc(control->config.workers.cores.count, sizeof(*control->worker_stages));
	return control->worker_stages != NULL
		       ? 0
		       : error_set(error, BGW_ERROR_INTERNAL, "no memory for the workers");
}

void worker_stages_destroy(struct control *control)
{
	free(control->worker_stages);
	control->worker_stages = NULL;
}

void worker_stages_measure(struct control *control, uint16_t worker, bool on)
{
	struct worker_stages *stages = &control->worker_stages[worker];

	if (on && !bgw_stages_are_measured(control->dataplane, worker))
		for (int stage = 0; stage < BGW_STAGE_COUNT; stage++)
			bgw_stage_counters_get(control->dataplane, worker, (enum bgw_stage)stage,
					       &stages->since[stage]);
	bgw_stages_measure(control->dataplane, worker, on);
}

/* To a tenth. */
static double ratio(uint64_t part, uint64_t whole)
{
	return whole != 0 ? (double)((part * 10 + whole / 2) / whole) / 10 : 0;
}

static cJSON *stage_json(enum bgw_stage stage, const struct bgw_stage_counters *counted,
			 uint64_t all_cycles)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", bgw_stage_name(stage));
	cJSON_AddNumberToObject(json, "packets", (double)counted->pkts);
	cJSON_AddNumberToObject(json, "cycles_per_packet", ratio(counted->cycles, counted->pkts));
	cJSON_AddNumberToObject(json, "share_percent", ratio(counted->cycles * 100, all_cycles));
	cJSON_AddStringToObject(json, "help", bgw_stage_help(stage));
	return json;
}

void worker_stages_add(const struct control *control, uint16_t worker, cJSON *json)
{
	const struct worker_stages *stages = &control->worker_stages[worker];
	struct bgw_stage_counters counted[BGW_STAGE_COUNT];
	uint64_t all_cycles = 0;
	cJSON *array;

	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++) {
		bgw_stage_counters_get(control->dataplane, worker, (enum bgw_stage)stage,
				       &counted[stage]);
		counted[stage].pkts -= stages->since[stage].pkts;
		counted[stage].cycles -= stages->since[stage].cycles;
		all_cycles += counted[stage].cycles;
	}
	cJSON_AddBoolToObject(json, "stages_measured",
			      bgw_stages_are_measured(control->dataplane, worker));
	array = cJSON_AddArrayToObject(json, "stages");
	for (int stage = 0; stage < BGW_STAGE_COUNT; stage++)
		if (counted[stage].pkts != 0)
			cJSON_AddItemToArray(array, stage_json((enum bgw_stage)stage,
							       &counted[stage], all_cycles));
}
