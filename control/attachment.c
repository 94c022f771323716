/* SPDX-License-Identifier: BSD-3-Clause */
#include "attachment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "fdb.h"
#include "index.h"
#include "log.h"
#include "model.h"
#include "plan.h"

struct attachments {
	uint32_t limit;
	uint32_t blocked_gateways;
	struct attachment **by_index;
};

struct attachments *attachments_create(uint32_t limit)
{
	struct attachments *attachments = calloc(1, sizeof(*attachments));

	if (attachments == NULL)
		return NULL;
	attachments->limit = limit;
	attachments->by_index = calloc(limit, sizeof(attachments->by_index[0]));
	if (attachments->by_index == NULL) {
		free(attachments);
		return NULL;
	}
	return attachments;
}

void attachments_destroy(struct attachments *attachments)
{
	if (attachments == NULL)
		return;
	for (uint32_t i = 0; i < attachments->limit; i++)
		free(attachments->by_index[i]);
	free(attachments->by_index);
	free(attachments);
}

const struct attachment *attachment_by_index(const struct attachments *attachments, uint32_t index)
{
	return index < attachments->limit ? attachments->by_index[index] : NULL;
}

uint32_t attachment_index_limit(const struct attachments *attachments)
{
	return attachments->limit;
}

const char *attachment_tags_text(const struct attachment *attachment, char text[BGW_TAGS_TEXT_SIZE])
{
	return attachment->spec.kind == BGW_ATTACHMENT_PORT
		       ? "port"
		       : bgw_tags_format(&attachment->tags, text);
}

const struct attachment *attachment_find(const struct attachments *attachments, uint16_t port,
					 const char *segmentation_id)
{
	char text[BGW_TAGS_TEXT_SIZE];

	for (uint32_t i = 1; i < attachments->limit; i++) {
		const struct attachment *attachment = attachments->by_index[i];

		if (attachment != NULL && attachment->spec.port == port &&
		    strcmp(attachment_tags_text(attachment, text), segmentation_id) == 0)
			return attachment;
	}
	return NULL;
}

void traffic_counters_since(struct bgw_traffic_counters *now,
			    const struct bgw_traffic_counters *before)
{
	now->rx_pkts -= before->rx_pkts;
	now->rx_bytes -= before->rx_bytes;
	now->tx_pkts -= before->tx_pkts;
	now->tx_bytes -= before->tx_bytes;
	now->dropped_pkts -= before->dropped_pkts;
	now->too_big_pkts -= before->too_big_pkts;
}

void attachment_counters(const struct control *control, const struct attachment *attachment,
			 struct bgw_traffic_counters *counters)
{
	bgw_attachment_counters_get(control->dataplane, attachment->index, counters);
	traffic_counters_since(counters, &attachment->before);
}

static void lists_fill(struct bgw_attachment_spec *spec,
		       const struct bgw_l2_gateway_interface *interface)
{
	const struct bgw_mac *macs = interface->source_macs.items;
	const uint32_t *ethertypes = interface->ethertypes.items;

	spec->allowed_sources_count = (uint16_t)interface->source_macs.count;
	for (uint32_t i = 0; i < interface->source_macs.count; i++)
		memcpy(spec->allowed_sources[i].addr_bytes, macs[i].bytes, sizeof(macs[i].bytes));
	spec->allowed_ethertypes_count = (uint16_t)interface->ethertypes.count;
	for (uint32_t i = 0; i < interface->ethertypes.count; i++)
		spec->allowed_ethertypes[i] = rte_cpu_to_be_16((uint16_t)ethertypes[i]);
}

/* All but the domain and what the FDB says. */
static void spec_fill(struct bgw_attachment_spec *spec, const struct planned_attachment *planned)
{
	const struct bgw_l2_gateway_interface *interface = planned->interface;

	/* Compared as bytes, so padding is zeroed too. */
	memset(spec, 0, sizeof(*spec));
	spec->port = planned->port;
	spec->kind = planned->kind;
	spec->outer_vid = planned->tags.outer;
	spec->inner_vid = planned->tags.inner;
	spec->pcp = (uint8_t)interface->pcp;
	spec->dei = interface->dei;
	spec->admin_up = planned->admin_up;
	spec->l2_control_tunnel = interface->l2_control == BGW_L2_CONTROL_TUNNEL;
	spec->storm.broadcast_pps = interface->broadcast_pps;
	spec->storm.multicast_pps = interface->multicast_pps;
	spec->storm.unknown_unicast_pps = interface->unknown_unicast_pps;
	lists_fill(spec, interface);
}

bool attachment_refuse(void *arg, uint32_t index, bool refuse)
{
	struct control *control = arg;
	struct attachment *attachment = control->attachments->by_index[index];

	if (attachment == NULL)
		return true;
	if (!forwarding_can_publish(control))
		return false;
	attachment->spec.refuse_new_sources = refuse;
	return bgw_attachment_set(control->dataplane, index, &attachment->spec) == 0;
}

static uint32_t mac_limit_of(const struct control *control,
			     const struct planned_attachment *planned)
{
	const struct config_port *port = config_port_at(&control->config, planned->port);

	return planned->interface->mac_limit != 0 ? planned->interface->mac_limit : port->mac_limit;
}

static struct attachment *attachment_of(struct gateway_state *gateway,
					const struct planned_attachment *planned)
{
	struct attachment *attachment = gateway->attachments;

	while (attachment != NULL &&
	       (attachment->spec.port != planned->port || attachment->spec.kind != planned->kind ||
		attachment->tags.outer != planned->tags.outer ||
		attachment->tags.inner != planned->tags.inner ||
		!domain_key_equal(&attachment->domain->key, &planned->domain)))
		attachment = attachment->next;
	return attachment;
}

static void attachment_remove(struct control *control, struct attachment *attachment)
{
	domain_flood_remove(control->domains, attachment->domain,
			    bgw_ref_attachment(attachment->index));
	bgw_attachment_clear(control->dataplane, attachment->index);
	fdb_attachment_retire(control->fdb, attachment->index);
	control->attachments->by_index[attachment->index] = NULL;
	index_give_back(control->indexes, INDEX_ATTACHMENT, attachment->index);
	domain_release(control->domains, attachment->domain);
	free(attachment);
}

static bool attachment_add(struct control *control, struct gateway_state *gateway,
			   const struct planned_attachment *planned)
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));
	const uint32_t index = index_take(control->indexes, INDEX_ATTACHMENT);
	struct domain *domain = domain_acquire(control->domains, &planned->domain);
	int rc;

	if (attachment == NULL || index == 0 || domain == NULL ||
	    !domain_flood_add(control->domains, domain, bgw_ref_attachment(index)))
		goto later;
	attachment->index = index;
	attachment->domain = domain;
	attachment->tags = planned->tags;
	attachment->gateway = gateway->work.id;
	spec_fill(&attachment->spec, planned);
	attachment->spec.domain = domain->id;
	bgw_attachment_counters_get(control->dataplane, index, &attachment->before);
	fdb_attachment_set(control->fdb, index, planned->port, mac_limit_of(control, planned));
	rc = bgw_attachment_set(control->dataplane, index, &attachment->spec);
	if (rc != 0) {
		domain_flood_remove(control->domains, domain, bgw_ref_attachment(index));
		/* A gateway that lost its last network wants its tags for itself again. */
		gateway->is_blocked = gateway->is_blocked || rc == -EEXIST;
		goto later;
	}
	control->attachments->by_index[index] = attachment;
	attachment->next = gateway->attachments;
	gateway->attachments = attachment;
	return true;
later:
	domain_release(control->domains, domain);
	index_give_back(control->indexes, INDEX_ATTACHMENT, index);
	free(attachment);
	return gateway->is_blocked;
}

static bool attachment_change(struct control *control, struct attachment *attachment,
			      const struct planned_attachment *planned)
{
	struct bgw_attachment_spec spec;

	spec_fill(&spec, planned);
	spec.domain = attachment->domain->id;
	fdb_attachment_set(control->fdb, attachment->index, planned->port,
			   mac_limit_of(control, planned));
	spec.refuse_new_sources = fdb_attachment_refuses(control->fdb, attachment->index);
	if (memcmp(&spec, &attachment->spec, sizeof(spec)) == 0)
		return true;
	if (bgw_attachment_set(control->dataplane, attachment->index, &spec) != 0)
		return false;
	attachment->spec = spec;
	return true;
}

struct visit {
	struct control *control;
	struct gateway_state *gateway;
};

static bool mark_wanted(void *arg, const struct planned_attachment *planned)
{
	struct visit *visit = arg;
	struct attachment *attachment = attachment_of(visit->gateway, planned);

	if (attachment != NULL)
		attachment->is_wanted = true;
	return true;
}

/* A gateway that could not have its tags may have them once others let go of theirs. */
static void blocked_touch(struct control *control)
{
	struct object *object;

	if (control->attachments->blocked_gateways == 0)
		return;
	control->attachments->blocked_gateways = 0;
	for (object = model_first(control->model, &bgw_l2_gateway_type); object != NULL;
	     object = object->next) {
		struct gateway_state *gateway = object->runtime;

		if (gateway != NULL && gateway->is_blocked)
			work_queue(control, &gateway->work);
	}
}

static bool gateway_release(struct control *control, struct work *work, const struct object *object)
{
	struct gateway_state *gateway = (struct gateway_state *)work;
	struct visit visit = {.control = control, .gateway = gateway};
	struct attachment **at = &gateway->attachments;

	for (struct attachment *a = gateway->attachments; a != NULL; a = a->next)
		a->is_wanted = false;
	if (object != NULL) {
		const struct plan plan = {.control = control, .gateway = object_record(object)};

		plan_attachments(&plan, mark_wanted, &visit);
	}
	while (*at != NULL) {
		struct attachment *attachment = *at;

		if (attachment->is_wanted) {
			at = &attachment->next;
			continue;
		}
		if (!forwarding_can_publish(control))
			return false;
		*at = attachment->next;
		attachment_remove(control, attachment);
		blocked_touch(control);
	}
	return true;
}

static bool take(void *arg, const struct planned_attachment *planned)
{
	struct visit *visit = arg;
	struct attachment *attachment = attachment_of(visit->gateway, planned);

	if (!forwarding_can_publish(visit->control))
		return false;
	return attachment != NULL ? attachment_change(visit->control, attachment, planned)
				  : attachment_add(visit->control, visit->gateway, planned);
}

static bool gateway_apply(struct control *control, struct work *work, const struct object *object)
{
	struct gateway_state *gateway = (struct gateway_state *)work;
	const struct plan plan = {.control = control, .gateway = object_record(object)};
	struct visit visit = {.control = control, .gateway = gateway};
	char id[BGW_UUID_TEXT_SIZE];

	gateway->is_blocked = false;
	if (!plan_attachments(&plan, take, &visit))
		return false;
	if (gateway->is_blocked) {
		control->attachments->blocked_gateways++;
		log_warning("l2_gateway %s waits for VLAN ids that another gateway has",
			    bgw_uuid_format(&work->id, id));
	}
	return true;
}

const struct work_operations gateway_work = {
	.type = &bgw_l2_gateway_type,
	.size = sizeof(struct gateway_state),
	.release = gateway_release,
	.apply = gateway_apply,
};
