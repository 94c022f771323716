/* SPDX-License-Identifier: BSD-3-Clause */
/* Gateway connections: which networks a gateway's interfaces are attached to. */
#include "control.h"
#include "forwarding.h"
#include "l2_remote_mac.h"
#include "model.h"
#include "plan.h"
#include "resource.h"

static size_t capacity(const struct control *control)
{
	return (size_t)control->config.tables.gateways + control->config.tables.networks;
}

static bool has_segmentation_id(const struct bgw_l2_gateway_connection *connection)
{
	return bgw_object_given(&bgw_l2_gateway_connection_type, connection, "segmentation_id");
}

static const struct bgw_l2_gateway *gateway_of(const struct control *control,
					       const struct bgw_l2_gateway_connection *connection)
{
	return object_record(
		model_find(control->model, &bgw_l2_gateway_type, &connection->l2_gateway_id));
}

static int check(const struct control *control, const struct bgw_l2_gateway_connection *connection,
		 struct error *error)
{
	const struct plan plan = {
		.control = control,
		.gateway = gateway_of(control, connection),
		.with = connection,
	};

	if (has_segmentation_id(connection) && gateway_carries_ids(plan.gateway))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "segmentation_id must be absent, because the gateway's interfaces "
				 "have their own");
	return plan_check(&plan, error);
}

static int check_twice(const struct control *control,
		       const struct bgw_l2_gateway_connection *connection, struct error *error)
{
	const struct object *object = model_match(control->model, &bgw_l2_gateway_connection_type,
						  "l2_gateway_id", &connection->l2_gateway_id);
	char id[BGW_UUID_TEXT_SIZE];

	for (; object != NULL; object = model_match_next(object, "l2_gateway_id")) {
		const struct bgw_l2_gateway_connection *other = object_record(object);

		if (!bgw_uuid_equal(&other->id, &connection->id) &&
		    bgw_uuid_equal(&other->network_id, &connection->network_id))
			return error_set(error, BGW_ERROR_GATEWAY_CONNECTION_EXISTS,
					 "network_id: l2_gateway_connection %s attaches this "
					 "gateway to this network already",
					 bgw_uuid_format(&other->id, id));
	}
	return 0;
}

/* Whether the gateway is in networks besides that of the connection. */
static bool has_others(const struct control *control,
		       const struct bgw_l2_gateway_connection *connection)
{
	const struct object *object = model_match(control->model, &bgw_l2_gateway_connection_type,
						  "l2_gateway_id", &connection->l2_gateway_id);

	while (object != NULL && bgw_uuid_equal(&object_base(object)->id, &connection->id))
		object = model_match_next(object, "l2_gateway_id");
	return object != NULL;
}

/* Remote connections that name no network follow the gateway: into its first network, and there
 * must not be a choice. */
static int check_followers(const struct control *control,
			   const struct bgw_l2_gateway_connection *connection, struct error *error)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type, "gateway",
			    &connection->l2_gateway_id);
	const struct domain_key network = {.id = connection->network_id};
	const bool is_first = !has_others(control, connection);
	char id[BGW_UUID_TEXT_SIZE];
	int rc = 0;

	for (; object != NULL && rc == 0; object = model_match_next(object, "gateway")) {
		const struct bgw_l2_remote_gateway_connection *follower = object_record(object);

		if (remote_connection_has_network(follower))
			continue;
		if (!is_first)
			return error_set(error, BGW_ERROR_GATEWAY_CONNECTION_EXISTS,
					 "network_id: the gateway's l2_remote_gateway_connection "
					 "%s names no network, so the gateway can be in one only",
					 bgw_uuid_format(&follower->id, id));
		rc = remote_macs_check_move(control, &follower->id, &network, error);
	}
	return rc;
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	const struct bgw_l2_gateway_connection *connection = object_record(new);
	int rc = check_twice(control, connection, error);

	if (rc == 0)
		rc = check_followers(control, connection, error);
	return rc == 0 ? check(control, connection, error) : rc;
}

static int validate_update(struct control *control, const struct object *old, struct object *new,
			   struct error *error)
{
	(void)old;
	return check(control, object_record(new), error);
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	const struct bgw_l2_gateway_connection *connection = object_record(new != NULL ? new : old);

	gateway_touch(control, &connection->l2_gateway_id);
}

const struct resource l2_gateway_connection_resource = {
	.type = &bgw_l2_gateway_connection_type,
	.capacity = capacity,
	.limit = "tables.networks",
	.validate_create = validate_create,
	.validate_update = validate_update,
	.publish = publish,
};
