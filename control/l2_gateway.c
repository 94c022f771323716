/* SPDX-License-Identifier: BSD-3-Clause */
/* Gateways: named sets of attachments. */
#include <string.h>

#include "control.h"
#include "forwarding.h"
#include "model.h"
#include "plan.h"
#include "resource.h"

struct place {
	uint32_t device, interface;
};

static const struct bgw_l2_gateway_device *device_at(const struct bgw_l2_gateway *gateway,
						     uint32_t i)
{
	return &((const struct bgw_l2_gateway_device *)gateway->devices.items)[i];
}

static size_t capacity(const struct control *control)
{
	return control->config.tables.gateways;
}

static int check_kind(const struct bgw_l2_gateway_interface *interface, const struct place *at,
		      struct error *error)
{
	const struct bgw_tags *tags = interface->segmentation_id.items;
	const bool takes_ids =
		interface->kind == BGW_INTERFACE_VLAN || interface->kind == BGW_INTERFACE_QINQ;

	if (!record_given(&bgw_l2_gateway_interface_record, interface,
			  bgw_field_find(&bgw_l2_gateway_interface_record, "kind")))
		return 0;
	if (takes_ids && interface->segmentation_id.count == 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "devices[%u].interfaces[%u].segmentation_id is required with "
				 "kind \"%s\"",
				 at->device, at->interface,
				 bgw_interface_kind_names[interface->kind]);
	if (interface->kind == BGW_INTERFACE_PORT && interface->segmentation_id.count > 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "devices[%u].interfaces[%u].segmentation_id must be empty with "
				 "kind \"port\", which takes every frame",
				 at->device, at->interface);
	for (uint32_t i = 0; i < interface->segmentation_id.count; i++) {
		const enum bgw_interface_kind kind = tags[i].inner != 0	  ? BGW_INTERFACE_QINQ
						     : tags[i].outer != 0 ? BGW_INTERFACE_VLAN
									  : BGW_INTERFACE_UNTAGGED;
		char text[BGW_TAGS_TEXT_SIZE];

		if (kind != interface->kind)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "devices[%u].interfaces[%u].segmentation_id[%u] \"%s\" "
					 "is of kind \"%s\", but kind is \"%s\"",
					 at->device, at->interface, i,
					 bgw_tags_format(&tags[i], text),
					 bgw_interface_kind_names[kind],
					 bgw_interface_kind_names[interface->kind]);
	}
	return 0;
}

/* No frame is from a group: one that could never match is a mistake. */
static int check_source_macs(const struct bgw_l2_gateway_interface *interface,
			     const struct place *at, struct error *error)
{
	const struct bgw_mac *macs = interface->source_macs.items;

	for (uint32_t i = 0; i < interface->source_macs.count; i++)
		if (!bgw_mac_is_station(&macs[i]))
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "devices[%u].interfaces[%u].source_macs[%u] must be the "
					 "address of one station: neither a group address nor zero",
					 at->device, at->interface, i);
	return 0;
}

static int check_interface(const struct control *control,
			   const struct bgw_l2_gateway_interface *interface, const struct place *at,
			   struct error *error)
{
	const struct config_port *port = config_port_find(&control->config, interface->name);
	int rc;

	if (port == NULL)
		return error_set(error, BGW_ERROR_GATEWAY_INTERFACE_NOT_FOUND,
				 "devices[%u].interfaces[%u].name: this gateway has no port "
				 "\"%.63s\"",
				 at->device, at->interface, interface->name);
	if (port->role != BGW_ROLE_ACCESS)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "devices[%u].interfaces[%u].name: port \"%s\" is an underlay "
				 "port; name an access port",
				 at->device, at->interface, port->name);
	rc = check_kind(interface, at, error);
	return rc == 0 ? check_source_macs(interface, at, error) : rc;
}

static int check_device(const struct control *control, const struct bgw_l2_gateway_device *device,
			uint32_t index, struct error *error)
{
	const struct bgw_l2_gateway_interface *interfaces = device->interfaces.items;
	const char *name = control->config.name;
	struct place at = {.device = index};
	int rc = 0;

	if (strcmp(device->device_name, "local") != 0 &&
	    (name == NULL || strcmp(device->device_name, name) != 0))
		return error_set(error, BGW_ERROR_GATEWAY_DEVICE_NOT_FOUND,
				 "devices[%u].device_name: there is no device \"%.63s\"; it must "
				 "be \"local\" or \"%s\"",
				 index, device->device_name, name != NULL ? name : "local");
	for (; at.interface < device->interfaces.count && rc == 0; at.interface++)
		rc = check_interface(control, &interfaces[at.interface], &at, error);
	return rc;
}

/* All interfaces say which tags they take, or none does and the connection will. */
static int check_all_or_none(const struct bgw_l2_gateway *gateway, struct error *error)
{
	if (!gateway_carries_ids(gateway))
		return 0;
	for (uint32_t d = 0; d < gateway->devices.count; d++) {
		const struct bgw_l2_gateway_interface *interfaces =
			device_at(gateway, d)->interfaces.items;

		for (uint32_t i = 0; i < device_at(gateway, d)->interfaces.count; i++)
			if (!interface_carries_ids(&interfaces[i]))
				return error_set(error, BGW_ERROR_GATEWAY_SEGMENTATION_REQUIRED,
						 "devices[%u].interfaces[%u].segmentation_id is "
						 "required, because other interfaces have it; "
						 "[\"0\"] is untagged",
						 d, i);
	}
	return 0;
}

static int check(const struct control *control, const struct bgw_l2_gateway *gateway,
		 struct error *error)
{
	const struct plan plan = {.control = control, .gateway = gateway};
	int rc = 0;

	for (uint32_t d = 0; d < gateway->devices.count && rc == 0; d++)
		rc = check_device(control, device_at(gateway, d), d, error);
	if (rc == 0)
		rc = check_all_or_none(gateway, error);
	return rc == 0 ? plan_check(&plan, error) : rc;
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	return check(control, object_record(new), error);
}

struct comparison {
	const struct control *control;
	const struct bgw_l2_gateway *other;
	const struct planned_attachment *wanted;
	size_t count;
};

static bool differs(void *arg, const struct planned_attachment *attachment)
{
	const struct comparison *comparison = arg;
	const struct planned_attachment *wanted = comparison->wanted;

	return attachment->port != wanted->port || attachment->kind != wanted->kind ||
	       attachment->tags.outer != wanted->tags.outer ||
	       attachment->tags.inner != wanted->tags.inner;
}

static bool is_in_other(void *arg, const struct planned_attachment *attachment)
{
	struct comparison *comparison = arg;
	const struct plan plan = {.control = comparison->control, .gateway = comparison->other};

	comparison->wanted = attachment;
	comparison->count++;
	return !plan_attachments(&plan, differs, comparison);
}

/* Options of attachments may change at any time, which attachments there are only while no
 * connection stands on them, as OpenStack has it. */
static bool has_same_attachments(const struct control *control, const struct bgw_l2_gateway *a,
				 const struct bgw_l2_gateway *b)
{
	const struct plan plan_a = {.control = control, .gateway = a};
	const struct plan plan_b = {.control = control, .gateway = b};
	struct comparison to_b = {.control = control, .other = b};
	struct comparison to_a = {.control = control, .other = a};

	return plan_attachments(&plan_a, is_in_other, &to_b) &&
	       plan_attachments(&plan_b, is_in_other, &to_a) && to_a.count == to_b.count;
}

static int validate_update(struct control *control, const struct object *old, struct object *new,
			   struct error *error)
{
	(void)old;
	return check(control, object_record(new), error);
}

static int validate_transition(struct control *control, const struct object *old,
			       const struct object *new, struct error *error)
{
	const struct bgw_l2_gateway *was = object_record(old), *is = object_record(new);
	char id[BGW_UUID_TEXT_SIZE];

	/* One that the configuration had left without effect (.runtime) is being put right. */
	if (old->runtime == NULL || gateway_network_count(control, &is->id) == 0 ||
	    has_same_attachments(control, was, is))
		return 0;
	return error_set(error, BGW_ERROR_GATEWAY_IN_USE,
			 "devices: l2_gateway %s is in use by an l2_gateway_connection; delete "
			 "that before you change its ports or VLAN ids",
			 bgw_uuid_format(&is->id, id));
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	work_publish(control, WORK_GATEWAY, old, new);
}

const struct resource l2_gateway_resource = {
	.type = &bgw_l2_gateway_type,
	.capacity = capacity,
	.limit = "tables.gateways",
	.validate_create = validate_create,
	.validate_update = validate_update,
	.validate_transition = validate_transition,
	.publish = publish,
};
