/* SPDX-License-Identifier: BSD-3-Clause */
#include "batch.h"

#include <errno.h>
#include <stdlib.h>

#include "control.h"
#include "resource.h"

enum phase {
	PHASE_IDLE,
	PHASE_STAGE,
	PHASE_COMMIT,
	PHASE_PUBLISH,
	PHASE_TELL,
	PHASE_FINISH,
};

struct queue {
	struct request *first, **end;
};

struct batch {
	struct control *control;
	struct loop_idle *idle;
	struct queue gathering;
	enum phase phase;
	struct request *current;
	struct request *cursor;
	size_t published, told;
	bool is_paused;
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void batch_turn(void *arg);

struct batch *batch_create(struct control *control)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL)
		return NULL;
	batch->control = control;
	queue_init(&batch->gathering);
	batch->idle = loop_idle_create(control->loop, batch_turn, batch);
	if (batch->idle == NULL) {
		free(batch);
		return NULL;
	}
	return batch;
}

void batch_destroy(struct batch *batch)
{
	if (batch == NULL)
		return;
	loop_idle_close(batch->idle);
	free(batch);
}

bool batch_is_idle(const struct batch *batch)
{
	return batch->phase == PHASE_IDLE && batch->gathering.first == NULL;
}

void batch_submit(struct batch *batch, struct request *request)
{
	request->next = NULL;
	request->staging = false;
	request->error.code = BGW_ERROR_NONE;
	*batch->gathering.end = request;
	batch->gathering.end = &request->next;
	if (batch->phase == PHASE_IDLE)
		loop_idle_start(batch->idle);
}

void batch_pause(struct batch *batch)
{
	batch->is_paused = true;
	loop_idle_stop(batch->idle);
}

void batch_resume(struct batch *batch)
{
	batch->is_paused = false;
	loop_idle_start(batch->idle);
}

/* Whether the slice is over; at least one step was done before the first call. */
static bool is_over(uint64_t deadline_ns)
{
	return loop_now_ns() >= deadline_ns;
}

static void request_stage(struct batch *batch, struct request *request)
{
	struct model *model = batch->control->model;
	int rc;

	if (!request->staging) {
		model_changes(model, &request->mark);
		request->staging = true;
	}
	rc = request->operations->stage != NULL
		     ? request->operations->stage(request, &request->error)
		     : 0;
	if (rc == -EAGAIN)
		return;
	if (rc < 0)
		model_rollback(model, request->mark);
	else
		request->error.code = BGW_ERROR_NONE;
	batch->cursor = request->next;
}

static void phase_finish(struct batch *batch)
{
	batch->phase = PHASE_FINISH;
	batch->cursor = batch->current;
	loop_idle_start(batch->idle);
}

static void committed(void *arg, const struct error *error)
{
	struct batch *batch = arg;

	if (error->code == BGW_ERROR_NONE) {
		batch->phase = PHASE_PUBLISH;
		batch->published = 0;
		loop_idle_start(batch->idle);
		return;
	}
	model_rollback(batch->control->model, 0);
	/* A read is answered from what the model now is; whoever wanted a change is told. */
	for (struct request *request = batch->current; request != NULL; request = request->next)
		if (request->error.code == BGW_ERROR_NONE && request->operations->stage != NULL)
			request->error = *error;
	phase_finish(batch);
}

static void phase_commit(struct batch *batch)
{
	size_t count;
	const struct change *changes = model_changes(batch->control->model, &count);

	if (count == 0) {
		phase_finish(batch);
		return;
	}
	batch->phase = PHASE_COMMIT;
	loop_idle_stop(batch->idle);
	store_commit(batch->control->store, batch->control->loop, changes, count, committed, batch);
}

static void stage_slice(struct batch *batch, uint64_t deadline_ns)
{
	while (batch->cursor != NULL) {
		request_stage(batch, batch->cursor);
		if (is_over(deadline_ns))
			return;
	}
	phase_commit(batch);
}

static void publish_slice(struct batch *batch, uint64_t deadline_ns)
{
	struct control *control = batch->control;
	size_t count;
	const struct change *changes = model_changes(control->model, &count);

	while (batch->published < count) {
		const struct change *change = &changes[batch->published];
		const struct resource *resource =
			resource_of(change->new != NULL ? change->new->type : change->old->type);

		if (resource != NULL && resource->publish != NULL)
			resource->publish(control, change->old, change->new);
		batch->published++;
		if (is_over(deadline_ns))
			return;
	}
	if (control->settle != NULL && !control->settle(control))
		return;
	batch->phase = PHASE_TELL;
	batch->told = 0;
}

static void tell_slice(struct batch *batch, uint64_t deadline_ns)
{
	struct control *control = batch->control;
	size_t count;
	const struct change *changes = model_changes(control->model, &count);

	while (control->tell != NULL && batch->told < count) {
		control->tell(control, &changes[batch->told++]);
		if (is_over(deadline_ns))
			return;
	}
	if (model_accept_until(control->model, deadline_ns))
		phase_finish(batch);
}

static void finish_slice(struct batch *batch, uint64_t deadline_ns)
{
	while (batch->cursor != NULL) {
		struct request *request = batch->cursor, *next = request->next;

		if (request->operations->finish(request, &request->error))
			batch->cursor = next;
		if (batch->is_paused || is_over(deadline_ns))
			return;
	}
	batch->current = NULL;
	batch->phase = PHASE_IDLE;
}

/* Takes what has gathered as the next batch. */
static void batch_begin(struct batch *batch)
{
	if (batch->gathering.first == NULL) {
		loop_idle_stop(batch->idle);
		return;
	}
	batch->current = batch->gathering.first;
	queue_init(&batch->gathering);
	batch->cursor = batch->current;
	batch->phase = PHASE_STAGE;
}

static void batch_turn(void *arg)
{
	struct batch *batch = arg;
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	if (batch->phase == PHASE_IDLE)
		batch_begin(batch);
	if (batch->phase == PHASE_STAGE)
		stage_slice(batch, deadline_ns);
	if (batch->phase == PHASE_PUBLISH)
		publish_slice(batch, deadline_ns);
	if (batch->phase == PHASE_TELL)
		tell_slice(batch, deadline_ns);
	if (batch->phase == PHASE_FINISH)
		finish_slice(batch, deadline_ns);
}
