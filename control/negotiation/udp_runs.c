/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/udp_runs.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/negotiation.h>

#include "control.h"
#include "log.h"
#include "negotiation/service.h"
#include "negotiation/tcp.h"
#include "negotiation/udp_private.h"
#include "negotiator/random.h"
#include "rpc/server.h"

#define MS	 UINT64_C(1000000)
#define OFFER_MS 100
/* So many peers are looked at as often as that; of more, each less often. */
#define OFFER_PEERS 1024
/* From a failure to the end of the session, so that the peer finds out by itself why it fails. */
#define FAIL_MS	 250
#define AGAIN_MS 5 /* the ring of commands was full */
/* A timer that is due at once would go before all else that waits. */
#define NEXT_SLICE_MS 1
#define UNSENT_BYTES  524288
#define AFTER_MIN_NS  (1000 * MS)
#define AFTER_MAX_NS  (60000 * MS)

static void go_on(struct negotiation_udp_peer *peer);

/* Ours, what the peer has said of it is taken. */
static void body_answer(struct udp_runs *runs)
{
	if (runs->exchange != NULL)
		rpc_exchange_answer(runs->exchange, "", 0);
	bgw__negotiation__body__free_unpacked(runs->body, NULL);
	runs->exchange = NULL;
	runs->body = NULL;
}

static void body_refuse(struct udp_runs *runs, const char *why)
{
	if (runs->exchange != NULL)
		rpc_exchange_refuse(runs->exchange, RPC_FAILED_PRECONDITION, why);
	runs->exchange = NULL;
	body_answer(runs);
}

static void run_forget(struct udp_runs *runs, const char *why)
{
	run_destroy(runs->run);
	runs->run = NULL;
	runs->has_more = false;
	runs->holds = false;
	runs->verdict = UDP_NO_VERDICT;
	loop_timer_stop(runs->go_timer);
	if (runs->delivery != NULL)
		delivery_reset(runs->delivery);
	body_refuse(runs, why);
}

static void back_off(struct udp_runs *runs)
{
	uint64_t random = udp_random(), after_ns = AFTER_MIN_NS;

	for (uint32_t i = 0; i < runs->failures && after_ns < AFTER_MAX_NS; i++)
		after_ns *= 2;
	if (after_ns > AFTER_MAX_NS)
		after_ns = AFTER_MAX_NS;
	runs->failures++;
	runs->after_ns = loop_now_ns() + bgw_random_shorten_ns(&random, after_ns, 4);
}

static void abort_run(struct negotiation_udp_peer *peer, const char *why)
{
	struct udp_runs *runs = peer->runs;

	if (!runs->holds || runs->verdict == UDP_RUN_FAILED)
		return;
	snprintf(runs->why, sizeof(runs->why), "%s", why);
	run_forget(runs, why);
	/* What it connects with may be renewed until the next time. */
	delivery_close(runs->delivery);
	runs->delivery = NULL;
	runs->holds = true;
	runs->verdict = UDP_RUN_FAILED;
	loop_timer_set(runs->go_timer, FAIL_MS, 0);
}

static void delivery_has_failed(void *arg, const char *why)
{
	struct negotiation_udp_peer *peer = arg;
	char text[UDP_RUNS_WHY_SIZE];

	snprintf(text, sizeof(text), "%s: %s", bgw_negotiation_names[peer->runs->protocol], why);
	abort_run(peer, text);
}

static void delivery_has_room(void *arg)
{
	go_on(arg);
}

static const struct delivery_owner delivery_owner = {.taken = delivery_has_room,
						     .failed = delivery_has_failed};

static void send_message(void *arg, const uint8_t *packed, size_t count)
{
	struct negotiation_udp_peer *peer = arg;

	delivery_add(peer->runs->delivery, packed, count);
}

uint32_t udp_runs_protocols(const struct negotiation_udp_peer *peer)
{
	const struct udp_runs *runs = peer->runs;
	uint32_t mask = 0;

	if (runs == NULL || peer->control->negotiation_service == NULL ||
	    loop_now_ns() < runs->after_ns || negotiation_tcp_has(peer->control, &peer->gateway))
		return 0;
	for (uint32_t i = BGW_NEGOTIATION_HEARTBEAT + 1; i < BGW_NEGOTIATION_COUNT; i++)
		if (peering_can(&runs->peering, (enum bgw_negotiation)i))
			mask |= 1u << i;
	return mask;
}

/* Says to the worker what there is to do, if that is something else than before. */
static void offer(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	const uint64_t now_ns = loop_now_ns();
	uint32_t accept_mask, initiate_mask = 0;

	if (peer->session == 0 || peer->state != UDP_UP || runs->verdict == UDP_RUN_FAILED)
		return;
	accept_mask = udp_runs_protocols(peer);
	for (uint32_t i = BGW_NEGOTIATION_HEARTBEAT + 1; i < BGW_NEGOTIATION_COUNT; i++)
		if ((accept_mask >> i & 1) != 0 &&
		    peering_wants(&runs->peering, (enum bgw_negotiation)i, now_ns))
			initiate_mask |= 1u << i;
	if (runs->is_told && initiate_mask == runs->initiate_mask &&
	    accept_mask == runs->accept_mask)
		return;
	runs->is_told = bgw_negotiation_offer(peer->control->dataplane, peer->index, initiate_mask,
					      accept_mask) == 0;
	runs->initiate_mask = initiate_mask;
	runs->accept_mask = accept_mask;
}

/* The commands are of the session that is: if another has begun, they mean nothing to it. */
static void tell_worker(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	const bool failed = runs->verdict == UDP_RUN_FAILED;

	/* Before it goes on, so that the next round knows. */
	runs->is_told = false;
	offer(peer);
	if (bgw_negotiation_done(peer->control->dataplane, peer->index, peer->session, failed) ==
	    -EAGAIN) {
		loop_timer_set(runs->go_timer, AGAIN_MS, 0);
		return;
	}
	runs->holds = false;
	if (!failed)
		runs->verdict = UDP_NO_VERDICT;
}

static void follow(struct negotiation_udp_peer *peer, enum run_result result,
		   const struct error *error)
{
	struct udp_runs *runs = peer->runs;

	runs->has_more = result == RUN_MORE;
	if (result == RUN_FAILED) {
		abort_run(peer, error->message);
	} else if (result == RUN_DONE) {
		run_destroy(runs->run);
		runs->run = NULL;
	}
}

/* The next message of the peer's call. */
static void take(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	const ProtobufCBinaryData *message = &runs->body->messages[runs->taken++];
	struct error error;
	enum run_result result = run_take(runs->run, message->data, message->len, &error);

	if (result != RUN_FAILED && runs->taken == runs->body->n_messages) {
		runs->next++;
		body_answer(runs);
	}
	follow(peer, result, &error);
}

/* Takes or makes a message. False: there is nothing to do now. */
static bool step(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	struct error error;

	if (runs->run == NULL)
		return false;
	if (runs->body != NULL) {
		take(peer);
		return true;
	}
	if (!runs->has_more || delivery_unsent_bytes(runs->delivery) >= UNSENT_BYTES)
		return false;
	follow(peer, run_go_on(runs->run, &error), &error);
	return true;
}

static void go_on(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	if (!runs->holds || runs->verdict != UDP_NO_VERDICT)
		return;
	while (step(peer)) {
		if (loop_now_ns() < deadline_ns)
			continue;
		loop_timer_set(runs->go_timer, NEXT_SLICE_MS, 0);
		break;
	}
	if (runs->delivery != NULL)
		delivery_flush(runs->delivery);
	if (runs->run != NULL || runs->verdict != UDP_NO_VERDICT)
		return;
	if (runs->body != NULL) {
		abort_run(peer, "the peer sent more after its end");
		return;
	}
	/* The peer may not have our end yet. */
	if (delivery_unsent_bytes(runs->delivery) > 0)
		return;
	runs->verdict = UDP_RUN_DONE;
	runs->failures = 0;
	tell_worker(peer);
}

static void go_time_came(void *arg)
{
	struct negotiation_udp_peer *peer = arg;

	if (peer->runs->verdict != UDP_NO_VERDICT)
		tell_worker(peer);
	else
		go_on(peer);
}

static void offer_time_came(void *arg)
{
	offer(arg);
}

int udp_runs_init(struct negotiation_udp_peer *peer)
{
	struct loop *loop = peer->control->loop;
	struct udp_runs *runs;

	if (peer->control->config.negotiation.grpc.listen.count == 0)
		return 0;
	runs = peer->runs = calloc(1, sizeof(*runs));
	if (runs == NULL)
		return -ENOMEM;
	runs->go_timer = loop_timer_create(loop, LOOP_NEVER, 0, go_time_came, peer);
	runs->offer_timer = loop_timer_create(loop, LOOP_NEVER, 0, offer_time_came, peer);
	if (runs->go_timer == NULL || runs->offer_timer == NULL)
		return -ENOMEM;
	return peering_init_gateway(&runs->peering, peer->control, &peer->gateway);
}

void udp_runs_halt(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;

	if (runs == NULL || runs->go_timer == NULL)
		return;
	run_forget(runs, "this gateway stops");
	delivery_close(runs->delivery);
	runs->delivery = NULL;
	if (runs->offer_timer != NULL)
		loop_timer_stop(runs->offer_timer);
}

void udp_runs_clear(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;

	if (runs == NULL)
		return;
	udp_runs_halt(peer);
	if (runs->peering.control != NULL)
		peering_clear(&runs->peering);
	loop_timer_close(runs->go_timer);
	loop_timer_close(runs->offer_timer);
	OPENSSL_cleanse(runs, sizeof(*runs));
	free(runs);
	peer->runs = NULL;
}

int udp_runs_session(struct negotiation_udp_peer *peer)
{
	struct udp_runs *runs = peer->runs;
	const struct bgw_greeting *greeting = &peer->greeting;
	int rc;

	if (runs == NULL)
		return 0;
	run_forget(runs, "another session has begun");
	if (greeting->peer.epoch != runs->peer_epoch) {
		/* It has restarted: what was wrong may be right now. */
		runs->failures = 0;
		runs->after_ns = 0;
	}
	runs->peer_epoch = greeting->peer.epoch;
	runs->round = runs->next = 0;
	runs->is_told = false;
	runs->why[0] = '\0';
	rc = negotiation_key_call(&peer->secret, &peer->local, greeting->own.nonce, &peer->remote,
				  greeting->peer.nonce, runs->tx_key);
	return rc < 0 ? rc
		      : negotiation_key_call(&peer->secret, &peer->remote, greeting->peer.nonce,
					     &peer->local, greeting->own.nonce, runs->rx_key);
}

void udp_runs_up(struct negotiation_udp_peer *peer)
{
	const uint32_t peers = peer->control->negotiation_udp->peer_count;

	if (peer->runs == NULL)
		return;
	peering_begin(&peer->runs->peering);
	if (peer->control->negotiation_service != NULL)
		loop_timer_set(peer->runs->offer_timer, 0, OFFER_MS * (1 + peers / OFFER_PEERS));
}

static bool reach(struct negotiation_udp_peer *peer, struct error *error)
{
	struct udp_runs *runs = peer->runs;
	struct negotiation_service_target target;

	if (negotiation_service_target(peer, &target, error) < 0)
		return false;
	if (runs->delivery != NULL && runs->renewals != target.renewals) {
		delivery_close(runs->delivery);
		runs->delivery = NULL;
	}
	runs->renewals = target.renewals;
	if (runs->delivery == NULL)
		runs->delivery = delivery_open(peer->control, target.text,
					       target.is_tls ? &target.tls : NULL, &delivery_owner,
					       peer, error);
	return runs->delivery != NULL;
}

void udp_runs_agreed(struct negotiation_udp_peer *peer, const struct bgw_negotiation_report *report)
{
	struct udp_runs *runs = peer->runs;
	struct error error;

	if (runs == NULL)
		return;
	runs->holds = true;
	runs->verdict = UDP_NO_VERDICT;
	runs->protocol = report->protocol;
	runs->round = report->round;
	runs->next = 0;
	runs->counts[report->protocol]++;
	if (runs->body != NULL && runs->body->round != runs->round)
		body_refuse(runs, "another round has been agreed on");
	if (!reach(peer, &error)) {
		abort_run(peer, error.message);
		return;
	}
	delivery_begin(runs->delivery, peer->greeting.peer.session, runs->round, runs->tx_key);
	runs->run = run_create(&runs->peering, (enum bgw_negotiation)report->protocol,
			       report->is_accepted, send_message, peer);
	if (runs->run == NULL) {
		abort_run(peer, "no memory for a run");
		return;
	}
	follow(peer, run_go_on(runs->run, &error), &error);
	go_on(peer);
}

bool udp_runs_has_failed(const struct negotiation_udp_peer *peer)
{
	return peer->runs != NULL && peer->runs->verdict == UDP_RUN_FAILED;
}

void udp_runs_ended(struct negotiation_udp_peer *peer, const struct bgw_negotiation_report *report)
{
	struct udp_runs *runs = peer->runs;
	bool was_running;

	if (runs == NULL)
		return;
	was_running = runs->holds || udp_runs_has_failed(peer);
	/* Silence is a matter of the way there, and not of the run. */
	if (was_running && report->end != BGW_EXCHANGE_END_SILENT &&
	    report->end != BGW_EXCHANGE_END_STOPPED && report->end != BGW_EXCHANGE_END_NONE)
		back_off(runs);
	run_forget(runs, "the session has ended");
	loop_timer_stop(runs->offer_timer);
}

/* Whether it was taken before. */
static bool is_repeated(const struct udp_runs *runs, const Bgw__Negotiation__Body *body)
{
	return body->round == runs->round && body->number < runs->next;
}

static bool is_next(const struct udp_runs *runs, const Bgw__Negotiation__Body *body)
{
	if (runs->holds)
		return body->round == runs->round && body->number == runs->next;
	/* It knows of the round before we do. */
	return (int32_t)(body->round - runs->round) > 0 && body->number == 0;
}

void udp_runs_call(struct negotiation_udp_peer *peer, struct rpc_exchange *exchange,
		   Bgw__Negotiation__Body *body)
{
	struct udp_runs *runs = peer->runs;
	const bool is_same = runs->body != NULL && body->round == runs->body->round &&
			     body->number == runs->body->number;

	if (is_same) {
		/* The first one's answer would not arrive. */
		rpc_exchange_refuse(runs->exchange, RPC_CANCELLED, "it was repeated");
		runs->exchange = exchange;
		bgw__negotiation__body__free_unpacked(body, NULL);
	} else if (is_repeated(runs, body)) {
		rpc_exchange_answer(exchange, "", 0);
		bgw__negotiation__body__free_unpacked(body, NULL);
	} else if ((runs->body == NULL || !runs->holds) && is_next(runs, body)) {
		/* Of two that wait the first one is of a round that did not come about. */
		body_refuse(runs, "another call came instead");
		runs->exchange = exchange;
		runs->body = body;
		runs->taken = 0;
		go_on(peer);
	} else {
		rpc_exchange_refuse(exchange, RPC_FAILED_PRECONDITION,
				    "the call is not the next one of a run");
		bgw__negotiation__body__free_unpacked(body, NULL);
	}
}
