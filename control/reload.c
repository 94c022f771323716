/* SPDX-License-Identifier: BSD-3-Clause */
#include "reload.h"

#include <stdlib.h>

#include "access.h"
#include "control.h"
#include "http.h"
#include "http_credentials.h"
#include "l3/negotiator.h"
#include "log.h"
#include "negotiation/service.h"
#include "negotiation/stream_tls.h"
#include "negotiation/tcp.h"

struct reload {
	struct control *control;
	struct http *http;
	const char *path;
	bool busy, again;
	/* of the pool while busy */
	struct config config;
	struct http_credentials *credentials;
	struct negotiator_credentials *l3_credentials;
	struct stream_tls *tcp_tls;
	struct error error;
	int result;
};

struct reload *reload_create(struct control *control, struct http *http, const char *path)
{
	struct reload *reload = calloc(1, sizeof(*reload));

	if (reload == NULL)
		return NULL;
	reload->control = control;
	reload->http = http;
	reload->path = path;
	return reload;
}

void reload_destroy(struct reload *reload)
{
	free(reload);
}

bool reload_is_idle(const struct reload *reload)
{
	return !reload->busy;
}

static void forget(struct reload *reload)
{
	http_credentials_free(reload->credentials);
	negotiator_credentials_free(reload->l3_credentials);
	stream_tls_release(reload->tcp_tls);
}

/* The listeners are those of the start. */
static int check(struct reload *reload)
{
	struct control *control = reload->control;
	const struct config *config = &reload->config;
	struct config_api api = control->config.api;
	struct error *error = &reload->error;
	int rc;

	/* What was read before is in use. */
	reload->credentials = NULL;
	reload->l3_credentials = NULL;
	reload->tcp_tls = NULL;
	api.tls = config->api.tls;
	api.tokens = config->api.tokens;
	rc = negotiation_service_renewal_check(control, &config->negotiation.grpc, error);
	if (rc == 0)
		rc = http_check(&api, &http_api_place, &reload->credentials, error);
	if (rc == 0)
		rc = negotiator_credentials_load(control, config, &reload->l3_credentials, error);
	if (rc == 0)
		rc = negotiation_tcp_renewal_load(control, &config->negotiation.tcp,
						  &reload->tcp_tls, error);
	if (rc < 0)
		forget(reload);
	return rc;
}

static void read_all(void *arg)
{
	struct reload *reload = arg;

	reload->result = config_load(&reload->config, reload->path, &reload->error);
	if (reload->result == 0)
		reload->result = check(reload);
}

static void swap_tls(struct config_tls *a, struct config_tls *b)
{
	const struct config_tls tls = *a;

	*a = *b;
	*b = tls;
}

static void swap_grpc(struct config_negotiation_grpc *a, struct config_negotiation_grpc *b)
{
	const struct config_negotiation_grpc other = *a;

	/* The listeners are those of the start, and whether they have TLS. */
	if (a->cert == NULL)
		return;
	a->cert = b->cert;
	a->key = b->key;
	a->ca = b->ca;
	b->cert = other.cert;
	b->key = other.key;
	b->ca = other.ca;
}

/* What control has of the old ones goes with the file's configuration. */
static void swap(struct config *a, struct config *b)
{
	const struct bgw_list tokens = a->api.tokens;
	const struct config_agent_tls agent_tls = a->l3_negotiator.agent_tls;

	a->api.tokens = b->api.tokens;
	b->api.tokens = tokens;
	a->l3_negotiator.agent_tls = b->l3_negotiator.agent_tls;
	b->l3_negotiator.agent_tls = agent_tls;
	swap_tls(&a->api.tls, &b->api.tls);
	swap_tls(&a->l3_negotiator.tls, &b->l3_negotiator.tls);
	swap_grpc(&a->negotiation.grpc, &b->negotiation.grpc);
}

static int take(struct reload *reload)
{
	struct control *control = reload->control;
	struct access *access;

	swap(&control->config, &reload->config);
	access = access_create(&control->config.api);
	if (access == NULL) {
		swap(&control->config, &reload->config);
		forget(reload);
		return error_set(&reload->error, BGW_ERROR_INTERNAL, "there is no memory for them");
	}
	access_destroy(control->access);
	control->access = access;
	http_credentials_replace(reload->http, reload->credentials);
	negotiator_credentials_replace(control, reload->l3_credentials);
	negotiation_service_renew(control);
	negotiation_tcp_renew(control, reload->tcp_tls);
	return 0;
}

static void have_read(void *arg)
{
	struct reload *reload = arg;

	if (reload->result == 0)
		reload->result = take(reload);
	config_clear(&reload->config);
	reload->busy = false;
	if (reload->result == 0)
		log_info("certificates and tokens were read again");
	else
		log_error("certificates and tokens stay as they were: %s", reload->error.message);
	if (reload->again)
		reload_start(reload);
}

void reload_start(struct reload *reload)
{
	reload->again = reload->busy;
	if (reload->busy)
		return;
	reload->busy = true;
	if (loop_work(reload->control->loop, read_all, have_read, reload) == 0)
		return;
	reload->busy = false;
	log_error("certificates and tokens stay as they were: there is no memory to read them");
}
