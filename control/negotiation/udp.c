/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "negotiation/journal.h"
#include "negotiation/udp_private.h"
#include "packet_path.h"
#include "secret.h"
#include "underlay.h"

#define MS	     UINT64_C(1000000)
#define TICK_MS	     5
#define RETRY_MIN_NS (250 * MS)
#define RETRY_MAX_NS (4000 * MS)
/* At the end: for workers to say that sessions are closed. */
#define CLOSE_TURNS   40
#define CLOSE_TURN_US 500
/* In one step of a walk. */
#define SHOWN_AT_ONCE 32

uint64_t udp_random(void)
{
	uint64_t value = 0;

	/* Blocks until the kernel has enough of it, once after boot. */
	while (getrandom(&value, sizeof(value), 0) != sizeof(value))
		;
	return value;
}

struct bgw_greeting_offer udp_offer(void)
{
	struct bgw_greeting_offer offer = {0};

	while (offer.session == 0 || offer.nonce == 0) {
		offer.session = (uint32_t)udp_random();
		offer.nonce = udp_random();
	}
	return offer;
}

static void reports_take(struct control *control)
{
	struct negotiation_udp *udp = control->negotiation_udp;
	struct bgw_negotiation_report reports[16];
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	uint32_t count;

	do {
		count = bgw_negotiation_report_take(control->dataplane, reports, 16);
		for (uint32_t i = 0; i < count; i++)
			if (udp->by_index[reports[i].peer] != NULL)
				udp_peer_report(udp->by_index[reports[i].peer], &reports[i]);
	} while (count > 0 && loop_now_ns() < deadline_ns);
}

static void tick(void *arg)
{
	reports_take(arg);
}

void udp_peer_session_set(struct negotiation_udp_peer *peer, uint32_t session)
{
	struct negotiation_udp *udp = peer->control->negotiation_udp;
	struct negotiation_udp_peer **bucket = &udp->by_session[peer->session & udp->session_mask];

	while (peer->session != 0 && *bucket != peer)
		bucket = &(*bucket)->next_of_session;
	if (peer->session != 0)
		*bucket = peer->next_of_session;
	peer->session = session;
	bucket = &udp->by_session[session & udp->session_mask];
	if (session == 0)
		return;
	peer->next_of_session = *bucket;
	*bucket = peer;
}

struct negotiation_udp_peer *udp_peer_of_session(const struct control *control, uint32_t session)
{
	const struct negotiation_udp *udp = control->negotiation_udp;
	struct negotiation_udp_peer *peer = udp->by_session[session & udp->session_mask];

	while (peer != NULL && peer->session != session)
		peer = peer->next_of_session;
	return peer;
}

/* Somebody may want to know what changed. */
static int journal_start(struct control *control, struct error *error)
{
	const struct config_negotiation *config = &control->config.negotiation;

	if (config->grpc.listen.count + config->tcp.listen.count + config->tcp.peers.count == 0)
		return 0;
	control->journal = journal_create();
	return control->journal != NULL
		       ? 0
		       : error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation");
}

int negotiation_udp_start(struct control *control, struct error *error)
{
	const struct bgw_limits limits = packet_path_limits(&control->config);
	struct negotiation_udp *udp = calloc(1, sizeof(*udp));

	control->secrets = secrets_load(control->config.secrets, error);
	if (control->secrets == NULL) {
		free(udp);
		return -EINVAL;
	}
	if (udp != NULL) {
		control->negotiation_udp = udp;
		udp->epoch = (uint32_t)time(NULL) & INT32_MAX;
		/* So many hellos, one in a nanosecond, take a century. */
		udp->counter = udp_random() >> 1;
		udp->index_count = limits.peers;
		udp->by_index = calloc(limits.peers, sizeof(udp->by_index[0]));
		while (udp->session_mask < limits.peers)
			udp->session_mask = udp->session_mask * 2 + 1;
		udp->by_session = calloc((size_t)udp->session_mask + 1, sizeof(udp->by_session[0]));
		udp->timer = loop_timer_create(control->loop, LOOP_NEVER, 0, tick, control);
	}
	if (udp == NULL || udp->by_index == NULL || udp->by_session == NULL || udp->timer == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation");
	return journal_start(control, error);
}

void negotiation_udp_close(struct control *control)
{
	struct negotiation_udp *udp = control->negotiation_udp;
	struct bgw_negotiation_report report;
	uint32_t open = 0;

	if (udp == NULL)
		return;
	for (struct negotiation_udp_peer *peer = udp->first; peer != NULL; peer = peer->next)
		udp_runs_halt(peer);
	for (struct negotiation_udp_peer *peer = udp->first; peer != NULL; peer = peer->next)
		if (peer->session != 0 &&
		    bgw_negotiation_session_stop(control->dataplane, peer->index) == 0)
			open++;
	for (int turn = 0; open > 0 && turn < CLOSE_TURNS; turn++) {
		while (bgw_negotiation_report_take(control->dataplane, &report, 1) == 1)
			open -= report.type == BGW_NEGOTIATION_ENDED && open > 0;
		usleep(CLOSE_TURN_US);
	}
}

void negotiation_udp_stop(struct control *control)
{
	struct negotiation_udp *udp = control->negotiation_udp;

	if (udp != NULL) {
		loop_timer_close(udp->timer);
		free(udp->by_index);
		free(udp->by_session);
		free(udp);
		control->negotiation_udp = NULL;
	}
	journal_destroy(control->journal);
	control->journal = NULL;
	secrets_destroy(control->secrets);
	control->secrets = NULL;
}

static enum bgw_path_state path_state_of(enum underlay_state state)
{
	switch (state) {
	case UNDERLAY_UP:
		return BGW_PATH_UP;
	case UNDERLAY_UNRESOLVED:
		return BGW_PATH_UNRESOLVED;
	case UNDERLAY_NO_ROUTE:
		return BGW_PATH_NO_ROUTE;
	default:
		return BGW_PATH_LINK_DOWN;
	}
}

/* Negative: not now. */
static int publish(struct negotiation_udp_peer *peer)
{
	struct control *control = peer->control;
	const struct underlay_path_state *state = underlay_path_state(peer->path);
	struct bgw_negotiation_peer_spec spec = {
		.worker = (uint16_t)(peer->index % control->config.workers.cores.count),
		.path =
			{
				.state = path_state_of(state->state),
				.local = packet_path_ip(&peer->local),
				.remote = packet_path_ip(&peer->remote),
				.port = state->port,
				.vlan = state->vlan,
				.mtu_bytes = state->mtu_bytes,
			},
	};
	int rc;

	if (!forwarding_can_publish(control))
		return -EBUSY;
	memcpy(spec.path.source_mac.addr_bytes, state->source_mac.bytes, 6);
	memcpy(spec.path.next_hop_mac.addr_bytes, state->next_hop_mac.bytes, 6);
	memcpy(spec.rx_key, peer->rx_key, sizeof(spec.rx_key));
	memcpy(spec.tx_key, peer->tx_key, sizeof(spec.tx_key));
	rc = bgw_negotiation_peer_set(control->dataplane, peer->index, &spec);
	peer->is_published = peer->is_published || rc == 0;
	return rc;
}

static void path_changed(void *context, const struct underlay_path_state *state)
{
	struct negotiation_udp_peer *peer = context;

	(void)state;
	/* If there is no room now, when its work is applied again. */
	if (publish(peer) < 0)
		work_touch(peer->control, model_find(peer->control->model,
						     &bgw_l2_remote_gateway_type, &peer->gateway));
	/* The way is open: no need to wait for the next call. */
	else if (peer->greeting.call_ns != BGW_GREETING_NEVER)
		loop_timer_set(peer->timer, 0, 0);
}

static const char *text_of(const char *text)
{
	return text != NULL ? text : "";
}

static bool is_text(const char *a, const char *b)
{
	return strcmp(a, text_of(b)) == 0;
}

static bool is_same(const struct negotiation_udp_peer *peer,
		    const struct remote_gateway_state *state,
		    const struct bgw_l2_remote_gateway_negotiation *wanted,
		    const struct secret *secret)
{
	return peer->index == state->peer && bgw_address_equal(&peer->local, &state->local) &&
	       bgw_address_equal(&peer->remote, &state->remote) &&
	       peer->secret.bytes == secret->bytes && peer->interval_ms == wanted->interval_ms &&
	       peer->multiplier == wanted->multiplier && is_text(peer->grpc, wanted->grpc) &&
	       is_text(peer->tls_name, wanted->tls_name);
}

static void peer_free(struct negotiation_udp_peer *peer)
{
	struct negotiation_udp *udp = peer->control->negotiation_udp;

	if (peer->place != NULL) {
		udp->peer_count--;
		udp_peer_session_set(peer, 0);
		*peer->place = peer->next;
		if (peer->next != NULL)
			peer->next->place = peer->place;
		udp->by_index[peer->index] = NULL;
	}
	if (peer->path != NULL)
		underlay_path_remove(peer->path);
	udp_runs_clear(peer);
	loop_timer_close(peer->timer);
	free(peer->grpc);
	free(peer->tls_name);
	free(peer);
}

static struct negotiation_udp_peer *peer_make(
	struct control *control, const struct remote_gateway_state *state,
	const struct bgw_l2_remote_gateway_negotiation *wanted, const struct secret *secret)
{
	static const struct bgw_greeting_times times = {RETRY_MIN_NS, RETRY_MAX_NS};
	struct negotiation_udp *udp = control->negotiation_udp;
	const struct bgw_greeting_offer offer = udp_offer();
	struct negotiation_udp_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return NULL;
	/* Workers look for datagrams, and control for reports, from the first peer on. */
	if (udp->first == NULL)
		loop_timer_set(udp->timer, TICK_MS, TICK_MS);
	bgw_negotiation_port_set(control->dataplane,
				 (uint16_t)control->config.negotiation.udp.port);
	peer->control = control;
	peer->gateway = state->work.id;
	peer->index = state->peer;
	peer->local = state->local;
	peer->remote = state->remote;
	peer->secret = (struct negotiation_secret){secret->bytes, secret->length};
	peer->interval_ms = wanted->interval_ms;
	peer->multiplier = wanted->multiplier;
	peer->grpc = strdup(text_of(wanted->grpc));
	peer->tls_name = strdup(text_of(wanted->tls_name));
	peer->timer = loop_timer_create(control->loop, LOOP_NEVER, 0, udp_peer_timer, peer);
	peer->path = underlay_path_add(control->underlay, &peer->remote, &peer->local, path_changed,
				       peer);
	bgw_greeting_init(&peer->greeting, &times, &offer, udp->epoch, peer->interval_ms,
			  udp_random(), loop_now_ns());
	if (udp_runs_init(peer) < 0 || peer->timer == NULL || peer->path == NULL ||
	    peer->grpc == NULL || peer->tls_name == NULL ||
	    negotiation_key_hello(&peer->secret, &peer->local, &peer->remote, peer->tx_key) < 0 ||
	    negotiation_key_hello(&peer->secret, &peer->remote, &peer->local, peer->rx_key) < 0) {
		peer_free(peer);
		return NULL;
	}
	peer->next = udp->first;
	peer->place = &udp->first;
	if (peer->next != NULL)
		peer->next->place = &peer->next;
	udp->first = peer;
	udp->by_index[peer->index] = peer;
	udp->peer_count++;
	udp_peer_turn(peer, UDP_CONNECTING);
	return peer;
}

bool negotiation_udp_set(struct control *control, struct remote_gateway_state *state,
			 const struct bgw_l2_remote_gateway *gateway)
{
	const struct bgw_l2_remote_gateway_negotiation *wanted = &gateway->negotiation;
	const struct secret *secret = secret_find(control->secrets, wanted->secret);
	const bool is_on = wanted->enabled && gateway->admin_state_up && secret != NULL &&
			   control->negotiation_udp != NULL &&
			   control->config.negotiation.udp.port != 0;

	if (state->negotiation != NULL &&
	    (!is_on || !is_same(state->negotiation, state, wanted, secret)) &&
	    !negotiation_udp_clear(control, state))
		return false;
	if (!is_on)
		return true;
	if (state->negotiation == NULL)
		state->negotiation = peer_make(control, state, wanted, secret);
	if (state->negotiation == NULL || publish(state->negotiation) == -EBUSY)
		return false;
	loop_timer_set(state->negotiation->timer, 0, 0);
	return true;
}

bool negotiation_udp_clear(struct control *control, struct remote_gateway_state *state)
{
	struct negotiation_udp_peer *peer = state->negotiation;

	if (peer == NULL)
		return true;
	/* The worker does not let the session go by itself, nor the other end know. */
	if (peer->session != 0 &&
	    bgw_negotiation_session_stop(control->dataplane, peer->index) == -EAGAIN)
		return false;
	if (peer->is_published)
		bgw_negotiation_peer_clear(control->dataplane, peer->index);
	if (peer->state == UDP_DOWN)
		remote_gateway_touch_connections(control, &peer->gateway);
	state->negotiation = NULL;
	peer_free(peer);
	return true;
}

void negotiation_udp_forget(struct remote_gateway_state *state)
{
	if (state->negotiation != NULL)
		peer_free(state->negotiation);
	state->negotiation = NULL;
}

bool negotiation_udp_is_down(const struct negotiation_udp_peer *peer)
{
	return peer != NULL && peer->state == UDP_DOWN;
}

const char *negotiation_udp_reason(const struct negotiation_udp_peer *peer)
{
	return negotiation_udp_is_down(peer) ? peer->last_error : "";
}

static void see(const struct negotiation_udp_peer *peer, negotiation_udp_seen *seen, void *context)
{
	static const char *const states[] = {"connecting", "up", "down"};
	static const uint64_t none[BGW_NEGOTIATION_COUNT];
	const struct object *object =
		model_find(peer->control->model, &bgw_l2_remote_gateway_type, &peer->gateway);
	const struct bgw_l2_remote_gateway *gateway = object != NULL ? object_record(object) : NULL;
	struct bgw_negotiation_status status;
	struct negotiation_udp_view view = {
		.name = gateway != NULL && gateway->name != NULL ? gateway->name : "",
		.id = &peer->gateway,
		.address = &peer->remote,
		.state = states[peer->state],
		.sessions = peer->sessions,
		.hellos = peer->hellos,
		.before = &peer->before,
		.last_error = peer->last_error,
		.accepts = 1u << BGW_NEGOTIATION_HEARTBEAT | udp_runs_protocols(peer),
		.peering = peer->runs != NULL ? &peer->runs->peering : NULL,
		.runs = peer->runs != NULL ? peer->runs->counts : none,
	};

	if (bgw_negotiation_status_get(peer->control->dataplane, peer->index, &status) == 0)
		view.status = &status;
	seen(context, &view);
}

bool negotiation_udp_walk(const struct control *control, uint32_t *index,
			  negotiation_udp_seen *seen, void *context)
{
	const struct negotiation_udp *udp = control->negotiation_udp;

	for (uint32_t shown = 0; udp != NULL && *index < udp->index_count; ++*index) {
		if (udp->by_index[*index] == NULL)
			continue;
		if (shown++ == SHOWN_AT_ONCE)
			return false;
		see(udp->by_index[*index], seen, context);
	}
	return true;
}

static const struct negotiation_udp_peer *peer_of(const struct control *control,
						  const struct bgw_uuid *gateway)
{
	const struct object *object =
		model_find(control->model, &bgw_l2_remote_gateway_type, gateway);
	const struct remote_gateway_state *state = object != NULL ? object->runtime : NULL;

	return state != NULL ? state->negotiation : NULL;
}

bool negotiation_udp_see(const struct control *control, const struct bgw_uuid *gateway,
			 negotiation_udp_seen *seen, void *context)
{
	const struct negotiation_udp_peer *peer = peer_of(control, gateway);

	if (peer != NULL)
		see(peer, seen, context);
	return peer != NULL;
}

bool negotiation_udp_place(const struct control *control, const struct bgw_uuid *gateway,
			   uint32_t *index)
{
	const struct negotiation_udp_peer *peer = peer_of(control, gateway);

	if (peer != NULL)
		*index = peer->index;
	return peer != NULL;
}
