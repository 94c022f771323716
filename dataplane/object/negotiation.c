/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "negotiation/negotiation.h"
#include "object/tunnel.h"
#include "table/slab.h"

#define UDP_BYTES 8

static struct slab peers = {.object_bytes = sizeof(struct negotiation_peer)};
static struct slab sessions = {.object_bytes = sizeof(struct negotiation_session)};

void bgw_negotiation_port_set(struct bgw_dataplane *dp, uint16_t udp_port)
{
	__atomic_store_n(&dp->negotiation_port, udp_port, __ATOMIC_RELEASE);
}

static int way_fill(const struct bgw_dataplane *dp, struct negotiation_way *way,
		    const struct bgw_path_spec *spec)
{
	const uint16_t udp_port = dp->negotiation_port;
	const uint8_t shim[UDP_BYTES] = {(uint8_t)(udp_port >> 8), (uint8_t)udp_port,
					 (uint8_t)(udp_port >> 8), (uint8_t)udp_port};

	way->port = spec->port;
	way->drop = path_state_drop(spec->state);
	way->is_higher = rte_be_to_cpu_32(spec->local.v4) > rte_be_to_cpu_32(spec->remote.v4);
	if (spec->state != BGW_PATH_UP)
		return 0;
	return outer_header_build(&way->header, spec, IPPROTO_UDP, shim, sizeof(shim));
}

int bgw_negotiation_peer_set(struct bgw_dataplane *dp, uint32_t index,
			     const struct bgw_negotiation_peer_spec *spec)
{
	struct negotiation_peer *peer;
	int status;

	if (index == 0 || index >= dp->limits.peers || spec->worker >= dp->limits.workers ||
	    spec->path.port >= BGW_MAX_PORTS || dp->negotiation_port == 0 ||
	    spec->path.local.family != 4 || spec->path.remote.family != 4)
		return -EINVAL;
	if (dp->negotiation_peers[index] && dp->negotiation_peers[index]->worker != spec->worker)
		return -EINVAL;
	peer = slab_alloc(&peers);
	if (!peer)
		return -ENOMEM;
	status = way_fill(dp, &peer->way, &spec->path);
	if (status != 0) {
		slab_free(peer);
		return status;
	}
	peer->worker = spec->worker;
	tag_key_expand(&peer->rx_key, spec->rx_key);
	tag_key_expand(&peer->tx_key, spec->tx_key);
	dataplane_publish_with(dp, &dp->negotiation_peers[index], peer, slab_free);
	return 0;
}

int bgw_negotiation_peer_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.peers || !dp->negotiation_peers[index])
		return -ENOENT;
	dataplane_publish_with(dp, &dp->negotiation_peers[index], NULL, slab_free);
	return 0;
}

/* To the owner of command->peer. */
static int command_send(struct bgw_dataplane *dp, struct negotiation_command *command)
{
	const struct negotiation_peer *peer;

	if (command->peer == 0 || command->peer >= dp->limits.peers)
		return -ENOENT;
	peer = dp->negotiation_peers[command->peer];
	if (!peer)
		return -ENOENT;
	return rte_ring_sp_enqueue_elem(dp->workers[peer->worker]->negotiation->commands, command,
					sizeof(*command)) == 0
		       ? 0
		       : -EAGAIN;
}

static void session_fill(struct negotiation_session *session, uint32_t index,
			 const struct bgw_negotiation_session_spec *spec)
{
	session->peer = index;
	session->session = spec->session;
	session->nonce = spec->nonce;
	session->epoch = spec->epoch;
	session->remote_session = spec->remote_session;
	session->remote_nonce = spec->remote_nonce;
	session->remote_epoch = spec->remote_epoch;
	session->exchange.setup = spec->setup;
	tag_key_expand(&session->rx_key, spec->rx_key);
	tag_key_expand(&session->tx_key, spec->tx_key);
}

int bgw_negotiation_session_start(struct bgw_dataplane *dp, uint32_t index,
				  const struct bgw_negotiation_session_spec *spec)
{
	struct negotiation_command command = {.type = NEGOTIATION_START, .peer = index};
	int status;

	command.start = slab_alloc(&sessions);
	if (!command.start)
		return -ENOMEM;
	session_fill(command.start, index, spec);
	status = command_send(dp, &command);
	if (status != 0) {
		slab_free(command.start);
		return status;
	}
	dp->negotiation_sessions[index] = command.start;
	return 0;
}

int bgw_negotiation_session_stop(struct bgw_dataplane *dp, uint32_t index)
{
	struct negotiation_command command = {.type = NEGOTIATION_STOP, .peer = index};

	if (index >= dp->limits.peers || !dp->negotiation_peers[index])
		return -ENOENT;
	command.stop = dp->negotiation_peers[index]->way;
	return command_send(dp, &command);
}

int bgw_negotiation_offer(struct bgw_dataplane *dp, uint32_t index, uint32_t initiate_mask,
			  uint32_t accept_mask)
{
	return command_send(dp, &(struct negotiation_command){
					.type = NEGOTIATION_OFFER,
					.peer = index,
					.offer = {initiate_mask, accept_mask},
				});
}

int bgw_negotiation_done(struct bgw_dataplane *dp, uint32_t index, uint32_t session, bool failed)
{
	return command_send(dp, &(struct negotiation_command){
					.type = NEGOTIATION_DONE,
					.peer = index,
					.failed = failed,
					.done = session,
				});
}

int bgw_negotiation_hello_send(struct bgw_dataplane *dp, uint32_t index,
			       const struct bgw_datagram *datagram,
			       const struct bgw_datagram_hello *hello)
{
	return command_send(dp, &(struct negotiation_command){
					.type = NEGOTIATION_SAY_HELLO,
					.peer = index,
					.say = {*datagram, *hello},
				});
}

/* By words that are not all of one moment, while a worker has the session. */
static void status_fill(const struct bgw_dataplane *dp, const struct negotiation_session *session,
			struct bgw_negotiation_status *status)
{
	const struct bgw_exchange *exchange = &session->exchange;
	const uint64_t now_ns = negotiation_now_ns(dp, rte_rdtsc());
	const uint64_t heard_ns = __atomic_load_n(&exchange->heard_ns, __ATOMIC_RELAXED);

	*status = (struct bgw_negotiation_status){
		.is_up = exchange->is_up,
		.state = exchange->negotiator.state,
		.running = exchange->running,
		.session = session->session,
		.round = exchange->round,
		.round_trip_ns =
			__atomic_load_n(&exchange->heartbeat.round_trip_ns, __ATOMIC_RELAXED),
		.heartbeats = __atomic_load_n(&exchange->heartbeat.count, __ATOMIC_RELAXED),
		.heard_ago_ns = now_ns > heard_ns ? now_ns - heard_ns : 0,
		.rx_datagrams = __atomic_load_n(&session->rx_datagrams, __ATOMIC_RELAXED),
		.tx_datagrams = __atomic_load_n(&session->tx_datagrams, __ATOMIC_RELAXED),
		.replayed_datagrams =
			__atomic_load_n(&session->replayed_datagrams, __ATOMIC_RELAXED),
		.forged_datagrams = __atomic_load_n(&session->forged_datagrams, __ATOMIC_RELAXED),
		.resent_datagrams = __atomic_load_n(&session->resent_datagrams, __ATOMIC_RELAXED),
	};
}

/* A session that comes back is no worker's any more. */
static void ended_take(struct bgw_dataplane *dp, struct negotiation_session *session,
		       struct bgw_negotiation_report *report)
{
	if (session == NULL)
		return;
	bgw_negotiator_describe(&session->exchange.negotiator, report->why);
	status_fill(dp, session, &report->status);
	if (dp->negotiation_sessions[session->peer] == session)
		dp->negotiation_sessions[session->peer] = NULL;
	slab_free(session);
}

uint32_t bgw_negotiation_report_take(struct bgw_dataplane *dp,
				     struct bgw_negotiation_report *reports, uint32_t max)
{
	uint32_t total = 0;

	for (uint16_t id = 0; id < dp->limits.workers; id++) {
		struct negotiation_report element;

		while (total < max &&
		       rte_ring_sc_dequeue_elem(dp->workers[id]->negotiation->reports, &element,
						sizeof(element)) == 0) {
			reports[total] = element.report;
			ended_take(dp, element.ended, &reports[total++]);
		}
	}
	return total;
}

int bgw_negotiation_status_get(const struct bgw_dataplane *dp, uint32_t index,
			       struct bgw_negotiation_status *status)
{
	const struct negotiation_session *session =
		index < dp->limits.peers ? dp->negotiation_sessions[index] : NULL;

	if (!session)
		return -ENOENT;
	status_fill(dp, session, status);
	return 0;
}

void negotiation_clock_advance(struct bgw_dataplane *dp, uint64_t ns)
{
	dp->negotiation_clock_ns = negotiation_now_ns(dp, rte_rdtsc()) + ns;
}
