/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a negotiation: recorded, taken back, told to the peer, forgotten. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "log.h"

/* How often a peer is told that does not answer: for some ten minutes one that is known to be of
 * our kind, and has to undo its half, for two one that may be. */
#define TELL_ATTEMPTS	    25
#define TELL_ATTEMPTS_MAYBE 10

/* One that said no has nothing to release, one whose lease is over knows, and one that waits for
 * our answer is told by that. */
static bool is_told_otherwise(const struct job *job, const struct bgw_l3_negotiation *negotiation)
{
	return (negotiation->state == BGW_L3_OFFERED && !job->may_know) || job->is_expired ||
	       (negotiation->state == BGW_L3_AGREED && negotiation->role == BGW_L3_RESPONDER &&
		job->waiters != NULL);
}

static int stage_releasing(struct job *job, struct l3_failure *failure)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	const struct bgw_l3_negotiation *negotiation;
	struct l3_failure ignored;
	bool is_recorded;
	cJSON *patch;

	(void)failure;
	if (object == NULL)
		return 0;
	negotiation = negotiation_of(object);
	is_recorded = negotiation->state == BGW_L3_RELEASING;
	if (is_recorded && job->late_orders <= negotiation->late_orders)
		return 0;
	patch = negotiation_state_patch(BGW_L3_RELEASING);
	if (!is_recorded && is_told_otherwise(job, negotiation))
		cJSON_AddStringToObject(patch, "remote_agent", "");
	if (job->late_orders > 0)
		cJSON_AddNumberToObject(patch, "late_orders", job->late_orders);
	return negotiation_patch(job, patch, &ignored);
}

void job_release(struct job *job)
{
	job->attempts = 0;
	job_commit(job, stage_releasing, job_released, job_released);
}

static int stage_removed(struct job *job, struct l3_failure *failure)
{
	struct object *object = negotiation_find(job->negotiator, &job->id);

	(void)failure;
	if (object != NULL && model_remove(job->negotiator->control->model, object) < 0)
		return -ENOMEM;
	return 0;
}

static void job_remove(struct job *job);

static void not_removed(struct job *job)
{
	job_answer(job);
	job_retry(job, job_remove, "its end cannot be recorded");
}

static void removed(struct job *job)
{
	if (!job_begin_again(job))
		job_end(job);
}

static void job_remove(struct job *job)
{
	job_commit(job, stage_removed, removed, not_removed);
}

static void take_back(struct job *job);

/* The peer knows, or cannot be told. An order that the agent carried out after it was taken back is
 * taken back again, before nobody knows of it any more. */
static void job_forget(struct job *job)
{
	job->is_told = true;
	if (job->late_orders_done >= job->late_orders) {
		job_remove(job);
		return;
	}
	job_answer(job);
	job->attempts = job->late_orders_done++;
	job_retry(job, take_back,
		  "the agent may carry out an order late that it has not answered, and is told to "
		  "take it back again");
}

static void tell(struct job *job);

static void told(void *arg, enum http_outcome outcome, unsigned int status, const char *body,
		 size_t length, const char *why)
{
	struct job *job = arg;
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	bool is_ours = object != NULL && object_given(object, "peer_negotiation_id");
	char text[256];

	(void)body;
	(void)length;
	job->http_call = NULL;
	/* Whatever it answers, it knows; one that has trouble of its own is asked again. */
	if ((outcome == HTTP_ANSWERED && status < 500) ||
	    job->attempts + 1 >= (is_ours ? TELL_ATTEMPTS : TELL_ATTEMPTS_MAYBE)) {
		if (outcome != HTTP_ANSWERED)
			log_warning("the peer was not told of a release: %s", why);
		job_forget(job);
		return;
	}
	job_answer(job);
	if (outcome == HTTP_ANSWERED)
		snprintf(text, sizeof(text), "the peer answers a release with %u", status);
	else
		snprintf(text, sizeof(text), "the peer cannot be told of the release: %.200s", why);
	job_retry(job, tell, text);
}

/* Where to. False: nobody is to be told. */
static bool find_peer(const struct job *job, const struct object *object, struct l3_remote *remote)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	struct l3_failure failure;

	/* An answer without an id is an original's, which knows no release. */
	if (negotiation->remote_agent == NULL || negotiation->remote_agent[0] == '\0' ||
	    (object_given(object, "net") && !object_given(object, "peer_negotiation_id")))
		return false;
	return l3_remote_parse(negotiation->remote_agent, remote, &failure) == 0 &&
	       negotiator_allows(job->negotiator, &negotiation->peer, remote->port);
}

static void tell(struct job *job)
{
	const struct negotiator *negotiator = job->negotiator;
	const struct object *object = negotiation_find(negotiator, &job->id);
	const struct bgw_l3_negotiation *negotiation =
		object != NULL ? negotiation_of(object) : NULL;
	struct http_request request;
	char id[BGW_UUID_TEXT_SIZE], *url = NULL;
	struct l3_remote remote;

	if (object == NULL || job->is_told || !find_peer(job, object, &remote)) {
		job_forget(job);
		return;
	}
	/* By the initiator's id, which nobody else was told. */
	bgw_uuid_format(negotiation->role == BGW_L3_INITIATOR ? &negotiation->id
							      : &negotiation->peer_id,
			id);
	if (asprintf(&url, "%s/%s", negotiation->remote_agent, id) >= 0) {
		request = negotiator_request(negotiator, "DELETE", &negotiation->peer, remote.port);
		request.url = url;
		job->http_call = http_client_call(negotiator->client, &request, told, job);
		free(url);
	}
	if (job->http_call == NULL)
		job_retry(job, tell, "no memory to tell the peer of the release");
}

static void taken_back(struct job *job)
{
	if (job->order_failure.status == 0) {
		job->attempts = 0;
		tell(job);
		return;
	}
	job_answer(job);
	job_retry(job, take_back, job->order_failure.description);
}

static void take_back(struct job *job)
{
	job_take_back(job, taken_back);
}

void job_released(struct job *job)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);

	if (object != NULL && job->late_orders < negotiation_of(object)->late_orders)
		job->late_orders = negotiation_of(object)->late_orders;
	if (job->failure.status == 0)
		l3_fail(&job->failure, L3_CONFLICT, "the negotiation was released");
	job->attempts = 0;
	job->trouble[0] = '\0';
	take_back(job);
}
