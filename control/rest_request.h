/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_REST_REQUEST_H
#define BGW_CONTROL_REST_REQUEST_H

/**
 * A request of the REST API that has been read (rest.c): what it does in its batch, and its answer.
 */

#include <cjson/cJSON.h>

#include "batch.h"
#include "kept_answer.h"
#include "text.h"
#include "values.h"

struct http_exchange;
struct list;
struct loop_timer;
struct query;
struct resource;

#define REST_ID_SIZE 160

enum rest_verb {
	REST_LIST,
	REST_SHOW,
	REST_CREATE,
	REST_UPDATE,
	REST_DELETE,
	REST_FLUSH,
};

struct rest_request {
	struct request base; /**< first, for the batch */
	struct control *control;
	struct http_exchange *exchange;
	const struct resource *resource;
	enum rest_verb verb;
	char id[REST_ID_SIZE];
	uint32_t revision; /**< that the client expects, 0 any */
	struct query *query;
	cJSON *body;
	size_t body_length;	  /**< of its text */
	struct error parse_error; /**< why there is no body */
	bool bulk;
	const cJSON *next; /**< object of the body to be staged next */
	/** Instead of a body and `next`: a row of records, of the objects of a bulk create; from
	 * the made_count-th on they own something. */
	char *read;
	size_t read_count;
	char origin[280]; /**< scheme and authority, for links */
	/* create: the ids of what was made so far */
	struct bgw_uuid *made;
	size_t made_count, rendered;
	const struct object *last_found; /**< of those that are rendered */
	/* create with an Idempotency-Key: what this one made, or what its forerunner did */
	const char *key; /**< of the exchange, or NULL */
	char digest[KEPT_DIGEST_TEXT_SIZE];
	struct text told;
	bool is_repeat;
	cJSON *retold;
	const cJSON *retold_next;
	/* answer */
	struct list *list;
	bool is_selected, is_paged, is_rendered;
	struct text text;
	struct loop_timer *again; /**< to look for more to send; NULL: was not needed yet */
	size_t sent;		  /**< of the text, where the answer is sent as it is rendered */
};

/** Whether it has a body, and that this is said to be JSON: 0, or negative with *error set. */
bool rest_body_is_wanted(const struct rest_request *request);
int rest_body_check(struct rest_request *request, struct error *error);
/** Reads it, a large one on the thread pool, and submits the request or refuses it. */
void rest_body_read(struct rest_request *request);
/** One of request->read. */
void *rest_body_record(const struct rest_request *request, size_t i);
/** What was read and is not the model's. Any thread. */
void rest_body_free(struct rest_request *request);

/** Into the next batch, which answers and frees it. */
void rest_request_submit(struct rest_request *request);

/** Answers with an error at once, and frees it. */
void rest_request_refuse(struct rest_request *request, const struct error *error);

/** The part of stage() and finish() that creates (rest_create.c): 0, -EAGAIN for another slice, or
 * another negative with *error set. */
int rest_create_stage(struct rest_request *request, struct error *error);
int rest_create_finish(struct rest_request *request, struct error *error);

/** The end of finish() whose answer is request->list: 0, or -EAGAIN for another slice. A short one
 * is rendered, a long one is held and will be rendered as the client takes it. */
int rest_list_finish(struct rest_request *request, uint64_t deadline_ns);

/** {"NeutronError": ...} as the answer. */
void rest_answer_error(struct http_exchange *exchange, const struct error *error);

/** The same, malloc'ed; NULL without memory. */
char *rest_error_body(const struct error *error, size_t *length);

#endif
