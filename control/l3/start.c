/* SPDX-License-Identifier: BSD-3-Clause */
/* The initiator: asks the peer that an operator names. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"
#include "log.h"
#include "text.h"

/* Offers that are made when what was chosen of one was taken by another negotiation meanwhile. */
#define MAX_ROUNDS	4
#define START_MAX_BYTES 65536

/* What a name leads to is looked at once; the request goes there. */
static void take_candidates(struct job *job, const struct addrinfo *one)
{
	for (; one != NULL && job->candidate_count < MAX_CANDIDATES; one = one->ai_next) {
		struct bgw_address *address = &job->candidates[job->candidate_count];

		*address = (struct bgw_address){0};
		if (one->ai_family == AF_INET) {
			address->family = 4;
			memcpy(address->bytes,
			       &((const struct sockaddr_in *)(const void *)one->ai_addr)->sin_addr,
			       4);
		} else if (one->ai_family == AF_INET6) {
			address->family = 6;
			memcpy(address->bytes,
			       &((const struct sockaddr_in6 *)(const void *)one->ai_addr)
					->sin6_addr,
			       16);
		}
		*address = l3_address_plain(address);
		job->candidate_count++;
	}
}

static int stage_offer(struct job *job, struct l3_failure *failure)
{
	struct negotiator *negotiator = job->negotiator;
	const struct model *model = negotiator->control->model;
	struct l3_view view;
	uint32_t outstanding = 0;
	int rc = 0;

	if (model_count(model, &bgw_l3_negotiation_type) >= L3_MAX_NEGOTIATIONS)
		return l3_fail(failure, L3_CONFLICT,
			       "there are %u negotiations already, all that there may be; release "
			       "some",
			       L3_MAX_NEGOTIATIONS);
	for (const struct object *object = model_first(model, &bgw_l3_negotiation_type);
	     object != NULL; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

		/* It asked first, and would accept ours as well: then each would see what the other
		 * one takes, and both be refused. */
		if (negotiation->role == BGW_L3_RESPONDER && negotiation->state == BGW_L3_AGREED &&
		    bgw_address_equal(&negotiation->peer, &job->peer))
			return l3_fail(failure, L3_CONFLICT, L3_CROSSING);
		/* Those that are asked at this time prefer different subnets. */
		outstanding += negotiation->state == BGW_L3_OFFERED;
	}
	job->offer.subnets = calloc(L3_OFFER_MAX_SUBNETS, sizeof(*job->offer.subnets));
	if (l3_view_make(negotiator, &job->id, &job->peer, &view) < 0 || job->offer.subnets == NULL)
		rc = l3_fail(failure, L3_INTERNAL, "no memory for the offer");
	else
		l3_offer_fill(&negotiator->site, &view.held, L3_OFFER_MAX_SUBNETS, outstanding,
			      &job->offer);
	l3_view_free(&view);
	if (rc == 0 && job->offer.count == 0)
		rc = l3_fail(failure, L3_CONFLICT,
			     "l3_negotiator.cidrs has no free subnet left; release a negotiation");
	return rc == 0 ? negotiation_insert_offered(job, failure) : rc;
}

static int stage_agreed(struct job *job, struct l3_failure *failure)
{
	const struct negotiator *negotiator = job->negotiator;
	const struct object *object = negotiation_find(negotiator, &job->id);
	struct l3_view view;
	int rc;

	if (object == NULL || negotiation_of(object)->state != BGW_L3_OFFERED)
		return l3_fail(failure, L3_CONFLICT, "the negotiation was released");
	rc = l3_view_make(negotiator, &job->id, &job->peer, &view);
	if (rc < 0)
		l3_fail(failure, L3_INTERNAL, "no memory for the answer");
	else
		rc = l3_answer_check(&negotiator->site, &view.held, &job->offer, &job->answer,
				     failure);
	job->is_lost = rc < 0 && l3_taken_has(&view.held.taken, &job->answer.net);
	l3_view_free(&view);
	return rc == 0 ? negotiation_patch(job,
					   negotiation_answer_patch(job, negotiation_of(object)),
					   failure)
		       : rc;
}

static void refused(struct job *job, unsigned int status, const char *body, size_t length)
{
	char description[300];

	l3_failure_description(body, length, description, sizeof(description));
	/* What is no error of HTTP is none that can be passed on. */
	if (status < 400 || status > 599)
		l3_fail(&job->failure, L3_BAD_GATEWAY,
			"the peer answers with status %u, where 200 or an error is expected",
			status);
	else if (description[0] != '\0')
		l3_fail(&job->failure, status, "%s", description);
	else
		l3_fail(&job->failure, status, "the peer refuses with status %u", status);
	job->may_know = status >= 500 || status < 400;
	job_release(job);
}

static void unanswered(struct job *job, enum http_outcome outcome, const char *why)
{
	job->may_know = outcome != HTTP_UNREACHABLE && outcome != HTTP_UNTRUSTED;
	if (outcome == HTTP_TIMED_OUT)
		l3_fail(&job->failure, L3_GATEWAY_TIMEOUT,
			"the peer %.120s does not answer in time: %.200s", job->start.remote_agent,
			why);
	else
		l3_fail(&job->failure, L3_BAD_GATEWAY, "the peer %.120s cannot be asked: %.200s",
			job->start.remote_agent, why);
	job_release(job);
}

static void disbelieved(struct job *job)
{
	struct l3_failure failure = job->failure;

	job->may_know = true;
	l3_fail(&job->failure, failure.status, "the peer's answer is refused: %.400s",
		failure.description);
	job_release(job);
}

static void asked(void *arg, enum http_outcome outcome, unsigned int status, const char *body,
		  size_t length, const char *why)
{
	struct job *job = arg;

	job->http_call = NULL;
	if (outcome != HTTP_ANSWERED) {
		unanswered(job, outcome, why);
	} else if (status != 200) {
		refused(job, status, body != NULL ? body : "", length);
	} else if (l3_answer_parse(body != NULL ? body : "", length, &job->answer, &job->failure) <
		   0) {
		job->failure.status = L3_BAD_GATEWAY;
		disbelieved(job);
	} else {
		job_commit(job, stage_agreed, job_configure, disbelieved);
	}
}

void job_post(struct job *job, const char *url, uint32_t timeout_ms, http_called *done)
{
	const struct negotiator *negotiator = job->negotiator;
	struct http_request request =
		negotiator_request(negotiator, "POST", &job->peer, job->remote.port);

	free(job->body);
	job->body = l3_offer_body(&job->offer, &job->length);
	request.url = url;
	request.timeout_ms = timeout_ms;
	request.body = job->body;
	request.length = job->length;
	if (job->body != NULL)
		job->http_call = http_client_call(negotiator->client, &request, done, job);
}

static void ask(struct job *job)
{
	job_post(job, job->start.remote_agent, job->negotiator->config->timeout_s * 1000, asked);
	if (job->http_call != NULL)
		return;
	l3_fail(&job->failure, L3_INTERNAL, "no memory to ask the peer");
	job_release(job);
}

void job_offer_release(struct job *job)
{
	job->offer.release_port = job->negotiator->port;
	job->offer.release_tls = job->negotiator->config->tls.cert != NULL;
}

static void make_offer(struct job *job)
{
	const struct negotiator *negotiator = job->negotiator;
	const struct config_l3_negotiator *config = negotiator->config;
	const struct l3_options *wanted = &job->start.options;

	job->offer.destination = negotiator->site.internal;
	job->offer.options = *wanted;
	if (wanted->asn == 0)
		job->offer.options.asn = config->asn;
	if (wanted->mtu == 0)
		job->offer.options.mtu = config->mtu;
	if (!job->start.bfd_given)
		job->offer.options.bfd = config->bfd;
	job->offer.id = job->id;
	job_offer_release(job);
	job_commit(job, stage_offer, ask, job_end);
}

static void begin(struct job *job)
{
	struct object *object = object_create(&bgw_l3_negotiation_type);
	struct error error;

	job->failure.status = 0;
	if (object == NULL || object_identify(object, &error) < 0) {
		l3_fail(&job->failure, L3_INTERNAL, "no memory for another negotiation");
		object_free(object);
		job_end(job);
		return;
	}
	job->id = object_base(object)->id;
	object_free(object);
	make_offer(job);
}

bool job_begin_again(struct job *job)
{
	if (!job->is_lost || job->waiters == NULL || ++job->rounds >= MAX_ROUNDS ||
	    job->negotiator->is_stopping)
		return false;
	job->is_lost = false;
	job->may_know = false;
	free(job->offer.subnets);
	job->offer = (struct l3_offer){0};
	begin(job);
	return true;
}

static void resolved(void *arg, int rc, const struct addrinfo *addresses)
{
	struct job *job = arg;

	job->is_resolving = false;
	if (rc < 0)
		l3_fail(&job->failure, L3_BAD_GATEWAY, "remoteAgent: \"%.200s\" has no address: %s",
			job->remote.host, uv_strerror(rc));
	else
		l3_fail(&job->failure, L3_FORBIDDEN,
			"remoteAgent must name one of l3_negotiator.allowed_peers, or without "
			"these the address of a remote gateway; a loopback address only where it "
			"is listed with its port");
	if (job->negotiator->is_stopping)
		l3_fail(&job->failure, L3_UNAVAILABLE, "the gateway is stopping");
	take_candidates(job, addresses);
	for (unsigned int i = 0; i < job->candidate_count && !job->negotiator->is_stopping; i++)
		if (negotiator_allows(job->negotiator, &job->candidates[i], job->remote.port)) {
			job->peer = job->candidates[i];
			begin(job);
			return;
		}
	job_end(job);
}

static int digest_of(const struct l3_start *start, char digest[KEPT_DIGEST_TEXT_SIZE])
{
	const struct l3_options *options = &start->options;
	char prefix[BGW_PREFIX_TEXT_SIZE] = "", *text;
	cJSON *json;
	int rc;

	if (start->remote_network.ip.family != 0)
		bgw_prefix_format(&start->remote_network, prefix);
	if (asprintf(&text, "%s %s %u %d%d %u %u %u", start->remote_agent, prefix, options->asn,
		     start->bfd_given, options->bfd, options->mtu, options->segmentation_id,
		     options->lease_s) < 0)
		return -ENOMEM;
	json = cJSON_CreateString(text);
	rc = kept_digest(L3_START_PATH, json, digest);
	cJSON_Delete(json);
	free(text);
	return rc;
}

/* Whether a negotiation is what is asked for. -EEXIST: the key is that of another request. */
static int is_same(const char *digest, const char *key, const char *its_digest, const char *its_key)
{
	if (key != NULL && its_key != NULL && strcmp(key, its_key) == 0)
		return strcmp(digest, its_digest) == 0 ? 1 : -EEXIST;
	return key == NULL && strcmp(digest, its_digest) == 0;
}

/* A request that repeats another waits for its answer, or has it. True: it is dealt with. */
static bool is_repeat(struct negotiator *negotiator, struct http_exchange *exchange,
		      const char *digest, const char *key)
{
	const struct object *object =
		model_first(negotiator->control->model, &bgw_l3_negotiation_type);
	struct l3_failure failure;
	int same = 0;

	for (struct job *job = negotiator->jobs; job != NULL && same == 0; job = job->next) {
		if (job->start.remote_agent == NULL || job->failure.status != 0)
			continue;
		same = is_same(digest, key, job->digest, job->key);
		if (same > 0)
			job_wait(job, exchange, true);
	}
	for (; object != NULL && same == 0; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

		if (negotiation->role != BGW_L3_INITIATOR ||
		    negotiation->state != BGW_L3_CONFIGURED || negotiation->digest == NULL)
			continue;
		same = is_same(digest, key, negotiation->digest, negotiation->key);
		if (same > 0)
			l3_answer_negotiation(exchange, object, true);
	}
	if (same < 0) {
		l3_fail(&failure, L3_CONFLICT,
			"Idempotency-Key is that of another request; use a new one");
		l3_answer_failure(exchange, &failure);
	}
	return same != 0;
}

static int read_request(struct negotiator *negotiator, struct http_exchange *exchange,
			struct l3_start *start, struct l3_remote *remote,
			struct l3_failure *failure)
{
	const char *key = http_header(exchange, "Idempotency-Key");
	size_t length;
	const char *body = http_body(exchange, &length);

	if (negotiator->is_stopping)
		return l3_fail(failure, L3_UNAVAILABLE, "the gateway is stopping");
	if (key != NULL && !kept_key_is_valid(key))
		return l3_fail(failure, L3_BAD_REQUEST,
			       "Idempotency-Key must be 1 to %d printable ASCII characters",
			       KEPT_KEY_MAX_BYTES);
	if (length > START_MAX_BYTES)
		return l3_fail(failure, L3_BAD_REQUEST, "the body may have at most %u bytes",
			       START_MAX_BYTES);
	if (l3_start_parse(body != NULL ? body : "", length, start, failure) < 0)
		return -EINVAL;
	return l3_remote_parse(start->remote_agent, remote, failure);
}

static void start(struct negotiator *negotiator, struct http_exchange *exchange,
		  struct l3_start *wanted, const struct l3_remote *remote)
{
	const char *key = http_header(exchange, "Idempotency-Key");
	char digest[KEPT_DIGEST_TEXT_SIZE];
	struct l3_failure failure;
	struct job *job = NULL;

	if (digest_of(wanted, digest) == 0) {
		if (is_repeat(negotiator, exchange, digest, key))
			return;
		job = job_create(negotiator);
	}
	if (job == NULL) {
		l3_fail(&failure, L3_INTERNAL, "no memory for the request");
		l3_answer_failure(exchange, &failure);
		return;
	}
	job->start = *wanted;
	wanted->remote_agent = NULL;
	job->remote = *remote;
	job->key = key != NULL ? strdup(key) : NULL;
	memcpy(job->digest, digest, sizeof(digest));
	job_wait(job, exchange, true);
	job->is_resolving = true;
	if (loop_resolve(negotiator->control->loop, job->remote.host, resolved, job) == 0)
		return;
	job->is_resolving = false;
	l3_fail(&job->failure, L3_BAD_GATEWAY, "remoteAgent: \"%.200s\" cannot be looked up",
		job->remote.host);
	job_end(job);
}

void negotiator_ask(struct control *control, struct http_exchange *exchange)
{
	struct negotiator *negotiator = control->negotiator;
	struct l3_start wanted = {0};
	struct l3_failure failure;
	struct l3_remote remote;

	if (strcmp(http_method(exchange), "POST") != 0) {
		http_answer_header(exchange, "Allow", "POST");
		l3_fail(&failure, 405, "%.16s is not possible here; possible is POST",
			http_method(exchange));
	} else if (negotiator == NULL) {
		l3_fail(&failure, L3_NOT_FOUND,
			"this gateway negotiates no layer 3: its configuration has no "
			"l3_negotiator");
	} else if (read_request(negotiator, exchange, &wanted, &remote, &failure) == 0) {
		start(negotiator, exchange, &wanted, &remote);
		l3_start_clear(&wanted);
		return;
	}
	l3_answer_failure(exchange, &failure);
	l3_start_clear(&wanted);
}
