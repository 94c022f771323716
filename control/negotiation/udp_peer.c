/* SPDX-License-Identifier: BSD-3-Clause */
/* One peer of negotiation over UDP: its hellos, its sessions, and whether it is there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "control.h"
#include "happenings.h"
#include "log.h"
#include "negotiation/udp_private.h"

#define MS UINT64_C(1000000)
/* A session that broke is not followed by the next at once. */
#define RESTART_NS (250 * MS)

uint64_t udp_detection_ns(const struct negotiation_udp_peer *peer)
{
	uint32_t interval_ms = peer->greeting.peer.interval_ms;

	if (interval_ms < peer->interval_ms)
		interval_ms = peer->interval_ms;
	return (uint64_t)interval_ms * peer->multiplier * MS;
}

static void wake(struct negotiation_udp_peer *peer, uint64_t now_ns)
{
	uint64_t at_ns = peer->greeting.call_ns;

	if (peer->state == UDP_CONNECTING && peer->down_ns < at_ns)
		at_ns = peer->down_ns;
	if (at_ns == BGW_GREETING_NEVER)
		loop_timer_stop(peer->timer);
	else
		loop_timer_set(peer->timer, at_ns > now_ns ? (at_ns - now_ns) / MS + 1 : 0, 0);
}

void udp_peer_turn(struct negotiation_udp_peer *peer, enum udp_state state)
{
	char address[BGW_ADDRESS_TEXT_SIZE];
	const bool was_up = peer->state == UDP_UP, was_down = peer->state == UDP_DOWN;

	peer->state = state;
	if (state == UDP_CONNECTING)
		peer->down_ns = loop_now_ns() + udp_detection_ns(peer);
	if (was_down != (state == UDP_DOWN))
		remote_gateway_touch_connections(peer->control, &peer->gateway);
	if (state == UDP_UP && !was_up) {
		log_info("negotiation with %s is up", bgw_address_format(&peer->remote, address));
		happening_peer(peer->control, &peer->gateway, true, "");
	} else if (state == UDP_DOWN && !was_down) {
		log_warning("negotiation with %s is down: %s",
			    bgw_address_format(&peer->remote, address), peer->last_error);
		happening_peer(peer->control, &peer->gateway, false, peer->last_error);
	}
}

/* The ring of commands may be full: the peer calls again, as if it had been lost. */
static void say(struct negotiation_udp_peer *peer, struct bgw_greeting_step *step)
{
	struct negotiation_udp *udp = peer->control->negotiation_udp;

	if (!step->sends)
		return;
	step->datagram.counter = ++udp->counter;
	bgw_negotiation_hello_send(peer->control->dataplane, peer->index, &step->datagram,
				   &step->hello);
}

static int session_keys(const struct negotiation_udp_peer *peer,
			struct bgw_negotiation_session_spec *spec)
{
	int rc = negotiation_key_session(&peer->secret, &peer->local, spec->nonce, &peer->remote,
					 spec->remote_nonce, spec->tx_key);

	return rc < 0 ? rc
		      : negotiation_key_session(&peer->secret, &peer->remote, spec->remote_nonce,
						&peer->local, spec->nonce, spec->rx_key);
}

static int session_start(struct negotiation_udp_peer *peer)
{
	const struct bgw_greeting *greeting = &peer->greeting;
	const uint64_t detection_ns = udp_detection_ns(peer);
	struct bgw_negotiation_session_spec spec = {
		.session = greeting->own.session,
		.nonce = greeting->own.nonce,
		.epoch = greeting->self.epoch,
		.remote_session = greeting->peer.session,
		.remote_nonce = greeting->peer.nonce,
		.remote_epoch = greeting->peer.epoch,
		.setup =
			{
				.interval_ns = detection_ns / peer->multiplier,
				.down_ns = detection_ns,
				.random = udp_random(),
			},
	};
	int rc = session_keys(peer, &spec);

	if (rc == 0)
		rc = bgw_negotiation_session_start(peer->control->dataplane, peer->index, &spec);
	OPENSSL_cleanse(&spec, sizeof(spec));
	return rc;
}

static void counters_add(struct negotiation_udp_peer *peer,
			 const struct bgw_negotiation_status *status)
{
	peer->before.heartbeats += status->heartbeats;
	peer->before.rx_datagrams += status->rx_datagrams;
	peer->before.tx_datagrams += status->tx_datagrams;
	peer->before.replayed_datagrams += status->replayed_datagrams;
	peer->before.forged_datagrams += status->forged_datagrams;
	peer->before.resent_datagrams += status->resent_datagrams;
}

static void hello_take(struct negotiation_udp_peer *peer,
		       const struct bgw_negotiation_report *report, uint64_t now_ns)
{
	struct bgw_greeting_step step;
	struct bgw_greeting_offer offer;

	peer->hellos++;
	step = bgw_greeting_receive(&peer->greeting, &report->datagram, &report->hello, now_ns);
	if (step.agrees) {
		offer = udp_offer();
		bgw_greeting_renew(&peer->greeting, &offer);
		if (udp_runs_session(peer) == 0 && session_start(peer) == 0) {
			udp_peer_session_set(peer, peer->greeting.own.session);
		} else {
			/* As if the hello had been lost; the offer is never used again. */
			bgw_greeting_restart(&peer->greeting, now_ns + RESTART_NS);
			step.sends = false;
		}
	}
	say(peer, &step);
}

static void ended(struct negotiation_udp_peer *peer, const struct bgw_negotiation_report *report,
		  uint64_t now_ns)
{
	const bool was_up = peer->state == UDP_UP;
	const uint8_t end =
		udp_runs_has_failed(peer) ? (uint8_t)BGW_EXCHANGE_END_ABORTED : report->end;
	const char *why = "";

	udp_peer_session_set(peer, 0);
	if (udp_runs_has_failed(peer))
		why = peer->runs->why;
	else if (report->end == BGW_EXCHANGE_END_NEGOTIATION ||
		 report->end == BGW_EXCHANGE_END_DEADLINE)
		why = report->why;
	snprintf(peer->last_error, sizeof(peer->last_error), "%s%s%.310s",
		 bgw_exchange_end_helps[end], why[0] != '\0' ? ": " : "", why);
	udp_runs_ended(peer, report);
	if (report->end == BGW_EXCHANGE_END_SILENT && was_up)
		udp_peer_turn(peer, UDP_DOWN);
	else if (was_up)
		udp_peer_turn(peer, UDP_CONNECTING);
	bgw_greeting_restart(&peer->greeting, now_ns + RESTART_NS);
}

void udp_peer_report(struct negotiation_udp_peer *peer, const struct bgw_negotiation_report *report)
{
	const uint64_t now_ns = loop_now_ns();

	if (report->type == BGW_NEGOTIATION_ENDED)
		counters_add(peer, &report->status);
	if (report->type == BGW_NEGOTIATION_HELLO) {
		hello_take(peer, report, now_ns);
	} else if (report->session != peer->session) {
		return; /* one that was replaced */
	} else if (report->type == BGW_NEGOTIATION_UP) {
		peer->sessions++;
		bgw_greeting_confirm(&peer->greeting);
		udp_peer_turn(peer, UDP_UP);
		udp_runs_up(peer);
	} else if (report->type == BGW_NEGOTIATION_AGREED) {
		udp_runs_agreed(peer, report);
	} else if (report->type == BGW_NEGOTIATION_ENDED) {
		ended(peer, report, now_ns);
	}
	wake(peer, now_ns);
}

void udp_peer_timer(void *arg)
{
	struct negotiation_udp_peer *peer = arg;
	const uint64_t now_ns = loop_now_ns();
	struct bgw_greeting_step step;

	if (peer->state == UDP_CONNECTING && now_ns >= peer->down_ns) {
		if (peer->last_error[0] == '\0')
			snprintf(peer->last_error, sizeof(peer->last_error), "%s",
				 peer->hellos == 0 ? "no authentic hello came from it"
						   : "it does not answer in a session");
		udp_peer_turn(peer, UDP_DOWN);
	}
	if (peer->is_published) {
		step = bgw_greeting_timer(&peer->greeting, now_ns);
		say(peer, &step);
	}
	wake(peer, now_ns);
}
