/* SPDX-License-Identifier: BSD-3-Clause */
/* The responder: what peers ask on the listener that is theirs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"
#include "log.h"
#include "loop.h"
#include "rest_audit.h"

#define PARSE_HERE_BYTES (16u << 10)
#define OTHER_MAX_BYTES	 4096u

/* What of an offer makes it the same when it comes again: a peer that tells its id may renew by
 * offering no more than what it has. */
static int digest_of(const struct l3_offer *offer, char digest[KEPT_DIGEST_TEXT_SIZE])
{
	struct l3_offer same = *offer;
	size_t length;
	char *body;
	cJSON *json;
	int rc;

	same.id = (struct bgw_uuid){0};
	same.release_port = 0;
	body = l3_offer_body(&same, &length);
	json = body != NULL ? cJSON_CreateRaw(body) : NULL;
	rc = json != NULL ? kept_digest(L3_HANDLE_PATH, json, digest) : -ENOMEM;
	cJSON_Delete(json);
	free(body);
	return rc;
}

/* The negotiation that a peer asks for again. NULL: this is new. */
static const struct object *find_repeated(struct job *job, struct l3_failure *failure)
{
	const struct model *model = job->negotiator->control->model;
	const struct object *object = model_first(model, &bgw_l3_negotiation_type);
	bool has_id = !bgw_uuid_is_nil(&job->offer.id);

	for (; object != NULL; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
		bool same_digest = negotiation->digest != NULL &&
				   strcmp(negotiation->digest, job->digest) == 0;
		bool same_key = job->key != NULL && negotiation->key != NULL &&
				strcmp(job->key, negotiation->key) == 0;

		if (negotiation->role != BGW_L3_RESPONDER ||
		    !bgw_address_equal(&negotiation->peer, &job->peer))
			continue;
		if (same_key && !same_digest) {
			l3_fail(failure, L3_CONFLICT,
				"Idempotency-Key is that of another request; use a new one");
			return NULL;
		}
		if (has_id ? bgw_uuid_equal(&negotiation->peer_id, &job->offer.id)
			   : same_key || (job->key == NULL && same_digest &&
					  bgw_uuid_is_nil(&negotiation->peer_id)))
			return object;
	}
	return NULL;
}

/* The lease begins anew, and its listener may be another since. */
static cJSON *repeated_patch(const struct job *job, const struct object *object)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	cJSON *patch = cJSON_CreateObject();
	char url[L3_REMOTE_URL_SIZE];

	if (object_given(object, "expires"))
		cJSON_AddNumberToObject(patch, "expires",
					negotiation_now_s() + negotiation->lease_s);
	if (negotiation_release_url(job, url) != NULL &&
	    (negotiation->remote_agent == NULL || strcmp(url, negotiation->remote_agent) != 0))
		cJSON_AddStringToObject(patch, "remote_agent", url);
	return patch;
}

static int stage_repeated(struct job *job, const struct object *object, struct l3_failure *failure)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	cJSON *patch;
	int rc;

	if (negotiation->state == BGW_L3_RELEASING)
		return l3_fail(failure, L3_CONFLICT,
			       "the negotiation is being released; ask again later");
	job->repeated = negotiation->id;
	patch = repeated_patch(job, object);
	if (cJSON_GetArraySize(patch) == 0) {
		cJSON_Delete(patch);
		return 0;
	}
	job->id = negotiation->id;
	rc = negotiation_patch(job, patch, failure);
	job->id = (struct bgw_uuid){0};
	return rc;
}

/* Both sides may ask each other at once. One of the two goes on, and both know which. */
static int check_crossing(const struct job *job, struct l3_failure *failure)
{
	const struct object *object =
		model_first(job->negotiator->control->model, &bgw_l3_negotiation_type);

	for (; object != NULL; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

		if (negotiation->state == BGW_L3_OFFERED &&
		    bgw_address_equal(&negotiation->peer, &job->peer) &&
		    !bgw_uuid_is_nil(&job->offer.id) &&
		    memcmp(&negotiation->id, &job->offer.id, sizeof(negotiation->id)) < 0)
			return l3_fail(failure, L3_CONFLICT, L3_CROSSING);
	}
	return 0;
}

static int choose(struct job *job, struct l3_failure *failure)
{
	struct negotiator *negotiator = job->negotiator;
	struct l3_view view;
	int rc;

	if (model_count(negotiator->control->model, &bgw_l3_negotiation_type) >=
	    L3_MAX_NEGOTIATIONS)
		return l3_fail(failure, L3_UNAVAILABLE, "there are too many negotiations");
	rc = l3_view_make(negotiator, &job->id, &job->peer, &view);
	if (rc < 0)
		l3_fail(failure, L3_INTERNAL, "no memory for the request");
	else
		rc = l3_choose(&negotiator->site, &view.held, &job->offer, &job->cursor,
			       &job->choice, failure);
	l3_view_free(&view);
	return rc;
}

static int identify(struct job *job, struct l3_failure *failure)
{
	struct object *object = object_create(&bgw_l3_negotiation_type);
	struct error error;
	int rc = object != NULL ? object_identify(object, &error) : -ENOMEM;

	if (rc == 0)
		job->id = object_base(object)->id;
	object_free(object);
	return rc == 0 ? 0 : l3_fail(failure, L3_INTERNAL, "no memory for another negotiation");
}

static int stage_choice(struct job *job, struct l3_failure *failure)
{
	const struct object *repeated;
	int rc;

	if (job->cursor == 0) {
		repeated = find_repeated(job, failure);
		if (failure->status != 0)
			return -EINVAL;
		if (repeated != NULL)
			return stage_repeated(job, repeated, failure);
		rc = check_crossing(job, failure);
		if (rc < 0)
			return rc;
	}
	rc = choose(job, failure);
	if (rc == 0)
		rc = identify(job, failure);
	return rc == 0 ? negotiation_insert_agreed(job, failure) : rc;
}

/* A repeat has the answer of the first, when that has one. */
static void repeated(struct job *job)
{
	struct job *first = job_find(job->negotiator, &job->repeated);
	const struct object *object = negotiation_find(job->negotiator, &job->repeated);
	struct waiter **end;

	if (first == NULL ||
	    (object != NULL && negotiation_of(object)->state == BGW_L3_CONFIGURED)) {
		job->id = job->repeated;
		job_end(job);
		return;
	}
	for (end = &first->waiters; *end != NULL; end = &(*end)->next)
		;
	*end = job->waiters;
	job->waiters = NULL;
	job_free(job);
}

static void chosen(struct job *job)
{
	if (!bgw_uuid_is_nil(&job->repeated))
		repeated(job);
	else
		job_configure(job);
}

/* On the thread pool where the body is large. */
static void parse(void *arg)
{
	struct job *job = arg;
	size_t length;
	const char *body = http_body(job->waiters->exchange, &length);

	if (l3_offer_parse(body != NULL ? body : "", length, &job->offer, &job->failure) == 0 &&
	    digest_of(&job->offer, job->digest) < 0)
		l3_fail(&job->failure, L3_INTERNAL, "no memory for the request");
}

static void parsed(void *arg)
{
	struct job *job = arg;

	job->is_resolving = false;
	if (job->failure.status == 0 && job->negotiator->is_stopping)
		l3_fail(&job->failure, L3_UNAVAILABLE, "the gateway is stopping");
	if (job->failure.status != 0)
		job_end(job);
	else
		job_commit(job, stage_choice, chosen, job_end);
}

static void read_offer(struct job *job)
{
	size_t length;

	http_body(job->waiters->exchange, &length);
	job->is_resolving = true;
	if (length > PARSE_HERE_BYTES &&
	    loop_work(job->negotiator->control->loop, parse, parsed, job) == 0)
		return;
	parse(job);
	parsed(job);
}

/* A listener of [::] tells of IPv4 addresses as of IPv6. */
static void take_peer(struct job *job, const struct http_exchange *exchange)
{
	struct bgw_address source;

	http_source(exchange, &source);
	job->peer = l3_address_plain(&source);
}

static void handle_offer(struct negotiator *negotiator, struct http_exchange *exchange)
{
	const char *key = http_header(exchange, "Idempotency-Key");
	struct l3_failure failure = {0};
	struct job *job = NULL;

	if (negotiator->is_stopping)
		l3_fail(&failure, L3_UNAVAILABLE, "the gateway is stopping");
	else if (key != NULL && !kept_key_is_valid(key))
		l3_fail(&failure, L3_BAD_REQUEST,
			"Idempotency-Key must be 1 to %d printable ASCII characters",
			KEPT_KEY_MAX_BYTES);
	else
		job = job_create(negotiator);
	if (job == NULL) {
		if (failure.status == 0)
			l3_fail(&failure, L3_INTERNAL, "no memory for the request");
		l3_answer_failure(exchange, &failure);
		return;
	}
	take_peer(job, exchange);
	job->key = key != NULL ? strdup(key) : NULL;
	job_wait(job, exchange, false);
	if (job->waiters == NULL)
		job_free(job);
	else
		read_offer(job);
}

/* A release: who knows the initiator's id and comes from the peer's address is the peer. */
static const struct object *find_released(const struct job *job)
{
	const struct object *object =
		model_first(job->negotiator->control->model, &bgw_l3_negotiation_type);

	for (; object != NULL; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
		const struct bgw_uuid *id = negotiation->role == BGW_L3_INITIATOR
						    ? &negotiation->id
						    : &negotiation->peer_id;

		if (bgw_address_equal(&negotiation->peer, &job->peer) &&
		    bgw_uuid_equal(id, &job->repeated))
			return object;
	}
	return NULL;
}

/* The peer knows, and is not told again. */
static int stage_release(struct job *job, struct l3_failure *failure)
{
	const struct object *object = find_released(job);
	cJSON *patch = negotiation_state_patch(BGW_L3_RELEASING);
	int rc;

	if (object == NULL) {
		cJSON_Delete(patch);
		return l3_fail(failure, L3_NOT_FOUND, "there is no such negotiation with you");
	}
	cJSON_AddStringToObject(patch, "remote_agent", "");
	/* The job is not that of the negotiation, which publishing tells. */
	job->id = object_base(object)->id;
	rc = negotiation_patch(job, patch, failure);
	job->id = (struct bgw_uuid){0};
	return rc;
}

static void release_recorded(struct job *job)
{
	struct waiter *waiter = job->waiters;

	job->waiters = NULL;
	http_answer(waiter->exchange, 204, NULL, 0);
	free(waiter);
	job_free(job);
}

static void handle_release(struct negotiator *negotiator, struct http_exchange *exchange,
			   const char *text)
{
	struct job *job = job_create(negotiator);
	struct l3_failure failure;

	if (job == NULL || bgw_uuid_parse(text, &job->repeated) < 0 ||
	    bgw_uuid_is_nil(&job->repeated) || negotiator->is_stopping) {
		l3_fail(&failure, negotiator->is_stopping ? L3_UNAVAILABLE : L3_NOT_FOUND,
			negotiator->is_stopping ? "the gateway is stopping"
						: "there is no such negotiation with you");
		l3_answer_failure(exchange, &failure);
		if (job != NULL)
			job_free(job);
		return;
	}
	take_peer(job, exchange);
	job_wait(job, exchange, false);
	if (job->waiters == NULL)
		job_free(job);
	else
		job_commit(job, stage_release, release_recorded, job_end);
}

static void handle(void *arg, struct http_exchange *exchange)
{
	struct negotiator *negotiator = arg;
	const char *path = http_path(exchange), *method = http_method(exchange);
	size_t length = strlen(L3_HANDLE_PATH);
	struct l3_failure failure;
	bool is_one = strncmp(path, L3_HANDLE_PATH "/", length + 1) == 0 &&
		      strchr(path + length + 1, '/') == NULL;

	if (strcmp(path, L3_HANDLE_PATH) == 0 && strcmp(method, "POST") == 0) {
		handle_offer(negotiator, exchange);
		return;
	}
	if (is_one && strcmp(method, "DELETE") == 0) {
		handle_release(negotiator, exchange, path + length + 1);
		return;
	}
	if (strcmp(path, L3_HANDLE_PATH) == 0 || is_one) {
		http_answer_header(exchange, "Allow", is_one ? "DELETE" : "POST");
		l3_fail(&failure, 405, "%.16s is not possible here; possible is %s", method,
			is_one ? "DELETE" : "POST");
	} else {
		l3_fail(&failure, L3_NOT_FOUND, "there is nothing here but " L3_HANDLE_PATH);
	}
	l3_answer_failure(exchange, &failure);
}

static int admit(void *arg, struct http_exchange *exchange, struct error *error)
{
	const struct negotiator *negotiator = arg;
	struct bgw_address source;

	http_source(exchange, &source);
	if (negotiator_allows(negotiator, &source, 0))
		return 0;
	return error_set(error, BGW_ERROR_FORBIDDEN,
			 "only peers of l3_negotiator.allowed_peers are answered here");
}

static size_t body_limit(void *arg, const char *method, const char *path)
{
	(void)arg;
	(void)method;
	return strcmp(path, L3_HANDLE_PATH) == 0 ? L3_OFFER_MAX_BYTES : OTHER_MAX_BYTES;
}

static char *refuse(void *arg, struct http_exchange *exchange, const struct error *error,
		    size_t *length)
{
	const struct negotiator *negotiator = arg;

	rest_audit_refused(negotiator->control, exchange, error_status(error->code));
	return negotiator_error_body(error, length);
}

static bool record(void *arg, struct http_exchange *exchange, unsigned int status)
{
	const struct negotiator *negotiator = arg;

	return rest_audit_record(negotiator->control, exchange, status);
}

struct http_handler negotiator_handler(struct negotiator *negotiator)
{
	return (struct http_handler){
		.admit = admit,
		.body_limit = body_limit,
		.handle = handle,
		.refuse = refuse,
		.record = record,
		.arg = negotiator,
	};
}
