/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "grpc.h"
#include "log.h"
#include "negotiation/call.h"
#include "negotiation/udp_private.h"
#include "rpc/address.h"
#include "rpc/channel.h"
#include "rpc/server.h"

#define PORT	      9697
#define CALLS_AT_ONCE 256
/* So many sessions has a peer at the most. */
#define CALLS_OF_CLIENT	  64
#define CLIENT_MS	  10000
#define REFUSAL_LOG_EVERY UINT64_C(60000000000)
#define WHY_SIZE	  384

struct negotiation_service {
	struct rpc_server *server;
	uint32_t renewals;
	uint64_t refused, refusal_logged_ns;
};

static struct rpc_tls tls_of(const struct config_negotiation_grpc *config)
{
	return (struct rpc_tls){.cert = config->cert, .key = config->key, .ca = config->ca};
}

static void place_of(char text[SERVICE_PLACE_SIZE], const struct bgw_address *ip)
{
	char address[BGW_ADDRESS_TEXT_SIZE];

	snprintf(text, SERVICE_PLACE_SIZE, ip->family == 4 ? "%s:%u" : "[%s]:%u",
		 bgw_address_format(ip, address), PORT);
}

/* Where it says to listen, with its port. */
static int listener_place(const struct config_negotiation_grpc *config, uint32_t i,
			  char text[SERVICE_PLACE_SIZE], struct error *error)
{
	const char *said = ((char *const *)config->listen.items)[i];
	struct rpc_address address;

	if (bgw_address_parse(said, &address.ip) == 0)
		place_of(text, &address.ip);
	else
		snprintf(text, SERVICE_PLACE_SIZE, "%.256s", said);
	if (rpc_address_parse(text, &address) < 0 || address.path != NULL ||
	    address.ip.family == 0 || address.port == 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.grpc.listen \"%.120s\" is no place to listen on; "
				 "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT would be",
				 said);
	if (config->cert == NULL && !rpc_address_is_local(&address))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.grpc.listen \"%.120s\" is reached by others: give "
				 "negotiation.grpc cert, key and ca too, or listen on loopback",
				 said);
	return 0;
}

static int check_tls(const struct config_negotiation_grpc *config, struct error *error)
{
	const struct rpc_tls tls = tls_of(config);
	const struct rpc_channel_config channel = {.target = "127.0.0.1:9697", .tls = &tls};
	char why[WHY_SIZE];

	if ((config->cert == NULL) != (config->key == NULL) ||
	    (config->cert == NULL) != (config->ca == NULL))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.grpc needs all of cert, key and ca, or none: each "
				 "end shows a certificate that the other's ca signed");
	if (config->cert == NULL || rpc_channel_check(&channel, why, sizeof(why)) == 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT, "negotiation.grpc: %.380s", why);
}

int negotiation_service_check(const struct config_negotiation_grpc *config, struct error *error)
{
	char text[SERVICE_PLACE_SIZE];
	int rc = check_tls(config, error);

	for (uint32_t i = 0; i < config->listen.count && rc == 0; i++)
		rc = listener_place(config, i, text, error);
	return rc;
}

/* The name or address that the peer's certificate has. */
static void name_of(const struct negotiation_udp_peer *peer, char name[SERVICE_PLACE_SIZE])
{
	struct rpc_address address = {.ip = peer->remote};

	if (peer->tls_name[0] != '\0') {
		snprintf(name, SERVICE_PLACE_SIZE, "%s", peer->tls_name);
		return;
	}
	if (peer->grpc[0] != '\0' && rpc_address_parse(peer->grpc, &address) < 0)
		address.ip = peer->remote;
	if (address.ip.family != 0)
		bgw_address_format(&address.ip, name);
	else
		snprintf(name, SERVICE_PLACE_SIZE, "%.*s",
			 (int)(strrchr(peer->grpc, ':') - peer->grpc), peer->grpc);
}

int negotiation_service_target(const struct negotiation_udp_peer *peer,
			       struct negotiation_service_target *target, struct error *error)
{
	const struct config_negotiation_grpc *config = &peer->control->config.negotiation.grpc;
	struct rpc_address address;

	target->renewals = peer->control->negotiation_service->renewals;
	target->is_tls = config->cert != NULL;
	target->tls = tls_of(config);
	target->tls.server_name = peer->tls_name[0] != '\0' ? peer->tls_name : NULL;
	if (peer->grpc[0] != '\0')
		snprintf(target->text, sizeof(target->text), "%s", peer->grpc);
	else
		place_of(target->text, &peer->remote);
	if (target->is_tls ||
	    (rpc_address_parse(target->text, &address) == 0 && rpc_address_is_local(&address)))
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "the peer's gRPC service at %.120s is beyond loopback: negotiation.grpc "
			 "of the configuration needs cert, key and ca",
			 target->text);
}

/* Strangers must not fill the log. */
static void refuse(struct negotiation_service *service, struct rpc_exchange *exchange,
		   enum rpc_status status, const char *why)
{
	const uint64_t now_ns = loop_now_ns();

	service->refused++;
	if (service->refusal_logged_ns == 0 ||
	    now_ns - service->refusal_logged_ns >= REFUSAL_LOG_EVERY) {
		service->refusal_logged_ns = now_ns;
		log_warning("negotiation: a call was refused, with %llu in all: %s",
			    (unsigned long long)service->refused, why);
	}
	rpc_exchange_refuse(exchange, status, why);
}

static void take(struct control *control, struct rpc_exchange *exchange,
		 const Bgw__Negotiation__Call *call)
{
	struct negotiation_service *service = control->negotiation_service;
	struct negotiation_udp_peer *peer = udp_peer_of_session(control, call->session);
	Bgw__Negotiation__Body *body;
	char name[SERVICE_PLACE_SIZE];

	if (peer == NULL || peer->runs == NULL || !call_is_authentic(call, peer->runs->rx_key)) {
		refuse(service, exchange, RPC_PERMISSION_DENIED,
		       "the call is not of a session that there is here");
		return;
	}
	name_of(peer, name);
	if (rpc_exchange_is_certified(exchange) && !rpc_exchange_has_name(exchange, name)) {
		snprintf(peer->last_error, sizeof(peer->last_error),
			 "the certificate of its gRPC client has not the name %.255s", name);
		refuse(service, exchange, RPC_PERMISSION_DENIED,
		       "the certificate has not the name that is expected of this peer");
		return;
	}
	body = call_body(call);
	if (body == NULL)
		refuse(service, exchange, RPC_INVALID_ARGUMENT, "the call has no messages");
	else
		udp_runs_call(peer, exchange, body);
}

static void say(void *context, struct rpc_exchange *exchange, const uint8_t *message, size_t bytes)
{
	struct control *control = context;
	Bgw__Negotiation__Call *call = call_unpack(message, bytes);

	if (call == NULL) {
		refuse(control->negotiation_service, exchange, RPC_INVALID_ARGUMENT,
		       "the message is no Call of proto/negotiation.proto");
		return;
	}
	take(control, exchange, call);
	bgw__negotiation__call__free_unpacked(call, NULL);
}

static const struct rpc_method methods[] = {{CALL_METHOD, say}};

static int listen_on(struct control *control, uint32_t i, struct error *error)
{
	const struct config_negotiation_grpc *config = &control->config.negotiation.grpc;
	const struct rpc_tls tls = tls_of(config);
	char text[SERVICE_PLACE_SIZE], why[WHY_SIZE];
	int rc = listener_place(config, i, text, error);

	if (rc < 0)
		return rc;
	if (rpc_server_listen(control->negotiation_service->server, text,
			      config->cert != NULL ? &tls : NULL, why, sizeof(why)) > 0)
		return 0;
	return error_set(error, BGW_ERROR_UNAVAILABLE, "negotiation.grpc.listen: %.380s", why);
}

int negotiation_service_start(struct control *control, struct error *error)
{
	const struct config_negotiation_grpc *config = &control->config.negotiation.grpc;
	const struct rpc_server_config server = {
		.methods = methods,
		.method_count = 1,
		.context = control,
		.max_message_bytes = CALL_BYTES,
		.max_in_flight = CALLS_AT_ONCE,
		.max_of_client = CALLS_OF_CLIENT,
		.client_ms = CLIENT_MS,
	};
	int rc = negotiation_service_check(config, error);
	struct rpc *rpc;

	if (rc < 0 || config->listen.count == 0)
		return rc;
	rpc = grpc_use(control, error);
	if (rpc == NULL)
		return -EINVAL;
	control->negotiation_service = calloc(1, sizeof(*control->negotiation_service));
	if (control->negotiation_service != NULL)
		control->negotiation_service->server = rpc_server_create(rpc, &server);
	if (control->negotiation_service == NULL || control->negotiation_service->server == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for negotiation.grpc");
	for (uint32_t i = 0; i < config->listen.count && rc == 0; i++)
		rc = listen_on(control, i, error);
	if (rc == 0)
		rpc_server_start(control->negotiation_service->server);
	return rc;
}

int negotiation_service_renewal_check(const struct control *control,
				      const struct config_negotiation_grpc *config,
				      struct error *error)
{
	const struct config_negotiation_grpc *at_start = &control->config.negotiation.grpc;

	if (at_start->listen.count == 0 || at_start->cert == NULL)
		return 0;
	if (config->cert == NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "negotiation.grpc has no cert any more, and listens with TLS");
	return check_tls(config, error);
}

void negotiation_service_renew(struct control *control)
{
	struct negotiation_service *service = control->negotiation_service;
	const struct rpc_tls tls = tls_of(&control->config.negotiation.grpc);
	char why[WHY_SIZE];

	if (service == NULL || tls.cert == NULL)
		return;
	/* They were checked just before. */
	if (rpc_server_renew(service->server, &tls, why, sizeof(why)) < 0)
		log_error("negotiation.grpc: %s", why);
	service->renewals++;
}

void negotiation_service_stop(struct control *control)
{
	if (control->negotiation_service == NULL)
		return;
	rpc_server_close(control->negotiation_service->server);
	free(control->negotiation_service);
	control->negotiation_service = NULL;
}
