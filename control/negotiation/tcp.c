/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "control.h"
#include "listen.h"
#include "log.h"
#include "stream_tls.h"
#include "tcp_private.h"

#define BACKLOG		  128
#define REFUSAL_LOG_EVERY UINT64_C(60000000000)

static struct tcp_peer *peer_by_ip(struct negotiation_tcp *tcp, const struct bgw_address *ip)
{
	for (uint32_t i = 0; i < tcp->peer_count; i++)
		if (bgw_address_equal(&tcp->peers[i].ip, ip))
			return &tcp->peers[i];
	return NULL;
}

/* NULL when there is no room. */
static struct tcp_peer *guest_make(struct negotiation_tcp *tcp, const struct bgw_address *ip)
{
	struct tcp_peer **slot = NULL;
	struct tcp_peer *guest;

	for (uint32_t i = 0; i < TCP_GUESTS_MAX && slot == NULL; i++)
		if (tcp->guests[i] == NULL)
			slot = &tcp->guests[i];
	guest = slot != NULL ? calloc(1, sizeof(*guest)) : NULL;
	if (guest == NULL)
		return NULL;
	if (tcp_peer_make(guest, tcp, NULL) < 0) {
		free(guest);
		return NULL;
	}
	guest->ip = *ip;
	*slot = guest;
	return guest;
}

void tcp_guest_gone(struct tcp_peer *guest)
{
	struct negotiation_tcp *tcp = guest->tcp;

	for (uint32_t i = 0; i < TCP_GUESTS_MAX; i++)
		if (tcp->guests[i] == guest)
			tcp->guests[i] = NULL;
	tcp_peer_clear(guest);
	free(guest);
}

static void refuse(struct negotiation_tcp *tcp, struct stream *stream, const char *why)
{
	struct bgw_address ip = stream_peer(stream);
	char text[BGW_ADDRESS_TEXT_SIZE];
	uint64_t now_ns = loop_now_ns();

	tcp->refused++;
	/* Strangers must not fill the log. */
	if (tcp->refusal_logged_ns == 0 || now_ns - tcp->refusal_logged_ns >= REFUSAL_LOG_EVERY) {
		tcp->refusal_logged_ns = now_ns;
		log_warning("negotiation: a connection from %s was refused: %s",
			    bgw_address_format(&ip, text), why);
	}
	stream_close(stream);
}

static void admit(struct negotiation_tcp *tcp, struct stream *stream)
{
	struct bgw_address ip = stream_peer(stream);
	struct tcp_peer *peer = peer_by_ip(tcp, &ip);

	if (peer != NULL) {
		if (!tcp_peer_accept(peer, stream))
			refuse(tcp, stream, "there is a session that we opened");
		return;
	}
	if (!tcp->config->accept_any) {
		refuse(tcp, stream, "it is not in negotiation.tcp.peers");
		return;
	}
	peer = guest_make(tcp, &ip);
	if (peer == NULL) {
		refuse(tcp, stream, "there are too many guests");
	} else if (!tcp_peer_accept(peer, stream)) {
		refuse(tcp, stream, "no memory");
		tcp_guest_gone(peer);
	}
}

static void someone_came(uv_stream_t *handle, int status)
{
	struct tcp_listener *listener = handle->data;
	struct stream *stream;

	if (status < 0)
		return;
	stream = stream_accept(handle, listener->tcp->tls);
	if (stream != NULL)
		admit(listener->tcp, stream);
}

static void listener_closed(uv_handle_t *handle)
{
	struct tcp_listener *listener = handle->data;
	struct negotiation_tcp *tcp = listener->tcp;

	if (--tcp->listeners_closing == 0) {
		free(tcp->listeners);
		free(tcp);
	}
}

static int listener_open(struct tcp_listener *listener, struct error *error)
{
	int fd = listen_open("negotiation.tcp.listen", listener->where, error), rc;

	if (fd < 0)
		return fd;
	rc = uv_tcp_open(&listener->handle, fd);
	if (rc < 0)
		close(fd);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&listener->handle, BACKLOG, someone_came);
	if (rc == 0)
		return 0;
	return error_set(error, BGW_ERROR_UNAVAILABLE,
			 "negotiation.tcp.listen \"%.120s\" cannot be used: %s", listener->where,
			 uv_strerror(rc));
}

static int listeners_open(struct negotiation_tcp *tcp, struct error *error)
{
	const struct bgw_list *listen = &tcp->config->listen;
	int rc = 0;

	if (listen->count == 0)
		return 0;
	tcp->listeners = calloc(listen->count, sizeof(*tcp->listeners));
	if (tcp->listeners == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation.tcp.listen");
	for (uint32_t i = 0; i < listen->count && rc == 0; i++) {
		struct tcp_listener *listener = &tcp->listeners[tcp->listener_count++];

		listener->tcp = tcp;
		listener->where = ((char *const *)listen->items)[i];
		uv_tcp_init(loop_uv(tcp->control->loop), &listener->handle);
		listener->handle.data = listener;
		rc = listener_open(listener, error);
	}
	return rc;
}

static int peers_make(struct negotiation_tcp *tcp, struct error *error)
{
	const struct config_negotiation_peer *peers = tcp->config->peers.items;

	if (tcp->config->peers.count == 0)
		return 0;
	tcp->peers = calloc(tcp->config->peers.count, sizeof(*tcp->peers));
	for (uint32_t i = 0; tcp->peers != NULL && i < tcp->config->peers.count; i++) {
		if (tcp_peer_make(&tcp->peers[i], tcp, &peers[i]) < 0)
			break;
		tcp->peer_count++;
	}
	if (tcp->peer_count < tcp->config->peers.count)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation.tcp.peers");
	return 0;
}

static bool is_used(const struct config_negotiation_tcp *config)
{
	return config->listen.count > 0 || config->peers.count > 0;
}

static int tls_load(const struct config_negotiation_tcp *config, struct stream_tls **tls,
		    struct error *error)
{
	*tls = NULL;
	if (config->tls.cert == NULL)
		return 0;
	*tls = stream_tls_create(&config->tls, "negotiation.tcp.tls", error);
	return *tls != NULL ? 0 : -EINVAL;
}

int negotiation_tcp_start(struct control *control, struct error *error)
{
	const struct config_negotiation_tcp *config = &control->config.negotiation.tcp;
	struct negotiation_tcp *tcp;
	int rc = 0;

	if (!is_used(config))
		return 0;
	tcp = calloc(1, sizeof(*tcp));
	if (tcp == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation.tcp");
	control->negotiation_tcp = tcp;
	tcp->control = control;
	tcp->config = config;
	rc = tls_load(config, &tcp->tls, error);
	rc = rc == 0 ? peers_make(tcp, error) : rc;
	rc = rc == 0 ? listeners_open(tcp, error) : rc;
	for (uint32_t i = 0; i < tcp->peer_count && rc == 0; i++)
		tcp_peer_connect(&tcp->peers[i]);
	return rc;
}

int negotiation_tcp_renewal_load(const struct control *control,
				 const struct config_negotiation_tcp *config,
				 struct stream_tls **tls, struct error *error)
{
	const struct negotiation_tcp *tcp = control->negotiation_tcp;

	*tls = NULL;
	if (tcp == NULL || tcp->tls == NULL)
		return 0;
	if (config->tls.cert == NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.tcp.tls can only be taken away by a restart");
	return tls_load(config, tls, error);
}

void negotiation_tcp_renew(struct control *control, struct stream_tls *tls)
{
	struct negotiation_tcp *tcp = control->negotiation_tcp;

	if (tls == NULL)
		return;
	stream_tls_release(tcp->tls);
	tcp->tls = tls;
}

void negotiation_tcp_stop(struct control *control)
{
	struct negotiation_tcp *tcp = control->negotiation_tcp;

	if (tcp == NULL)
		return;
	control->negotiation_tcp = NULL;
	for (uint32_t i = 0; i < tcp->peer_count; i++)
		tcp_peer_clear(&tcp->peers[i]);
	for (uint32_t i = 0; i < TCP_GUESTS_MAX; i++)
		if (tcp->guests[i] != NULL)
			tcp_guest_gone(tcp->guests[i]);
	free(tcp->peers);
	stream_tls_release(tcp->tls);
	tcp->listeners_closing = tcp->listener_count;
	for (uint32_t i = 0; i < tcp->listener_count; i++)
		uv_close((uv_handle_t *)&tcp->listeners[i].handle, listener_closed);
	if (tcp->listener_count == 0)
		free(tcp);
}

bool negotiation_tcp_has(const struct control *control, const struct bgw_uuid *gateway)
{
	const struct negotiation_tcp *tcp = control->negotiation_tcp;

	for (uint32_t i = 0; tcp != NULL && i < tcp->peer_count; i++) {
		const struct tcp_peer *peer = &tcp->peers[i];
		const struct object *object = peering_remote_gateway(&peer->peering);

		if ((peer->willing.accepts & ~(1u << BGW_NEGOTIATION_HEARTBEAT)) != 0 &&
		    object != NULL && bgw_uuid_equal(&object_base(object)->id, gateway))
			return true;
	}
	return false;
}

static void show(const struct tcp_peer *peer, negotiation_tcp_seen *seen, void *context)
{
	const struct negotiation_tcp_view view = {
		.name = tcp_peer_name(peer),
		.ip = peer->ip,
		.session = peer->session,
		.accepts = peer->willing.accepts,
		.counters = &peer->counters,
		.peering = peer->config != NULL ? &peer->peering : NULL,
		.sessions = peer->sessions,
		.last_error = peer->last_error,
		.id = peer->id,
		.is_guest = peer->config == NULL,
	};

	seen(context, &view);
}

void negotiation_tcp_each(const struct control *control, negotiation_tcp_seen *seen, void *context)
{
	const struct negotiation_tcp *tcp = control->negotiation_tcp;

	for (uint32_t i = 0; tcp != NULL && i < tcp->peer_count; i++)
		show(&tcp->peers[i], seen, context);
	for (uint32_t i = 0; tcp != NULL && i < TCP_GUESTS_MAX; i++)
		if (tcp->guests[i] != NULL)
			show(tcp->guests[i], seen, context);
}

static int check_peer(const struct config_negotiation_tcp *config, uint32_t i, struct error *error)
{
	const struct config_negotiation_peer *peers = config->peers.items;
	union stream_address address, other;
	struct error ignored;
	char member[64];

	snprintf(member, sizeof(member), "negotiation.tcp.peers[%u].address", i);
	if (stream_address_parse(member, peers[i].address, &address, error) < 0)
		return -EINVAL;
	for (uint32_t j = 0; j < i; j++) {
		struct bgw_address a, b;

		if (stream_address_parse(member, peers[j].address, &other, &ignored) < 0)
			continue;
		a = stream_address_ip(&address);
		b = stream_address_ip(&other);
		if (bgw_address_equal(&a, &b))
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "%s \"%s\" is an address of negotiation.tcp.peers[%u] "
					 "too; a peer is known by its address: give each its own",
					 member, peers[i].address, j);
	}
	return 0;
}

int negotiation_tcp_check(const struct config_negotiation_tcp *config, struct error *error)
{
	struct stream_tls *tls;
	union stream_address address;
	int rc;

	for (uint32_t i = 0; i < config->listen.count; i++)
		if (stream_address_parse("negotiation.tcp.listen",
					 ((char *const *)config->listen.items)[i], &address,
					 error) < 0)
			return -EINVAL;
	for (uint32_t i = 0; i < config->peers.count; i++)
		if (check_peer(config, i, error) < 0)
			return -EINVAL;
	rc = tls_load(config, &tls, error);
	stream_tls_release(tls);
	return rc;
}
