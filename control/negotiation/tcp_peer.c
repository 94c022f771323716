/* SPDX-License-Identifier: BSD-3-Clause */
/* One peer over TCP, and its sessions one after another. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "log.h"
#include "tcp_private.h"

#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 60000
#define HELD_NS	     UINT64_C(10000000000) /* a session that held so long was a good one */
/* A peer that hung up instead of answering may have had another reason. */
#define LIMITED_NS    UINT64_C(600000000000)
#define GUEST_ACCEPTS (1u << BGW_NEGOTIATION_HEARTBEAT)

const char *tcp_peer_name(const struct tcp_peer *peer)
{
	if (peer->config == NULL)
		return "";
	return peer->config->name != NULL ? peer->config->name : peer->config->address;
}

/* So that many peers of one gateway that came back do not all come at once. */
static uint64_t retry_ms(struct tcp_peer *peer)
{
	uint32_t doublings = peer->failures < 7 ? peer->failures : 7;
	uint64_t ms = (uint64_t)RETRY_MIN_MS << doublings;

	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	peer->random = peer->random * 6364136223846793005u + 1442695040888963407u;
	return ms - (peer->random >> 33) % (ms / 2);
}

static void connect_later(struct tcp_peer *peer)
{
	if (peer->config != NULL && peer->config->connect)
		loop_timer_set(peer->timer, retry_ms(peer), 0);
}

static void end(struct tcp_peer *peer)
{
	session_destroy(peer->session);
	peer->session = NULL;
}

static void session_up(void *arg)
{
	struct tcp_peer *peer = arg;

	peer->up_ns = loop_now_ns();
	peer->sessions++;
	log_info("negotiation with %s over TCP is up", tcp_peer_name(peer));
}

/* The document's own answer to a protocol that is not in the list is to hang up. */
static void limit(struct tcp_peer *peer)
{
	int protocol = session_unanswered(peer->session);

	if (protocol <= BGW_NEGOTIATION_HEARTBEAT)
		return;
	peer->willing.initiates &= (1u << protocol) - 1;
	peer->limited_until_ns = loop_now_ns() + LIMITED_NS;
	log_info("%s hung up when it was offered %s: it is not offered again for %d minutes",
		 tcp_peer_name(peer), bgw_negotiation_names[protocol],
		 (int)(LIMITED_NS / 60000000000u));
}

static void session_ended(void *arg, const char *why)
{
	struct tcp_peer *peer = arg;
	bool was_up = session_is_up(peer->session);

	if (was_up && loop_now_ns() - peer->up_ns >= HELD_NS)
		peer->failures = 0;
	/* A peer that stays away says so once. */
	if (was_up || strcmp(peer->last_error, why) != 0)
		log_warning("negotiation with %s over TCP ended: %s", tcp_peer_name(peer), why);
	snprintf(peer->last_error, sizeof(peer->last_error), "%s", why);
	limit(peer);
	end(peer);
	if (peer->config == NULL) {
		tcp_guest_gone(peer);
		return;
	}
	connect_later(peer);
	peer->failures++;
}

static const struct session_owner session_owner = {.up = session_up, .ended = session_ended};

static bool session_begin(struct tcp_peer *peer)
{
	if (peer->config != NULL && loop_now_ns() >= peer->limited_until_ns)
		peer->willing.initiates = peer->willing.accepts;
	peer->session = session_create(peer->tcp->control->loop, &peer->willing,
				       peer->config != NULL ? &peer->peering : NULL,
				       &peer->counters, &session_owner, peer);
	return peer->session != NULL;
}

void tcp_peer_connect(struct tcp_peer *peer)
{
	struct stream *stream;

	if (peer->config == NULL || !peer->config->connect || peer->session != NULL)
		return;
	if (!session_begin(peer)) {
		connect_later(peer);
		return;
	}
	stream = stream_connect(loop_uv(peer->tcp->control->loop), &peer->address, peer->tcp->tls,
				peer->config->tls_name, &session_stream_owner, peer->session);
	if (stream == NULL) {
		session_ended(peer, strerror(errno));
		return;
	}
	peer->is_outbound = true;
	session_take_stream(peer->session, stream);
}

/* The newer connection counts: the older one may be what is left of a peer that has restarted. But
 * where both ends connect, the one that came about first stays, or they would take turns. */
bool tcp_peer_accept(struct tcp_peer *peer, struct stream *stream)
{
	if (peer->session != NULL && peer->is_outbound && session_is_up(peer->session))
		return false;
	if (peer->session != NULL) {
		if (session_is_up(peer->session))
			snprintf(peer->last_error, sizeof(peer->last_error),
				 "the peer connected anew");
		end(peer);
	}
	if (!session_begin(peer))
		return false;
	peer->is_outbound = false;
	session_take_stream(peer->session, stream);
	stream_own(stream, &session_stream_owner, peer->session,
		   peer->config != NULL ? peer->config->tls_name : NULL);
	return true;
}

static void time_came(void *arg)
{
	tcp_peer_connect(arg);
}

static uint32_t protocols_of(const struct config_negotiation_peer *config)
{
	uint32_t protocols = 0;

	for (uint32_t i = 0; i < config->protocols.count; i++)
		protocols |= 1u << ((const uint32_t *)config->protocols.items)[i];
	return protocols;
}

int tcp_peer_make(struct tcp_peer *peer, struct negotiation_tcp *tcp,
		  const struct config_negotiation_peer *config)
{
	struct error ignored;

	*peer = (struct tcp_peer){
		.tcp = tcp,
		.config = config,
		.random = loop_now_ns() ^ (uintptr_t)peer,
		.id = ++tcp->last_id,
		.willing.accepts = GUEST_ACCEPTS,
	};
	if (config != NULL) {
		peer->willing.initiates = peer->willing.accepts = protocols_of(config);
		stream_address_parse("", config->address, &peer->address, &ignored);
		peer->ip = stream_address_ip(&peer->address);
	}
	peer->timer = loop_timer_create(tcp->control->loop, LOOP_NEVER, 0, time_came, peer);
	if (peer->timer == NULL)
		return -ENOMEM;
	return config == NULL ? 0
			      : peering_init(&peer->peering, tcp->control, config->name, &peer->ip);
}

void tcp_peer_clear(struct tcp_peer *peer)
{
	end(peer);
	if (peer->config != NULL)
		peering_clear(&peer->peering);
	loop_timer_close(peer->timer);
	peer->timer = NULL;
}
