/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote gateways: the other side of tunnels. */
#include <string.h>

#include "control.h"
#include "forwarding.h"
#include "model.h"
#include "negotiation/udp.h"
#include "path.h"
#include "resource.h"
#include "rpc/address.h"
#include "secret.h"
#include "tunnel.h"
#include "underlay.h"

static size_t capacity(const struct control *control)
{
	return control->config.tables.remote_gateways;
}

/* 0.0.0.0/8, 127.0.0.0/8, and from 224.0.0.0 on are nobody's address on a network. */
static bool is_host_address(const struct bgw_address *address)
{
	const uint8_t first = address->bytes[0];

	return first != 0 && first != 127 && first < 224;
}

static int check_address(const struct bgw_address *address, const char *member, struct error *error)
{
	char text[BGW_ADDRESS_TEXT_SIZE];

	if (address->family != 4)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "%s must be an IPv4 address: tunnels over IPv6 are not supported",
				 member);
	if (!is_host_address(address))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "%s must be the address of a host, which %s is not", member,
				 bgw_address_format(address, text));
	return 0;
}

static int check_encapsulations(const struct bgw_l2_remote_gateway *gateway, struct error *error)
{
	const uint32_t *encapsulations = gateway->encapsulations.items;
	uint32_t seen = 0;

	for (uint32_t i = 0; i < gateway->encapsulations.count; i++) {
		if ((seen >> encapsulations[i] & 1) != 0)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "encapsulations[%u] \"%s\" is given twice", i,
					 bgw_encapsulation_names[encapsulations[i]]);
		seen |= 1u << encapsulations[i];
	}
	if ((seen >> BGW_ENCAP_GRE & 1) != 0 && (seen >> BGW_ENCAP_NVGRE & 1) != 0)
		return error_set(error, BGW_ERROR_CONFLICT,
				 "encapsulations may have \"gre\" or \"nvgre\", not both: the wire "
				 "does not tell them apart");
	return 0;
}

/* Its connections may use an encapsulation that its list does not have. */
static int check_connections(const struct control *control,
			     const struct bgw_l2_remote_gateway *gateway, struct error *error)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type,
			    "remote_gateway", &gateway->id);
	char id[BGW_UUID_TEXT_SIZE];

	for (; object != NULL; object = model_match_next(object, "remote_gateway")) {
		const struct bgw_l2_remote_gateway_connection *connection = object_record(object);

		if (encapsulations_clash(gateway, connection->encapsulation))
			return error_set(error, BGW_ERROR_CONFLICT,
					 "encapsulations: l2_remote_gateway_connection %s uses "
					 "\"%s\", and a remote gateway uses \"gre\" or \"nvgre\", "
					 "not both",
					 bgw_uuid_format(&connection->id, id),
					 bgw_encapsulation_names[connection->encapsulation]);
	}
	return 0;
}

static int check_unique(const struct control *control, const struct bgw_l2_remote_gateway *gateway,
			const struct bgw_address *local, struct error *error)
{
	const struct object *object = model_match(control->model, &bgw_l2_remote_gateway_type,
						  "ipaddr", &gateway->ipaddr);
	char id[BGW_UUID_TEXT_SIZE], text[BGW_ADDRESS_TEXT_SIZE];

	for (; object != NULL; object = model_match_next(object, "ipaddr")) {
		const struct bgw_l2_remote_gateway *other = object_record(object);
		struct bgw_address other_local;
		struct error why;

		if (bgw_uuid_equal(&other->id, &gateway->id) ||
		    tunnel_source(control, &other->ipaddr, &other->local_ip, &other_local, &why) <
			    0 ||
		    !bgw_address_equal(&other_local, local))
			continue;
		return error_set(error, BGW_ERROR_REMOTE_GATEWAY_EXISTS,
				 "ipaddr: l2_remote_gateway %s has %s from the same local address "
				 "already; use that one, or another local_ip",
				 bgw_uuid_format(&other->id, id),
				 bgw_address_format(&gateway->ipaddr, text));
	}
	return 0;
}

static int check_negotiation(const struct control *control,
			     const struct bgw_l2_remote_gateway *gateway, struct error *error)
{
	const struct bgw_l2_remote_gateway_negotiation *negotiation = &gateway->negotiation;
	const bool has_secret = negotiation->secret != NULL && negotiation->secret[0] != '\0';
	const bool has_grpc = negotiation->grpc != NULL && negotiation->grpc[0] != '\0';
	struct rpc_address address;

	if (negotiation->enabled && !has_secret)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.secret is required when negotiation.enabled is true: "
				 "the name of one of the configuration's secrets");
	if (has_secret && secret_find(control->secrets, negotiation->secret) == NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.secret \"%.64s\" is none of the configuration's "
				 "secrets",
				 negotiation->secret);
	if (negotiation->enabled && control->config.negotiation.udp.port == 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.enabled needs negotiation.udp.port of the "
				 "configuration, which is 0");
	if (has_grpc && (rpc_address_parse(negotiation->grpc, &address) < 0 ||
			 address.path != NULL || address.port == 0))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.grpc \"%.120s\" is no place to connect to; "
				 "ADDRESS:PORT, [ADDRESS]:PORT or NAME:PORT would be",
				 negotiation->grpc);
	return 0;
}

static int check(const struct control *control, const struct bgw_l2_remote_gateway *gateway,
		 struct error *error)
{
	struct bgw_address local;
	char text[BGW_ADDRESS_TEXT_SIZE];
	int rc = check_address(&gateway->ipaddr, "ipaddr", error);

	if (rc == 0 && gateway->local_ip.family != 0)
		rc = check_address(&gateway->local_ip, "local_ip", error);
	if (rc == 0)
		rc = tunnel_source(control, &gateway->ipaddr, &gateway->local_ip, &local, error);
	if (rc < 0)
		return rc;
	if (bgw_address_equal(&local, &gateway->ipaddr))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ipaddr %s is this gateway's own address",
				 bgw_address_format(&local, text));
	rc = check_unique(control, gateway, &local, error);
	if (rc == 0)
		rc = check_negotiation(control, gateway, error);
	return rc == 0 ? check_encapsulations(gateway, error) : rc;
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	return check(control, object_record(new), error);
}

static int validate_update(struct control *control, const struct object *old, struct object *new,
			   struct error *error)
{
	int rc = check(control, object_record(new), error);

	(void)old;
	return rc == 0 ? check_connections(control, object_record(new), error) : rc;
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	work_publish(control, WORK_REMOTE_GATEWAY, old, new);
	if (old != NULL && new != NULL)
		remote_gateway_touch_connections(control, &object_base(new)->id);
}

/* Some path to it, NULL when no connection uses one. */
static const struct path *path_to(const struct control *control, const struct bgw_uuid *gateway)
{
	const struct object *object = model_match(
		control->model, &bgw_l2_remote_gateway_connection_type, "remote_gateway", gateway);

	for (; object != NULL; object = model_match_next(object, "remote_gateway")) {
		const struct connection_state *state = object->runtime;

		if (state != NULL && state->path != NULL)
			return state->path;
	}
	return NULL;
}

static void enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct bgw_l2_remote_gateway *gateway = object_record(object);
	const struct remote_gateway_state *state = object->runtime;
	const struct path *path = path_to(control, &gateway->id);
	const char *reason = "no connection uses it";
	bool is_up = false;

	if (!gateway->admin_state_up) {
		reason = "admin_state_up is false";
	} else if (state == NULL || state->local.family == 0) {
		reason = "this gateway has no address towards it";
	} else if (negotiation_udp_is_down(state->negotiation)) {
		reason = negotiation_udp_reason(state->negotiation);
	} else if (path != NULL) {
		reason = path_state(path)->reason;
		is_up = path_state(path)->state == UNDERLAY_UP;
	}
	cJSON_AddStringToObject(json, "status", is_up ? "ACTIVE" : "DOWN");
	cJSON_AddStringToObject(json, "status_reason", reason);
}

const struct resource l2_remote_gateway_resource = {
	.type = &bgw_l2_remote_gateway_type,
	.capacity = capacity,
	.limit = "tables.remote_gateways",
	.validate_create = validate_create,
	.validate_update = validate_update,
	.publish = publish,
	.enrich = enrich,
};
