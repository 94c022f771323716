/* SPDX-License-Identifier: BSD-3-Clause */
/* Leases: the initiator asks again in time, and what nobody renewed is released. */
#include <stdlib.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"
#include "log.h"

static int stage_renewed(struct job *job, struct l3_failure *failure)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	cJSON *patch;

	if (object == NULL || negotiation_of(object)->state != BGW_L3_CONFIGURED)
		return l3_fail(failure, L3_CONFLICT, "the negotiation was released");
	patch = cJSON_CreateObject();
	cJSON_AddNumberToObject(patch, "expires",
				negotiation_now_s() + negotiation_of(object)->lease_s);
	return negotiation_patch(job, patch, failure);
}

static void not_renewed(struct job *job)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);

	if (object != NULL && negotiation_of(object)->state == BGW_L3_RELEASING)
		job_released(job);
	else
		job_end(job);
}

static void renewed(void *arg, enum http_outcome outcome, unsigned int status, const char *body,
		    size_t length, const char *why)
{
	struct job *job = arg;
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	const struct bgw_l3_negotiation *negotiation =
		object != NULL ? negotiation_of(object) : NULL;
	char id[BGW_UUID_TEXT_SIZE];

	job->http_call = NULL;
	if (negotiation != NULL && outcome == HTTP_ANSWERED && status == 200 &&
	    l3_answer_parse(body != NULL ? body : "", length, &job->answer, &job->failure) == 0 &&
	    l3_prefix_equal(&job->answer.net, &negotiation->net) &&
	    l3_prefix_equal(&job->answer.destination, &negotiation->destination)) {
		job_commit(job, stage_renewed, job_end, not_renewed);
		return;
	}
	log_warning("negotiation %s: its lease was not renewed: %s", bgw_uuid_format(&job->id, id),
		    outcome == HTTP_ANSWERED ? "the peer refuses" : why);
	not_renewed(job);
}

static void job_renew(struct job *job)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	uint32_t timeout_s = job->negotiator->config->timeout_s;
	struct l3_failure failure;

	job->offer.subnets = calloc(1, sizeof(*job->offer.subnets));
	job->offer.options = negotiation_answer(negotiation).options;
	job->peer = negotiation->peer;
	if (job->offer.subnets != NULL && negotiation->remote_agent != NULL &&
	    l3_remote_parse(negotiation->remote_agent, &job->remote, &failure) == 0) {
		job->offer.subnets[0] = negotiation->net;
		job->offer.count = 1;
		job->offer.destination = negotiation->internal;
		job->offer.id = negotiation->id;
		job_offer_release(job);
		if (negotiation->lease_s / 3 < timeout_s)
			timeout_s = negotiation->lease_s / 3;
		job_post(job, negotiation->remote_agent, timeout_s * 1000, renewed);
	}
	if (job->http_call == NULL)
		job_end(job);
}

/* Ends a lease that is over, or has it renewed when a third of it has gone, and then some six times
 * in what is left; at once where the gateway was away. */
static void look(struct negotiator *negotiator, const struct object *object)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	uint32_t now_s = negotiation_now_s();
	bool is_over = now_s >= negotiation->expires_s;
	uint32_t left_s = is_over ? 0 : negotiation->expires_s - now_s;
	uint32_t every_s = negotiation->lease_s / 10 + 1;
	char id[BGW_UUID_TEXT_SIZE];
	struct job *job;

	if (!is_over && (negotiation->role != BGW_L3_INITIATOR ||
			 left_s > negotiation->lease_s / 3 * 2 || negotiator->ticks % every_s != 0))
		return;
	job = job_create(negotiator);
	if (job == NULL)
		return;
	job->id = negotiation->id;
	if (!is_over) {
		job_renew(job);
		return;
	}
	log_warning("negotiation %s is released: its lease is over",
		    bgw_uuid_format(&negotiation->id, id));
	job->is_expired = true;
	job_release(job);
}

void negotiator_look_at_leases(struct negotiator *negotiator)
{
	const struct object *object =
		model_first(negotiator->control->model, &bgw_l3_negotiation_type);

	for (; object != NULL && !negotiator->is_stopping; object = object->next)
		if (object_given(object, "expires") &&
		    negotiation_of(object)->state == BGW_L3_CONFIGURED &&
		    job_find(negotiator, &object_base(object)->id) == NULL)
			look(negotiator, object);
}
