/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote gateway connections: tunnels into broadcast domains. */
#include <bgw/encap.h>

#include "control.h"
#include "fdb.h"
#include "forwarding.h"
#include "l2_remote_mac.h"
#include "model.h"
#include "path.h"
#include "plan.h"
#include "resource.h"
#include "tunnel.h"

typedef struct bgw_l2_remote_gateway_connection connection_record;

static size_t capacity(const struct control *control)
{
	return control->config.tables.connections;
}

static uint64_t bit_of(const char *member)
{
	const struct bgw_record *record = &bgw_l2_remote_gateway_connection_type.record;

	return UINT64_C(1) << (bgw_field_find(record, member) - record->fields);
}

static bool given(const connection_record *connection, const char *member)
{
	return (connection->given & bit_of(member)) != 0;
}

static const struct bgw_l2_remote_gateway *remote_of(const struct control *control,
						     const connection_record *connection)
{
	return object_record(model_find(control->model, &bgw_l2_remote_gateway_type,
					&connection->remote_gateway));
}

static bool is_keyless(const connection_record *connection)
{
	return connection->gre_key == BGW_GRE_KEY_NONE;
}

/* Kept with the object, so that a later change of the network or of the remote gateway does not
 * change a tunnel that the other side knows otherwise. */
static int complete(const struct control *control, connection_record *connection,
		    const struct domain_key *domain, struct error *error)
{
	const struct object *network =
		domain->is_private ? NULL
				   : model_find(control->model, &bgw_network_type, &domain->id);

	if (!given(connection, "encapsulation")) {
		connection->encapsulation =
			*(const uint32_t *)remote_of(control, connection)->encapsulations.items;
		connection->given |= bit_of("encapsulation");
	}
	if (given(connection, "seg_id") || is_keyless(connection))
		return 0;
	/* What is agreed on with the peer may be the network's or the peer's. */
	if (connection->encapsulation == BGW_ENCAPSULATION_AUTO)
		return 0;
	if (network == NULL || !object_given(network, "provider:segmentation_id"))
		return error_set(error, BGW_ERROR_INVALID_INPUT, "seg_id is required: %s",
				 network == NULL ? "the gateway is in no network whose "
						   "provider:segmentation_id it could be"
						 : "the network has no provider:segmentation_id");
	connection->seg_id = ((const struct bgw_network *)object_record(network))->segmentation_id;
	connection->given |= bit_of("seg_id");
	return 0;
}

static int check_key(const connection_record *connection, struct error *error)
{
	const enum bgw_encap encap = (enum bgw_encap)connection->encapsulation;
	uint32_t min, max;

	if (connection->encapsulation == BGW_ENCAPSULATION_AUTO) {
		if (!is_keyless(connection))
			return 0;
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "gre_key \"none\" is for encapsulation \"gre\", not \"auto\"");
	}
	min = bgw_encap_key_min(encap);
	max = bgw_encap_key_max(encap);
	if (is_keyless(connection) && encap != BGW_ENCAP_GRE)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "gre_key \"none\" is for encapsulation \"gre\", not \"%s\"",
				 bgw_encapsulation_names[encap]);
	if (!is_keyless(connection) && (connection->seg_id < min || connection->seg_id > max))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "seg_id must be between %u and %u with encapsulation \"%s\"", min,
				 max, bgw_encapsulation_names[encap]);
	return 0;
}

/* Those that are negotiated are looked at when they are agreed on. */
static bool same_key(const connection_record *a, const connection_record *b)
{
	return a->encapsulation != BGW_ENCAPSULATION_AUTO && a->encapsulation == b->encapsulation &&
	       is_keyless(a) == is_keyless(b) && (is_keyless(a) || a->seg_id == b->seg_id);
}

static bool gre_clash(const connection_record *a, const connection_record *b)
{
	return (a->encapsulation == BGW_ENCAP_GRE && b->encapsulation == BGW_ENCAP_NVGRE) ||
	       (a->encapsulation == BGW_ENCAP_NVGRE && b->encapsulation == BGW_ENCAP_GRE);
}

bool encapsulations_clash(const struct bgw_l2_remote_gateway *gateway, uint32_t encapsulation)
{
	const uint32_t *list = gateway->encapsulations.items;

	for (uint32_t i = 0; i < gateway->encapsulations.count; i++)
		if ((list[i] == BGW_ENCAP_GRE && encapsulation == BGW_ENCAP_NVGRE) ||
		    (list[i] == BGW_ENCAP_NVGRE && encapsulation == BGW_ENCAP_GRE))
			return true;
	return false;
}

static int refuse_clash(struct error *error)
{
	return error_set(error, BGW_ERROR_CONFLICT,
			 "encapsulation: the remote gateway uses \"gre\" or \"nvgre\", not both: "
			 "the wire does not tell them apart");
}

/* Against the other connections of the remote gateway. */
static int check_others(const struct control *control, const connection_record *connection,
			struct error *error)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type,
			    "remote_gateway", &connection->remote_gateway);
	char id[BGW_UUID_TEXT_SIZE];

	if (encapsulations_clash(remote_of(control, connection), connection->encapsulation))
		return refuse_clash(error);
	for (; object != NULL; object = model_match_next(object, "remote_gateway")) {
		const connection_record *other = object_record(object);

		if (bgw_uuid_equal(&other->id, &connection->id))
			continue;
		if (gre_clash(other, connection))
			return refuse_clash(error);
		if (!same_key(other, connection))
			continue;
		bgw_uuid_format(&other->id, id);
		if (is_keyless(connection))
			return error_set(error, BGW_ERROR_REMOTE_CONNECTION_EXISTS,
					 "gre_key: connection %s is the one without a key that the "
					 "remote gateway may have",
					 id);
		return error_set(error, BGW_ERROR_REMOTE_CONNECTION_EXISTS,
				 "seg_id: connection %s has %u with encapsulation \"%s\" to the "
				 "same remote gateway already",
				 id, connection->seg_id,
				 bgw_encapsulation_names[connection->encapsulation]);
	}
	return 0;
}

static int check(const struct control *control, connection_record *connection, struct error *error)
{
	struct domain_key domain;
	int rc;

	if (remote_connection_domain(control, connection, &domain) < 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "network is required: the gateway is in several networks");
	rc = complete(control, connection, &domain, error);
	if (rc == 0)
		rc = check_key(connection, error);
	return rc == 0 ? check_others(control, connection, error) : rc;
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	return check(control, object_record_mutable(new), error);
}

static int validate_update(struct control *control, const struct object *old, struct object *new,
			   struct error *error)
{
	(void)old;
	return check(control, object_record_mutable(new), error);
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	const connection_record *connection = object_record(new != NULL ? new : old);
	const struct object *remote = model_find(control->model, &bgw_l2_remote_gateway_type,
						 &connection->remote_gateway);
	const struct remote_gateway_state *state = remote != NULL ? remote->runtime : NULL;

	work_publish(control, WORK_CONNECTION, old, new);
	/* Whether GRE of this peer is NVGRE follows its connections. */
	if (state != NULL && connection->encapsulation != BGW_ENCAP_VXLAN &&
	    connection->encapsulation != BGW_ENCAPSULATION_AUTO)
		work_touch(control, remote);
}

static void traffic_add(const struct control *control, const struct connection_state *state,
			cJSON *json)
{
	struct bgw_traffic_counters counters;

	connection_counters(control, state, &counters);
	cJSON_AddNumberToObject(json, "rx_packets", (double)counters.rx_pkts);
	cJSON_AddNumberToObject(json, "rx_bytes", (double)counters.rx_bytes);
	cJSON_AddNumberToObject(json, "tx_packets", (double)counters.tx_pkts);
	cJSON_AddNumberToObject(json, "tx_bytes", (double)counters.tx_bytes);
	cJSON_AddNumberToObject(json, "dropped_packets", (double)counters.dropped_pkts);
	cJSON_AddNumberToObject(json, "too_big_packets", (double)counters.too_big_pkts);
	cJSON_AddNumberToObject(json, "mac_count",
				state != NULL && state->index != 0
					? fdb_connection_count(control->fdb, state->index)
					: 0);
}

static void agreement_add(const struct object *object, cJSON *json)
{
	const connection_record *connection = object_record(object);
	const struct connection_state *state = object->runtime;

	if (connection->encapsulation == BGW_ENCAPSULATION_AUTO && state != NULL &&
	    state->is_agreed) {
		cJSON_AddStringToObject(json, "agreed_encapsulation",
					bgw_encapsulation_names[state->agreed_encapsulation]);
		cJSON_AddNumberToObject(json, "agreed_seg_id", state->agreed_seg_id);
	} else {
		cJSON_AddNullToObject(json, "agreed_encapsulation");
		cJSON_AddNullToObject(json, "agreed_seg_id");
	}
}

static void enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct connection_state *state = object->runtime;
	const uint16_t mtu =
		state != NULL && state->path != NULL ? path_inner_mtu_bytes(state->path) : 0;

	agreement_add(object, json);
	if (mtu != 0)
		cJSON_AddNumberToObject(json, "mtu", mtu);
	else
		cJSON_AddNullToObject(json, "mtu");
	cJSON_AddStringToObject(json, "status",
				mtu != 0 && state->is_set && state->spec.admin_up ? "ACTIVE"
										  : "DOWN");
	traffic_add(control, state, json);
}

const struct resource l2_remote_gateway_connection_resource = {
	.type = &bgw_l2_remote_gateway_connection_type,
	.capacity = capacity,
	.limit = "tables.connections",
	.validate_create = validate_create,
	.validate_update = validate_update,
	.publish = publish,
	.enrich = enrich,
};
