/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote gateway connections in the dataplane: tunnels into broadcast domains. */
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "control.h"
#include "fdb.h"
#include "index.h"
#include "model.h"
#include "negotiation/udp.h"
#include "path.h"
#include "plan.h"
#include "tunnel.h"

/* What the model wants of a connection. */
struct wanted {
	const struct bgw_l2_remote_gateway_connection *record;
	const struct bgw_l2_remote_gateway *remote;
	const struct remote_gateway_state *remote_state;
	struct domain_key domain;
	enum bgw_encap encapsulation; /* as configured, or as agreed */
	uint32_t seg_id;
};

/* False: it cannot be published as things are. */
static bool wanted_find(const struct control *control, const struct connection_state *state,
			const struct object *object, struct wanted *wanted)
{
	const struct object *remote;

	wanted->record = object_record(object);
	remote = model_find(control->model, &bgw_l2_remote_gateway_type,
			    &wanted->record->remote_gateway);
	if (remote == NULL || remote->runtime == NULL)
		return false;
	wanted->remote = object_record(remote);
	wanted->remote_state = remote->runtime;
	wanted->encapsulation = (enum bgw_encap)wanted->record->encapsulation;
	wanted->seg_id = wanted->record->seg_id;
	if (wanted->record->encapsulation == BGW_ENCAPSULATION_AUTO) {
		if (!state->is_agreed)
			return false;
		wanted->encapsulation = state->agreed_encapsulation;
		wanted->seg_id = state->agreed_seg_id;
	}
	return remote_connection_domain(control, wanted->record, &wanted->domain) == 0;
}

static bool is_keyless(const struct bgw_l2_remote_gateway_connection *record)
{
	return record->gre_key == BGW_GRE_KEY_NONE && record->encapsulation == BGW_ENCAP_GRE;
}

static bool same_key(const struct bgw_connection_spec *spec, const struct wanted *wanted)
{
	return spec->peer == wanted->remote_state->peer && spec->encap == wanted->encapsulation &&
	       spec->keyless == is_keyless(wanted->record) &&
	       (spec->keyless || spec->segmentation_id == wanted->seg_id);
}

static void clear(struct control *control, struct connection_state *state)
{
	if (state->is_set)
		bgw_connection_clear(control->dataplane, state->index);
	state->is_set = false;
}

static bool withdraw(struct control *control, struct connection_state *state)
{
	const bgw_ref ref = bgw_ref_connection(state->index);

	if (state->index == 0)
		return true;
	if (!connection_macs_withdraw(control, state))
		return false;
	if (state->is_in_flood)
		domain_flood_remove(control->domains, state->domain, ref);
	state->is_in_flood = false;
	clear(control, state);
	fdb_connection_retire(control->fdb, state->index);
	control->connections[state->index] = NULL;
	index_give_back(control->indexes, INDEX_CONNECTION, state->index);
	state->index = 0;
	path_release(state->path);
	state->path = NULL;
	domain_release(control->domains, state->domain);
	state->domain = NULL;
	return true;
}

static bool release(struct control *control, struct work *work, const struct object *object)
{
	struct connection_state *state = (struct connection_state *)work;
	struct wanted wanted;

	if (object == NULL || !wanted_find(control, state, object, &wanted) ||
	    (state->index != 0 && !domain_key_equal(&state->domain->key, &wanted.domain)))
		return withdraw(control, state);
	if (state->is_set && !same_key(&state->spec, &wanted))
		clear(control, state);
	return true;
}

static void macs_touch(struct control *control, const struct bgw_uuid *connection)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_mac_type, "rgw_connection", connection);

	for (; object != NULL; object = model_match_next(object, "rgw_connection"))
		work_touch(control, object);
}

static bool place(struct control *control, struct connection_state *state,
		  const struct wanted *wanted)
{
	if (state->index != 0)
		return true;
	state->domain = domain_acquire(control->domains, &wanted->domain);
	if (state->domain != NULL)
		state->index = index_take(control->indexes, INDEX_CONNECTION);
	if (state->index == 0) {
		domain_release(control->domains, state->domain);
		state->domain = NULL;
		return false;
	}
	control->connections[state->index] = state;
	bgw_connection_counters_get(control->dataplane, state->index, &state->before);
	fdb_connection_set(control->fdb, state->index);
	macs_touch(control, &state->work.id);
	return true;
}

static void spec_fill(const struct control *control, const struct connection_state *state,
		      const struct wanted *wanted, const struct path *path,
		      struct bgw_connection_spec *spec)
{
	const struct bgw_l2_remote_gateway_connection *record = wanted->record;

	*spec = (struct bgw_connection_spec){
		.domain = state->domain->id,
		.path = path_index(path),
		.peer = wanted->remote_state->peer,
		.encap = wanted->encapsulation,
		.segmentation_id = is_keyless(record) ? 0 : wanted->seg_id,
		.keyless = is_keyless(record),
		.admin_up = record->admin_state_up && wanted->remote->admin_state_up &&
			    domain_is_up(control, &wanted->domain),
		.mtu_signal = record->mtu_signal,
	};
}

static struct path_key path_wanted(const struct wanted *wanted)
{
	const bool dscp_given =
		bgw_object_given(&bgw_l2_remote_gateway_type, wanted->remote, "dscp");

	return (struct path_key){
		.remote = wanted->remote_state->remote,
		.local = wanted->remote_state->local,
		.encap = wanted->encapsulation,
		.keyless = is_keyless(wanted->record),
		.ttl = (uint8_t)wanted->remote->ttl,
		.dscp = dscp_given ? (int8_t)wanted->remote->dscp : BGW_DSCP_COPY,
	};
}

static bool flood_apply(struct control *control, struct connection_state *state, bool flood)
{
	const bgw_ref ref = bgw_ref_connection(state->index);

	if (flood == state->is_in_flood)
		return true;
	if (flood && !domain_flood_add(control->domains, state->domain, ref))
		return false;
	if (!flood)
		domain_flood_remove(control->domains, state->domain, ref);
	state->is_in_flood = flood;
	return true;
}

/* Who was behind a gateway that is not there may be found elsewhere. */
static bool forget_apply(struct control *control, struct connection_state *state, bool is_down)
{
	const struct fdb_selection behind = {.place = bgw_ref_connection(state->index),
					     .port = FDB_PORT_NONE};

	if (is_down && !state->is_forgotten && fdb_flush(control->fdb, &behind) < 0)
		return false;
	state->is_forgotten = is_down;
	return true;
}

static bool apply(struct control *control, struct work *work, const struct object *object)
{
	struct connection_state *state = (struct connection_state *)work;
	struct wanted wanted;
	struct path_key key;
	struct path *path;
	bool is_down;

	if (!wanted_find(control, state, object, &wanted) || wanted.remote_state->peer == 0 ||
	    wanted.remote_state->local.family == 0)
		return withdraw(control, state);
	if (!place(control, state, &wanted))
		return false;
	key = path_wanted(&wanted);
	path = path_acquire(control->paths, &key);
	if (path == NULL)
		return false;
	spec_fill(control, state, &wanted, path, &state->spec);
	if (bgw_connection_set(control->dataplane, state->index, &state->spec) != 0) {
		path_release(path);
		return false;
	}
	/* The new path is in use, so the old one may go: a changed address is a swap. */
	path_release(state->path);
	state->path = path;
	state->is_set = true;
	is_down = negotiation_udp_is_down(wanted.remote_state->negotiation);
	return flood_apply(control, state, wanted.record->flood && !is_down) &&
	       forget_apply(control, state, is_down);
}

const struct work_operations connection_work = {
	.type = &bgw_l2_remote_gateway_connection_type,
	.size = sizeof(struct connection_state),
	.release = release,
	.apply = apply,
};

const struct object *connection_by_index(const struct control *control, uint32_t index)
{
	const struct connection_state *state = control->connections[index];

	return state == NULL ? NULL
			     : model_find(control->model, &bgw_l2_remote_gateway_connection_type,
					  &state->work.id);
}

void connection_counters(const struct control *control, const struct connection_state *connection,
			 struct bgw_traffic_counters *counters)
{
	*counters = (struct bgw_traffic_counters){0};
	if (connection == NULL || connection->index == 0)
		return;
	bgw_connection_counters_get(control->dataplane, connection->index, counters);
	traffic_counters_since(counters, &connection->before);
}
