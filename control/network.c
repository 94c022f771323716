/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks: a broadcast domain each. */
#include "control.h"
#include "resource.h"

static size_t network_capacity(const struct control *control)
{
	return control->config.tables.networks;
}

static void network_enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct bgw_network *network = object_record(object);

	(void)control;
	cJSON_AddStringToObject(json, "status", network->admin_state_up ? "ACTIVE" : "DOWN");
}

const struct resource network_resource = {
	.type = &bgw_network_type,
	.capacity = network_capacity,
	.limit = "tables.networks",
	.enrich = network_enrich,
};
