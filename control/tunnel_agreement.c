/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections of encapsulation "auto": what was agreed on for them with the peer. */
#include <errno.h>

#include <bgw/encap.h>

#include "control.h"
#include "tunnel.h"

static bool has_key(const struct object *object, const struct bgw_agreement *agreement)
{
	const struct bgw_l2_remote_gateway_connection *connection = object_record(object);
	const struct connection_state *state = object->runtime;

	if (connection->gre_key == BGW_GRE_KEY_NONE)
		return false;
	if (connection->encapsulation != BGW_ENCAPSULATION_AUTO)
		return connection->encapsulation == agreement->encapsulation &&
		       connection->seg_id == agreement->segmentation_id;
	return state != NULL && state->is_agreed &&
	       state->agreed_encapsulation == (enum bgw_encap)agreement->encapsulation &&
	       state->agreed_seg_id == agreement->segmentation_id;
}

/* The key must be free, and one that the encapsulation can carry. */
static int check(const struct control *control, const struct object *object,
		 const struct bgw_agreement *agreement, struct error *error)
{
	const struct bgw_l2_remote_gateway_connection *connection = object_record(object);
	const struct object *other =
		model_match(control->model, &bgw_l2_remote_gateway_connection_type,
			    "remote_gateway", &connection->remote_gateway);
	const enum bgw_encap encap = (enum bgw_encap)agreement->encapsulation;
	char id[BGW_UUID_TEXT_SIZE];

	if (agreement->segmentation_id < bgw_encap_key_min(encap) ||
	    agreement->segmentation_id > bgw_encap_key_max(encap))
		return error_set(error, BGW_ERROR_CONFLICT, "%s cannot carry segmentation id %u",
				 bgw_encapsulation_names[encap], agreement->segmentation_id);
	for (; other != NULL; other = model_match_next(other, "remote_gateway"))
		if (other != object && has_key(other, agreement))
			return error_set(error, BGW_ERROR_CONFLICT,
					 "connection %s has %s with segmentation id %u already",
					 bgw_uuid_format(&object_base(other)->id, id),
					 bgw_encapsulation_names[encap],
					 agreement->segmentation_id);
	return 0;
}

int connection_agree(struct control *control, const struct bgw_uuid *connection,
		     const struct bgw_agreement *agreement, struct error *error)
{
	const struct object *object =
		model_find(control->model, &bgw_l2_remote_gateway_connection_type, connection);
	struct connection_state *state = object != NULL ? object->runtime : NULL;
	const struct bgw_l2_remote_gateway *remote;
	const struct object *gateway;

	if (state == NULL)
		return 0;
	gateway =
		model_find(control->model, &bgw_l2_remote_gateway_type,
			   &((const struct bgw_l2_remote_gateway_connection *)object_record(object))
				    ->remote_gateway);
	remote = gateway != NULL ? object_record(gateway) : NULL;
	if (remote == NULL)
		return 0;
	if (!bgw_address_equal(&remote->ipaddr, &agreement->theirs))
		return error_set(error, BGW_ERROR_CONFLICT,
				 "the peer's end of the tunnel is not the ipaddr of its "
				 "l2_remote_gateway");
	if (check(control, object, agreement, error) < 0)
		return -EINVAL;
	if (state->is_agreed &&
	    state->agreed_encapsulation == (enum bgw_encap)agreement->encapsulation &&
	    state->agreed_seg_id == agreement->segmentation_id)
		return 0;
	state->is_agreed = true;
	state->agreed_encapsulation = (enum bgw_encap)agreement->encapsulation;
	state->agreed_seg_id = agreement->segmentation_id;
	work_touch(control, object);
	return 0;
}
