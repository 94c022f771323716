/* SPDX-License-Identifier: BSD-3-Clause */
#include "happenings.h"

#include <string.h>

#include "control.h"
#include "events.h"
#include "list.h"
#include "mac.h"
#include "path.h"
#include "record.h"
#include "resource.h"
#include "text.h"
#include "tunnel.h"
#include "underlay.h"

/* One that another change of the same batch replaced has no run-time members any more. NULL without
 * memory. */
static cJSON *object_as_it_is(struct control *control, const struct object *object)
{
	struct text text = {0};
	cJSON *json = NULL;

	if (model_find(control->model, object->type, &object_base(object)->id) == object) {
		list_item_text(control, resource_of(object->type), NULL, object, &text);
	} else {
		text_add(&text, "{", 1);
		record_text(&text, &object->type->record, object_record(object), RECORD_ANSWERED,
			    NULL, NULL);
		text_add(&text, "}", 1);
	}
	text_add(&text, "", 1);
	if (!text.broken)
		json = cJSON_CreateRaw(text.bytes);
	text_free(&text);
	return json;
}

void happening_change(struct control *control, const struct change *change)
{
	const struct object *object = change->new != NULL ? change->new : change->old;
	char id[BGW_UUID_TEXT_SIZE];
	cJSON *json;

	if (!model_type_is_shown(object->type) || !event_happened(control->events, object->type))
		return;
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "type", object->type->name);
	cJSON_AddStringToObject(json, "id", bgw_uuid_format(&object_base(object)->id, id));
	cJSON_AddItemToObject(json, object->type->name, object_as_it_is(control, object));
	events_tell(control->events,
		    change->old == NULL	  ? EVENT_CREATED
		    : change->new == NULL ? EVENT_DELETED
					  : EVENT_UPDATED,
		    object->type, json);
}

void happening_mac(struct control *control, uint16_t domain, bgw_ref place,
		   const struct rte_ether_addr *mac, bool has_moved)
{
	cJSON *json;

	if (!event_happened(control->events, &bgw_mac_type))
		return;
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "type", bgw_mac_type.name);
	cJSON_AddItemToObject(json, bgw_mac_type.name, mac_place_json(control, domain, place, mac));
	events_tell(control->events, has_moved ? EVENT_MAC_MOVED : EVENT_MAC_LEARNED, &bgw_mac_type,
		    json);
}

void happening_peer(struct control *control, const struct bgw_uuid *gateway, bool is_up,
		    const char *reason)
{
	char id[BGW_UUID_TEXT_SIZE];
	cJSON *json, *inner;

	if (!event_happened(control->events, &bgw_negotiation_session_type))
		return;
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "type", bgw_negotiation_session_type.name);
	inner = cJSON_AddObjectToObject(json, bgw_negotiation_session_type.name);
	cJSON_AddStringToObject(inner, "l2_remote_gateway", bgw_uuid_format(gateway, id));
	cJSON_AddStringToObject(inner, "reason", reason);
	events_tell(control->events, is_up ? EVENT_PEER_UP : EVENT_PEER_DOWN,
		    &bgw_negotiation_session_type, json);
}

/* Those whose tunnels take the path. */
static void add_remote_gateways(const struct control *control, const struct path_key *key,
				cJSON *json)
{
	cJSON *ids = cJSON_AddArrayToObject(json, "l2_remote_gateways");
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_gateway_type, "ipaddr", &key->remote);
	char id[BGW_UUID_TEXT_SIZE];

	for (; object != NULL; object = model_match_next(object, "ipaddr")) {
		const struct remote_gateway_state *state = object->runtime;

		if (state != NULL && bgw_address_equal(&state->local, &key->local))
			cJSON_AddItemToArray(ids, cJSON_CreateString(bgw_uuid_format(
							  &object_base(object)->id, id)));
	}
}

void happening_path(void *context, const struct path *path)
{
	struct control *control = context;
	const struct path_key *key = path_key(path);
	char address[BGW_ADDRESS_TEXT_SIZE];
	cJSON *json, *inner;

	if (!path_turned(path) || !event_happened(control->events, NULL))
		return;
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "type", "path");
	inner = cJSON_AddObjectToObject(json, "path");
	cJSON_AddStringToObject(inner, "remote", bgw_address_format(&key->remote, address));
	cJSON_AddStringToObject(inner, "local", bgw_address_format(&key->local, address));
	cJSON_AddStringToObject(inner, "encapsulation", bgw_encapsulation_names[key->encap]);
	cJSON_AddStringToObject(inner, "reason", path_state(path)->reason);
	add_remote_gateways(control, key, inner);
	events_tell(control->events,
		    path_state(path)->state == UNDERLAY_UP ? EVENT_PATH_UP : EVENT_PATH_DOWN, NULL,
		    json);
}
