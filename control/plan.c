/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "model.h"

static const struct bgw_l2_gateway_device *device_at(const struct bgw_l2_gateway *gateway,
						     uint32_t i)
{
	return &((const struct bgw_l2_gateway_device *)gateway->devices.items)[i];
}

static const struct bgw_l2_gateway_interface *interface_at(
	const struct bgw_l2_gateway_device *device, uint32_t i)
{
	return &((const struct bgw_l2_gateway_interface *)device->interfaces.items)[i];
}

int plan_port_index(const struct control *control, const char *name)
{
	const struct config_port *port = config_port_find(&control->config, name);

	return port != NULL ? (int)(port - config_port_at(&control->config, 0)) : -ENOENT;
}

static bool kind_given(const struct bgw_l2_gateway_interface *interface)
{
	return record_given(&bgw_l2_gateway_interface_record, interface,
			    bgw_field_find(&bgw_l2_gateway_interface_record, "kind"));
}

bool interface_carries_ids(const struct bgw_l2_gateway_interface *interface)
{
	return interface->segmentation_id.count > 0 || kind_given(interface);
}

bool gateway_carries_ids(const struct bgw_l2_gateway *gateway)
{
	for (uint32_t d = 0; d < gateway->devices.count; d++)
		for (uint32_t i = 0; i < device_at(gateway, d)->interfaces.count; i++)
			if (interface_carries_ids(interface_at(device_at(gateway, d), i)))
				return true;
	return false;
}

static enum bgw_attachment_kind kind_of(struct bgw_tags tags)
{
	if (tags.outer == 0)
		return BGW_ATTACHMENT_UNTAGGED;
	return tags.inner != 0 ? BGW_ATTACHMENT_QINQ : BGW_ATTACHMENT_VLAN;
}

/* One domain that the gateway's interfaces are in. */
struct membership {
	struct domain_key domain;
	struct bgw_tags tags; /* of interfaces that carry none */
	bool admin_up;
};

static bool interface_attachments(const struct plan *plan, const struct membership *membership,
				  const struct bgw_l2_gateway_interface *interface,
				  plan_visit *visit, void *arg)
{
	const struct bgw_tags *tags = interface->segmentation_id.items;
	int port = plan_port_index(plan->control, interface->name);
	struct planned_attachment attachment = {
		.domain = membership->domain,
		.port = (uint16_t)port,
		.kind = BGW_ATTACHMENT_PORT,
		.interface = interface,
		.admin_up = membership->admin_up && interface->admin_state_up,
	};

	if (port < 0)
		return true;
	if (kind_given(interface) && interface->kind == BGW_INTERFACE_PORT)
		return visit(arg, &attachment);
	if (interface->segmentation_id.count == 0) {
		attachment.tags =
			interface_carries_ids(interface) ? (struct bgw_tags){0} : membership->tags;
		attachment.kind = kind_of(attachment.tags);
		return visit(arg, &attachment);
	}
	for (uint32_t i = 0; i < interface->segmentation_id.count; i++) {
		attachment.tags = tags[i];
		attachment.kind = kind_of(tags[i]);
		if (!visit(arg, &attachment))
			return false;
	}
	return true;
}

static bool membership_attachments(const struct plan *plan, const struct membership *membership,
				   plan_visit *visit, void *arg)
{
	for (uint32_t d = 0; d < plan->gateway->devices.count; d++) {
		const struct bgw_l2_gateway_device *device = device_at(plan->gateway, d);

		for (uint32_t i = 0; i < device->interfaces.count; i++)
			if (!interface_attachments(plan, membership, interface_at(device, i), visit,
						   arg))
				return false;
	}
	return true;
}

bool domain_is_up(const struct control *control, const struct domain_key *key)
{
	const struct object *object =
		key->is_private ? NULL : model_find(control->model, &bgw_network_type, &key->id);

	return object == NULL ||
	       ((const struct bgw_network *)object_record(object))->admin_state_up;
}

static bool connection_attachments(const struct plan *plan,
				   const struct bgw_l2_gateway_connection *connection,
				   plan_visit *visit, void *arg)
{
	const struct domain_key domain = {.id = connection->network_id};
	const struct membership membership = {
		.domain = domain,
		.tags = connection->segmentation_id,
		.admin_up = plan->gateway->admin_state_up && connection->admin_state_up &&
			    domain_is_up(plan->control, &domain),
	};

	return membership_attachments(plan, &membership, visit, arg);
}

static bool is_skipped(const struct plan *plan, const struct bgw_l2_gateway_connection *connection)
{
	return (plan->with != NULL && bgw_uuid_equal(&connection->id, &plan->with->id)) ||
	       (plan->without != NULL && bgw_uuid_equal(&connection->id, plan->without));
}

bool plan_attachments(const struct plan *plan, plan_visit *visit, void *arg)
{
	const struct membership private = {
		.domain = {.is_private = true, .id = plan->gateway->id},
		.admin_up = plan->gateway->admin_state_up,
	};
	const struct object *object =
		model_match(plan->control->model, &bgw_l2_gateway_connection_type, "l2_gateway_id",
			    &plan->gateway->id);
	unsigned int networks = 0;

	for (; object != NULL; object = model_match_next(object, "l2_gateway_id")) {
		const struct bgw_l2_gateway_connection *connection = object_record(object);

		if (is_skipped(plan, connection))
			continue;
		networks++;
		if (!connection_attachments(plan, connection, visit, arg))
			return false;
	}
	if (plan->with != NULL)
		return connection_attachments(plan, plan->with, visit, arg);
	return networks > 0 || membership_attachments(plan, &private, visit, arg);
}

unsigned int gateway_network_count(const struct control *control, const struct bgw_uuid *gateway)
{
	const struct object *object = model_match(control->model, &bgw_l2_gateway_connection_type,
						  "l2_gateway_id", gateway);
	unsigned int count = 0;

	for (; object != NULL; object = model_match_next(object, "l2_gateway_id"))
		count++;
	return count;
}

bool remote_connection_has_network(const struct bgw_l2_remote_gateway_connection *connection)
{
	return bgw_object_given(&bgw_l2_remote_gateway_connection_type, connection, "network");
}

int remote_connection_domain(const struct control *control,
			     const struct bgw_l2_remote_gateway_connection *connection,
			     struct domain_key *key)
{
	const struct object *object;

	if (remote_connection_has_network(connection)) {
		*key = (struct domain_key){.id = connection->network};
		return 0;
	}
	object = model_match(control->model, &bgw_l2_gateway_connection_type, "l2_gateway_id",
			     &connection->gateway);
	if (object == NULL) {
		*key = (struct domain_key){.is_private = true, .id = connection->gateway};
		return 0;
	}
	if (model_match_next(object, "l2_gateway_id") != NULL)
		return -EINVAL;
	*key = (struct domain_key){
		.id = ((const struct bgw_l2_gateway_connection *)object_record(object))
			      ->network_id};
	return 0;
}
