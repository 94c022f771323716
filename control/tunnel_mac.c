/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote MACs in the dataplane: static forwarding entries, and addresses answered at the edge. */
#include <string.h>

#include <bgw/bridge.h>

#include "control.h"
#include "fdb.h"
#include "index.h"
#include "model.h"
#include "packet_path.h"
#include "tunnel.h"

/* A host with two addresses is two objects with one MAC behind one connection. */
static bool is_shared(const struct control *control, const struct remote_mac_state *state)
{
	struct bgw_mac mac;
	const struct object *object;

	memcpy(mac.bytes, state->mac.addr_bytes, sizeof(mac.bytes));
	object = model_match(control->model, &bgw_l2_remote_mac_type, "mac", &mac);
	for (; object != NULL; object = model_match_next(object, "mac")) {
		const struct remote_mac_state *other = object->runtime;

		if (other != NULL && other != state && other->connection == state->connection)
			return true;
	}
	return false;
}

static void withdraw(struct control *control, struct remote_mac_state *state)
{
	struct connection_state *connection = state->connection;

	if (state->neighbour != 0) {
		bgw_neighbour_clear(control->dataplane, state->neighbour);
		index_give_back(control->indexes, INDEX_NEIGHBOUR, state->neighbour);
		domain_address_count(control->domains, connection->domain, -1);
		state->neighbour = 0;
	}
	if (!is_shared(control, state))
		fdb_static_remove(control->fdb, connection->domain->id, &state->mac);
	*state->previous = state->next;
	if (state->next != NULL)
		state->next->previous = state->previous;
	state->connection = NULL;
}

bool connection_macs_withdraw(struct control *control, struct connection_state *connection)
{
	while (connection->macs != NULL) {
		struct remote_mac_state *state = connection->macs;

		if (!forwarding_can_publish(control))
			return false;
		withdraw(control, state);
		work_queue(control, &state->work);
	}
	return true;
}

static struct connection_state *connection_of(const struct control *control,
					      const struct bgw_l2_remote_mac *record)
{
	const struct object *object = model_find(
		control->model, &bgw_l2_remote_gateway_connection_type, &record->rgw_connection);
	struct connection_state *connection = object != NULL ? object->runtime : NULL;

	return connection != NULL && connection->index != 0 ? connection : NULL;
}

static bool is_as_wanted(const struct control *control, const struct remote_mac_state *state,
			 const struct bgw_l2_remote_mac *record)
{
	return state->connection == connection_of(control, record) &&
	       state->router == record->router && bgw_address_equal(&state->ip, &record->ipaddr);
}

static bool release(struct control *control, struct work *work, const struct object *object)
{
	struct remote_mac_state *state = (struct remote_mac_state *)work;

	if (state->connection != NULL &&
	    (object == NULL || !is_as_wanted(control, state, object_record(object))))
		withdraw(control, state);
	return true;
}

static bool address_add(struct control *control, struct remote_mac_state *state, bgw_ref place)
{
	struct bgw_neighbour_spec spec = {
		.domain = state->connection->domain->id,
		.ip = packet_path_ip(&state->ip),
		.mac = state->mac,
		.place = place,
		.router = state->router,
	};

	if (state->ip.family == 0)
		return true;
	state->neighbour = index_take(control->indexes, INDEX_NEIGHBOUR);
	if (state->neighbour == 0)
		return false;
	if (bgw_neighbour_set(control->dataplane, state->neighbour, &spec) != 0) {
		index_give_back(control->indexes, INDEX_NEIGHBOUR, state->neighbour);
		state->neighbour = 0;
		return false;
	}
	domain_address_count(control->domains, state->connection->domain, 1);
	return true;
}

static bool apply(struct control *control, struct work *work, const struct object *object)
{
	struct remote_mac_state *state = (struct remote_mac_state *)work;
	const struct bgw_l2_remote_mac *record = object_record(object);
	struct connection_state *connection = connection_of(control, record);
	bgw_ref place;

	/* While its connection is not published it waits; that one touches it. */
	if (connection == NULL || state->connection != NULL)
		return true;
	place = bgw_ref_connection(connection->index);
	memcpy(state->mac.addr_bytes, record->mac.bytes, sizeof(record->mac.bytes));
	state->ip = record->ipaddr;
	state->router = record->router;
	state->connection = connection;
	if (!address_add(control, state, place)) {
		state->connection = NULL;
		return false;
	}
	fdb_static_set(control->fdb, connection->domain->id, &state->mac, place);
	state->next = connection->macs;
	state->previous = &connection->macs;
	if (state->next != NULL)
		state->next->previous = &state->next;
	connection->macs = state;
	return true;
}

const struct work_operations remote_mac_work = {
	.type = &bgw_l2_remote_mac_type,
	.size = sizeof(struct remote_mac_state),
	.release = release,
	.apply = apply,
};
