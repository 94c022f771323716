/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_BATCH_H
#define BGW_CONTROL_BATCH_H

/**
 * The order in which requests happen. Requests queue; one batch of them at a time is staged in
 * order (each on top of what came before it), committed as one transaction, published and answered,
 * while the next batch gathers. Reads queue like writes, so every request sees all that came before
 * it. When the commit fails, its requests fail, the model is as before and nothing was published.
 *
 * Control thread only. Work is sliced (loop.h).
 */

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct control;
struct batch;
struct request;

struct request_operations {
	/**
	 * Changes the model (model.h), which journals it; nothing else. Reads leave it NULL.
	 *
	 * @return 0 when done, -EAGAIN to be called again in another slice, or another negative
	 * errno with *error set: then what this request staged is rolled back, and the others of
	 * the batch go on.
	 */
	int (*stage)(struct request *request, struct error *error);
	/**
	 * The end: what was staged is durable and published, or *error says why not (code
	 * BGW_ERROR_NONE: success). The model does not change while requests finish.
	 *
	 * @return true when done, and the request is the caller's again; false to be called again
	 * in another slice.
	 */
	bool (*finish)(struct request *request, const struct error *error);
};

struct request {
	const struct request_operations *operations;
	/* of the batch */
	struct request *next;
	size_t mark; /**< length of the journal before it staged anything */
	bool staging;
	struct error error;
};

/** NULL without memory. The control's loop, model and store must be there. */
struct batch *batch_create(struct control *control);
/** No request may be waiting (batch_is_idle()). Accepts NULL. */
void batch_destroy(struct batch *batch);

/** Takes the request until finish(), which is never called from inside this function. */
void batch_submit(struct batch *batch, struct request *request);

/** From finish() that returns false: nothing goes on, and nothing is committed, until
 * batch_resume(). For what a request waits for elsewhere. */
void batch_pause(struct batch *batch);
void batch_resume(struct batch *batch);

bool batch_is_idle(const struct batch *batch);

#endif
