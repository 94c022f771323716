/* SPDX-License-Identifier: BSD-3-Clause */
/* Where peers reach us, and what requests to them have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "http_credentials.h"
#include "l3/negotiator_private.h"

#define MAX_CONNECTIONS 64

static const struct http_place l3_place = {
	.name = "the layer-3 negotiator",
	.listen = "l3_negotiator.listen",
	.tls = "l3_negotiator.tls",
	.is_open = true,
};

/* As the API's listeners, but for where and how. */
static struct config_api listeners_of(const struct config *config)
{
	const struct config_l3_negotiator *l3 = &config->l3_negotiator;
	struct config_api listeners = config->api;

	listeners.listen = l3->listen;
	listeners.tls = l3->tls;
	listeners.tokens = (struct bgw_list){0};
	listeners.bulk_body_max_bytes = L3_OFFER_MAX_BYTES;
	if (listeners.max_connections > MAX_CONNECTIONS)
		listeners.max_connections = MAX_CONNECTIONS;
	return listeners;
}

static uint16_t port_of(const struct bgw_list *listen)
{
	const char *colon =
		listen->count > 0 ? strrchr(((char *const *)listen->items)[0], ':') : NULL;

	return colon != NULL ? (uint16_t)atoi(colon + 1) : 0;
}

static int check(const struct config *config, struct http_credentials **credentials,
		 struct error *error)
{
	const struct config_api listeners = listeners_of(config);

	return http_check(&listeners, &l3_place, credentials, error);
}

int negotiator_listeners_check(const struct config *config, struct error *error)
{
	struct http_credentials *credentials;
	int rc = check(config, &credentials, error);

	http_credentials_free(credentials);
	return rc;
}

int negotiator_listen(struct negotiator *negotiator, struct error *error)
{
	struct control *control = negotiator->control;
	const struct http_handler handler = negotiator_handler(negotiator);

	negotiator->listeners = listeners_of(&control->config);
	negotiator->port = port_of(&negotiator->listeners.listen);
	if (negotiator->port == 0)
		return 0;
	negotiator->http =
		http_start(control->loop, &negotiator->listeners, &l3_place, &handler, error);
	return negotiator->http != NULL ? 0 : -EINVAL;
}

int negotiator_listeners_load(const struct control *control, const struct config *config,
			      struct http_credentials **credentials, struct error *error)
{
	struct config fresh = *config;
	bool had_tls = control->config.l3_negotiator.tls.cert != NULL;

	*credentials = NULL;
	/* Peers have been told by which of both they reach us. */
	if (had_tls != (config->l3_negotiator.tls.cert != NULL))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "l3_negotiator.tls can only be %s by a restart",
				 had_tls ? "taken away" : "added");
	fresh.api = control->config.api;
	fresh.l3_negotiator.listen = control->config.l3_negotiator.listen;
	return check(&fresh, credentials, error);
}

void negotiator_listeners_replace(struct negotiator *negotiator,
				  struct http_credentials *credentials)
{
	if (negotiator->http == NULL) {
		http_credentials_free(credentials);
		return;
	}
	negotiator->listeners.tls = negotiator->config->tls;
	http_credentials_replace(negotiator->http, credentials);
}

struct http_request negotiator_request(const struct negotiator *negotiator, const char *method,
				       const struct bgw_address *address, uint16_t port)
{
	const struct config_l3_negotiator *config = negotiator->config;

	return (struct http_request){
		.method = method,
		.port = port,
		.address = *address,
		.cert = config->tls.cert,
		.key = config->tls.key,
		.ca = config->peer_ca,
		.timeout_ms = config->timeout_s * 1000,
		.answer_max_bytes = L3_ANSWER_MAX_BYTES,
	};
}
