/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "log.h"

#define FIRST_RETRY_MS UINT64_C(500)
#define LAST_RETRY_MS  UINT64_C(30000)

struct job *job_create(struct negotiator *negotiator)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->negotiator = negotiator;
	job->next = negotiator->jobs;
	job->previous = &negotiator->jobs;
	if (job->next != NULL)
		job->next->previous = &job->next;
	negotiator->jobs = job;
	return job;
}

void job_free(struct job *job)
{
	*job->previous = job->next;
	if (job->next != NULL)
		job->next->previous = job->previous;
	if (job->http_call != NULL)
		http_call_cancel(job->http_call);
	if (job->agent_call != NULL)
		agent_call_cancel(job->agent_call);
	loop_timer_close(job->timer);
	l3_start_clear(&job->start);
	l3_offer_clear(&job->offer);
	free(job->key);
	free(job->body);
	free(job);
}

struct job *job_find(const struct negotiator *negotiator, const struct bgw_uuid *id)
{
	struct job *job = negotiator->jobs;

	while (job != NULL && !bgw_uuid_equal(&job->id, id))
		job = job->next;
	return job;
}

void job_stop_waiting(struct job *job)
{
	if (job->failure.status == 0)
		l3_fail(&job->failure, L3_UNAVAILABLE,
			"the gateway is stopping; what is under way is finished or undone when it "
			"is back");
	job_answer(job);
}

static bool finish(struct request *base, const struct error *error)
{
	struct job *job = (struct job *)base;

	job->is_committing = false;
	if (error->code == BGW_ERROR_NONE) {
		job->staged(job);
		return true;
	}
	/* What stage() refused is in the failure already. */
	if (job->failure.status == 0)
		l3_fail(&job->failure, error_status(error->code), "%s", error->message);
	job->refused(job);
	return true;
}

static int stage(struct request *base, struct error *error)
{
	struct job *job = (struct job *)base;
	int rc = job->stage(job, &job->failure);

	if (rc < 0 && rc != -EAGAIN)
		error_set(error, BGW_ERROR_CONFLICT, "%.400s", job->failure.description);
	return rc;
}

void job_commit(struct job *job, int (*stage_job)(struct job *job, struct l3_failure *failure),
		job_step *staged, job_step *refused)
{
	static const struct request_operations operations = {.stage = stage, .finish = finish};

	job->stage = stage_job;
	job->staged = staged;
	job->refused = refused;
	/* What is not recorded is not done; the next start goes on from what is. */
	if (job->negotiator->is_stopping) {
		job_stop_waiting(job);
		return;
	}
	job->base.operations = &operations;
	job->is_committing = true;
	batch_submit(job->negotiator->control->batch, &job->base);
}

static void note(struct http_exchange *exchange, const struct bgw_uuid *id)
{
	char text[BGW_UUID_TEXT_SIZE], *line;

	if (asprintf(&line,
		     "{\"count\":1,\"objects\":[{\"change\":\"create\",\"type\":\"negotiation\","
		     "\"id\":\"%s\"}]}",
		     bgw_uuid_format(id, text)) >= 0)
		http_note_set(exchange, line);
}

void l3_answer_failure(struct http_exchange *exchange, const struct l3_failure *failure)
{
	size_t length;
	char *body = l3_failure_body(failure, &length);

	http_answer(exchange, failure->status, body, length);
}

void l3_answer_negotiation(struct http_exchange *exchange, const struct object *object,
			   bool is_operator)
{
	const struct l3_answer answer = negotiation_answer(negotiation_of(object));
	size_t length = 0;
	char *body =
		is_operator ? l3_started_body(&answer, &length) : l3_answer_body(&answer, &length);

	note(exchange, &answer.id);
	http_answer(exchange, 200, body, length);
}

void job_wait(struct job *job, struct http_exchange *exchange, bool is_operator)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	struct l3_failure failure;

	if (waiter == NULL) {
		l3_fail(&failure, L3_INTERNAL, "no memory for the request");
		l3_answer_failure(exchange, &failure);
		return;
	}
	waiter->exchange = exchange;
	waiter->is_operator = is_operator;
	waiter->next = job->waiters;
	job->waiters = waiter;
}

void job_answer(struct job *job)
{
	const struct object *object =
		job->failure.status == 0 ? negotiation_find(job->negotiator, &job->id) : NULL;

	while (job->waiters != NULL) {
		struct waiter *waiter = job->waiters;

		job->waiters = waiter->next;
		if (object == NULL && job->failure.status == 0)
			l3_fail(&job->failure, L3_CONFLICT, "the negotiation was released");
		if (object != NULL)
			l3_answer_negotiation(waiter->exchange, object, waiter->is_operator);
		else
			l3_answer_failure(waiter->exchange, &job->failure);
		free(waiter);
	}
}

void job_end(struct job *job)
{
	job_answer(job);
	job_free(job);
}

static void timer_due(void *arg)
{
	struct job *job = arg;

	job->is_waiting = false;
	job->timer_step(job);
}

void job_hurry(struct job *job)
{
	if (job->is_waiting)
		loop_timer_set(job->timer, 0, 0);
}

void job_retry(struct job *job, job_step *step, const char *why)
{
	uint64_t delay_ms = FIRST_RETRY_MS << (job->attempts < 7 ? job->attempts : 7);
	char id[BGW_UUID_TEXT_SIZE];

	if (strcmp(job->trouble, why) != 0)
		log_warning("negotiation %s: %s", bgw_uuid_format(&job->id, id), why);
	snprintf(job->trouble, sizeof(job->trouble), "%s", why);
	job->attempts++;
	job->timer_step = step;
	job->is_waiting = true;
	if (job->timer == NULL)
		job->timer = loop_timer_create(job->negotiator->control->loop, LOOP_NEVER, 0,
					       timer_due, job);
	if (job->timer != NULL)
		loop_timer_set(job->timer, delay_ms < LAST_RETRY_MS ? delay_ms : LAST_RETRY_MS, 0);
}
