/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"
#include "log.h"

#define TICK_MS		1000
#define RECONCILE_TICKS 30

char *negotiator_error_body(const struct error *error, size_t *length)
{
	struct l3_failure failure;

	l3_fail(&failure, error_status(error->code), "%s", error->message);
	return l3_failure_body(&failure, length);
}

static int fail_member(struct error *error, const char *sentence)
{
	return error_set(error, BGW_ERROR_INVALID_INPUT, "l3_negotiator.%s", sentence);
}

/* Host bits are nobody's network, as with the original. NULL without memory. */
static struct bgw_prefix *masked(const struct bgw_list *list)
{
	struct bgw_prefix *copies = calloc(list->count + 1, sizeof(*copies));

	for (uint32_t i = 0; copies != NULL && i < list->count; i++)
		copies[i] = l3_prefix_masked(&((const struct bgw_prefix *)list->items)[i]);
	return copies;
}

static int take_site(struct negotiator *negotiator, struct error *error)
{
	const struct config_l3_negotiator *config = negotiator->config;
	struct l3_site *site = &negotiator->site;
	char why[200];

	negotiator->cidrs = masked(&config->cidrs);
	negotiator->remapping = masked(&config->remapping);
	if (negotiator->cidrs == NULL || negotiator->remapping == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for l3_negotiator");
	site->pool.networks = negotiator->cidrs;
	site->pool.count = config->cidrs.count;
	site->remapping = negotiator->remapping;
	site->remapping_count = config->remapping.count;
	site->internal = l3_prefix_masked(&config->internal);
	return l3_site_check(site, why, sizeof(why)) == 0 ? 0 : fail_member(error, why);
}

static int take_peers(struct negotiator *negotiator, struct error *error)
{
	const struct bgw_list *list = &negotiator->config->allowed_peers;

	negotiator->peers = calloc(list->count + 1, sizeof(*negotiator->peers));
	if (negotiator->peers == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for l3_negotiator");
	for (uint32_t i = 0; i < list->count; i++) {
		const char *text = ((char *const *)list->items)[i];

		if (l3_peer_parse(text, &negotiator->peers[i]) < 0)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "l3_negotiator.allowed_peers[%u] \"%.63s\" must be "
					 "ADDRESS, ADDRESS/LENGTH, ADDRESS:PORT or [ADDRESS]:PORT "
					 "of a host",
					 i, text);
		negotiator->peer_count++;
	}
	return 0;
}

/* What makes a negotiator, if there is any of it. */
static int take_config(struct negotiator *negotiator, struct error *error)
{
	const struct config_l3_negotiator *config = negotiator->config;
	int rc;

	if (config->cidrs.count == 0)
		return fail_member(error, "cidrs must have a network that subnets of links are "
					  "cut from");
	if (!is_set(config->interface))
		return fail_member(error, "interface must name the netdev on the layer-2 link");
	if (!is_set(config->agent))
		return fail_member(error, "agent must be ADDRESS:PORT or unix:PATH of the "
					  "configuration agent");
	for (uint32_t i = 0; i < config->listen.count; i++)
		if (strncmp(((char *const *)config->listen.items)[i], "unix:", 5) == 0)
			return fail_member(error, "listen must be ADDRESS:PORT or [ADDRESS]:PORT");
	rc = take_site(negotiator, error);
	return rc == 0 ? take_peers(negotiator, error) : rc;
}

/* Without any member there is no negotiator. */
static bool is_wanted(const struct config_l3_negotiator *config)
{
	return config->listen.count != 0 || config->cidrs.count != 0 ||
	       config->internal.ip.family != 0 || config->remapping.count != 0 ||
	       is_set(config->interface) || is_set(config->agent) ||
	       config->allowed_peers.count != 0 || config->agent_tls.ca != NULL ||
	       config->tls.cert != NULL;
}

static void free_config(struct negotiator *negotiator)
{
	free(negotiator->cidrs);
	free(negotiator->remapping);
	free(negotiator->peers);
}

int negotiator_check(const struct config *config, struct error *error)
{
	struct negotiator negotiator = {.config = &config->l3_negotiator};
	int rc = 0;

	if (is_wanted(&config->l3_negotiator)) {
		rc = take_config(&negotiator, error);
		rc = rc == 0 ? negotiator_agent_check(&config->l3_negotiator, error) : rc;
		rc = rc == 0 ? negotiator_listeners_check(config, error) : rc;
	}
	free_config(&negotiator);
	return rc;
}

static void tick(void *arg)
{
	struct negotiator *negotiator = arg;

	if (negotiator->is_stopping)
		return;
	negotiator_look_at_leases(negotiator);
	negotiator->ticks++;
	if (negotiator->ticks % RECONCILE_TICKS == 0)
		negotiator_reconcile(negotiator);
}

int negotiator_start(struct control *control, struct error *error)
{
	const struct config *config = &control->config;
	struct negotiator *negotiator;
	int rc;

	if (!is_wanted(&config->l3_negotiator))
		return 0;
	negotiator = calloc(1, sizeof(*negotiator));
	if (negotiator == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for l3_negotiator");
	control->negotiator = negotiator;
	negotiator->control = control;
	negotiator->config = &config->l3_negotiator;
	rc = take_config(negotiator, error);
	rc = rc == 0 ? negotiator_agent_open(negotiator, error) : rc;
	if (rc == 0) {
		negotiator->client = http_client_create(control->loop, error);
		rc = negotiator->client != NULL ? 0 : -ENOMEM;
	}
	if (rc < 0)
		negotiator_stop(control);
	return rc;
}

/* What was recorded when the last gateway ended, from where it was. */
static void resume(struct negotiator *negotiator, const struct object *object)
{
	struct job *job = job_create(negotiator);

	if (job == NULL)
		return;
	job->id = object_base(object)->id;
	job->may_know = true;
	switch ((enum bgw_l3_negotiation_state)negotiation_of(object)->state) {
	case BGW_L3_AGREED:
		job_configure(job);
		break;
	case BGW_L3_CONFIGURED:
		job_hold(job);
		break;
	default:
		job_release(job);
	}
}

int negotiator_run(struct control *control, struct error *error)
{
	struct negotiator *negotiator = control->negotiator;
	const struct object *object = model_first(control->model, &bgw_l3_negotiation_type);

	if (negotiator == NULL) {
		if (object != NULL)
			log_error("there are negotiations, but no l3_negotiator: they stay as "
				  "they are");
		return 0;
	}
	for (; object != NULL; object = object->next)
		resume(negotiator, object);
	negotiator->tick = loop_timer_create(control->loop, TICK_MS, TICK_MS, tick, negotiator);
	return negotiator_listen(negotiator, error);
}

void negotiator_quiesce(struct control *control)
{
	struct negotiator *negotiator = control->negotiator;

	if (negotiator == NULL)
		return;
	negotiator->is_stopping = true;
	if (negotiator->http != NULL)
		http_quiesce(negotiator->http);
	for (struct job *job = negotiator->jobs; job != NULL; job = job->next)
		if (!job->is_resolving && !job->is_committing)
			job_stop_waiting(job);
}

bool negotiator_is_idle(const struct control *control)
{
	const struct negotiator *negotiator = control->negotiator;

	if (negotiator == NULL)
		return true;
	for (const struct job *job = negotiator->jobs; job != NULL; job = job->next)
		if (job->is_resolving || job->is_committing)
			return false;
	return negotiator->http == NULL || http_is_idle(negotiator->http);
}

void negotiator_stop(struct control *control)
{
	struct negotiator *negotiator = control->negotiator;

	if (negotiator == NULL)
		return;
	http_stop(negotiator->http);
	while (negotiator->jobs != NULL)
		job_free(negotiator->jobs);
	if (negotiator->reading != NULL)
		agent_call_cancel(negotiator->reading);
	http_client_destroy(negotiator->client);
	agent_close(negotiator->agent);
	loop_timer_close(negotiator->tick);
	free_config(negotiator);
	free(negotiator);
	control->negotiator = NULL;
}

static bool is_remote_gateway(const struct negotiator *negotiator,
			      const struct bgw_address *address)
{
	return model_match(negotiator->control->model, &bgw_l2_remote_gateway_type, "ipaddr",
			   address) != NULL;
}

bool negotiator_allows(const struct negotiator *negotiator, const struct bgw_address *address,
		       uint16_t port)
{
	struct bgw_address plain = l3_address_plain(address);

	if (negotiator->peer_count == 0)
		return is_remote_gateway(negotiator, &plain);
	return l3_peers_have(negotiator->peers, negotiator->peer_count, &plain, port);
}

void negotiator_changed(struct control *control, const struct object *old, const struct object *new)
{
	struct negotiator *negotiator = control->negotiator;
	struct job *job;

	if (negotiator == NULL || negotiator->is_stopping || old == NULL || new == NULL ||
	    negotiation_of(new)->state != BGW_L3_RELEASING ||
	    negotiation_of(old)->state == BGW_L3_RELEASING)
		return;
	job = job_find(negotiator, &object_base(new)->id);
	if (job != NULL) {
		job_hurry(job);
		return;
	}
	job = job_create(negotiator);
	if (job == NULL)
		return;
	job->id = object_base(new)->id;
	job_released(job);
}

const char *negotiator_trouble(const struct control *control, const struct bgw_uuid *id)
{
	const struct job *job =
		control->negotiator != NULL ? job_find(control->negotiator, id) : NULL;

	return job != NULL && job->trouble[0] != '\0' ? job->trouble : NULL;
}
