/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks: a broadcast domain each. */
#include "control.h"
#include "domain.h"
#include "fdb.h"
#include "forwarding.h"
#include "model.h"
#include "resource.h"

static size_t network_capacity(const struct control *control)
{
	return control->config.tables.networks;
}

/* What is attached to the network takes its state from it. */
static void network_publish(struct control *control, struct object *old, struct object *new)
{
	struct domain_key key = {0};
	struct domain *domain;
	struct object *object;

	if (control->forwarding == NULL || old == NULL || new == NULL)
		return;
	key.id = object_base(new)->id;
	domain = domain_find(control->domains, &key);
	if (domain == NULL)
		return;
	domain_update(control->domains, domain);
	for (object = model_match(control->model, &bgw_l2_gateway_connection_type, "network_id",
				  &key.id);
	     object != NULL; object = model_match_next(object, "network_id")) {
		const struct bgw_l2_gateway_connection *connection = object_record(object);

		gateway_touch(control, &connection->l2_gateway_id);
	}
	for (object = model_match(control->model, &bgw_l2_remote_gateway_connection_type, "network",
				  &key.id);
	     object != NULL; object = model_match_next(object, "network"))
		work_touch(control, object);
}

static void network_enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct bgw_network *network = object_record(object);
	const struct domain_key key = {.id = network->id};
	const struct domain *domain =
		control->domains != NULL ? domain_find(control->domains, &key) : NULL;

	cJSON_AddNumberToObject(json, "mac_count",
				domain != NULL ? fdb_domain_count(control->fdb, domain->id) : 0);
	cJSON_AddStringToObject(json, "status", network->admin_state_up ? "ACTIVE" : "DOWN");
}

const struct resource network_resource = {
	.type = &bgw_network_type,
	.capacity = network_capacity,
	.limit = "tables.networks",
	.publish = network_publish,
	.enrich = network_enrich,
};
