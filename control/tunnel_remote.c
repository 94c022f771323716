/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote gateways in the dataplane: whom packets may come from. */
#include <errno.h>
#include <string.h>

#include "control.h"
#include "index.h"
#include "log.h"
#include "model.h"
#include "negotiation/udp.h"
#include "packet_path.h"
#include "tunnel.h"
#include "underlay.h"

int tunnel_source(const struct control *control, const struct bgw_address *remote,
		  const struct bgw_address *local_ip, struct bgw_address *source,
		  struct error *error)
{
	char why[256];

	if (control->underlay == NULL) {
		*source = local_ip->family != 0 ? *local_ip : control->config.underlay.vtep;
		return 0;
	}
	if (underlay_source(control->underlay, remote, local_ip, source, why, sizeof(why)) == 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT, "local_ip: %s", why);
}

static bool list_has(const struct bgw_list *encapsulations, enum bgw_encap encap)
{
	for (uint32_t i = 0; i < encapsulations->count; i++)
		if (((const uint32_t *)encapsulations->items)[i] == encap)
			return true;
	return false;
}

/* The wire does not tell NVGRE from GRE, so a remote gateway speaks one of them. */
static bool speaks_nvgre(const struct control *control, const struct bgw_l2_remote_gateway *gateway)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type,
			    "remote_gateway", &gateway->id);

	for (; object != NULL; object = model_match_next(object, "remote_gateway")) {
		const struct bgw_l2_remote_gateway_connection *connection = object_record(object);

		if (connection->encapsulation == BGW_ENCAP_NVGRE)
			return true;
		if (connection->encapsulation == BGW_ENCAP_GRE)
			return false;
	}
	return list_has(&gateway->encapsulations, BGW_ENCAP_NVGRE);
}

static bool same_addresses(const struct remote_gateway_state *state,
			   const struct bgw_address *local, const struct bgw_address *remote)
{
	return bgw_address_equal(&state->local, local) && bgw_address_equal(&state->remote, remote);
}

/* False: not now, call again. */
static bool withdraw(struct control *control, struct remote_gateway_state *state)
{
	if (state->peer == 0)
		return true;
	if (!negotiation_udp_clear(control, state))
		return false;
	bgw_peer_clear(control->dataplane, state->peer);
	state->local.family = 0;
	return true;
}

static bool release(struct control *control, struct work *work, const struct object *object)
{
	struct remote_gateway_state *state = (struct remote_gateway_state *)work;
	const struct bgw_l2_remote_gateway *gateway;
	struct bgw_address local;
	struct error why;

	if (object == NULL) {
		if (!withdraw(control, state))
			return false;
		index_give_back(control->indexes, INDEX_PEER, state->peer);
		return true;
	}
	gateway = object_record(object);
	if (tunnel_source(control, &gateway->ipaddr, &gateway->local_ip, &local, &why) < 0 ||
	    !same_addresses(state, &local, &gateway->ipaddr))
		return withdraw(control, state);
	return true;
}

void remote_gateway_touch_connections(struct control *control, const struct bgw_uuid *gateway)
{
	const struct object *object = model_match(
		control->model, &bgw_l2_remote_gateway_connection_type, "remote_gateway", gateway);

	for (; object != NULL; object = model_match_next(object, "remote_gateway"))
		work_touch(control, object);
}

static bool apply(struct control *control, struct work *work, const struct object *object)
{
	struct remote_gateway_state *state = (struct remote_gateway_state *)work;
	const struct bgw_l2_remote_gateway *gateway = object_record(object);
	struct bgw_address local;
	struct bgw_peer_spec spec;
	struct error why;
	char id[BGW_UUID_TEXT_SIZE];

	if (tunnel_source(control, &gateway->ipaddr, &gateway->local_ip, &local, &why) < 0) {
		log_warning("l2_remote_gateway %s waits: %s", bgw_uuid_format(&work->id, id),
			    why.message);
		return true;
	}
	spec = (struct bgw_peer_spec){
		.local = packet_path_ip(&local),
		.remote = packet_path_ip(&gateway->ipaddr),
		.nvgre = speaks_nvgre(control, gateway),
	};
	if (state->peer == 0)
		state->peer = index_take(control->indexes, INDEX_PEER);
	if (state->peer == 0 || bgw_peer_set(control->dataplane, state->peer, &spec) != 0)
		return false;
	/* Its connections wait for it, or have to go another way. */
	if (!same_addresses(state, &local, &gateway->ipaddr))
		remote_gateway_touch_connections(control, &gateway->id);
	state->nvgre = spec.nvgre;
	state->local = local;
	state->remote = gateway->ipaddr;
	return negotiation_udp_set(control, state, gateway);
}

const struct work_operations remote_gateway_work = {
	.type = &bgw_l2_remote_gateway_type,
	.size = sizeof(struct remote_gateway_state),
	.release = release,
	.apply = apply,
};
