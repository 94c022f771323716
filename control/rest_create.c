/* SPDX-License-Identifier: BSD-3-Clause */
/* Creates: one object or many, once for each Idempotency-Key. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "control.h"
#include "json.h"
#include "list.h"
#include "operation.h"
#include "resource.h"
#include "rest_request.h"

static uint32_t now_s(void)
{
	return (uint32_t)time(NULL);
}

/* True when an earlier request with this key did it all. */
static int find_forerunner(struct rest_request *request, bool *found, struct error *error)
{
	const struct object *answer;
	int rc = kept_answer_find(request->control->model, request->key, request->digest, now_s(),
				  &answer, error);

	*found = rc == 0 && answer != NULL;
	if (!*found)
		return rc;
	/* A copy: before it is answered the kept one may go. */
	text_add_string(&request->told, kept_answer_told(answer));
	request->is_repeat = true;
	return 0;
}

static int begin(struct rest_request *request, bool *is_done, struct error *error)
{
	size_t count = request->read != NULL ? request->read_count
		       : request->bulk	     ? (size_t)cJSON_GetArraySize(request->body->child)
					     : 1;
	int rc = 0;

	if (request->key != NULL)
		rc = find_forerunner(request, is_done, error);
	if (rc < 0 || *is_done)
		return rc;
	request->made = calloc(count, sizeof(*request->made));
	if (request->made == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the request");
	model_expect(request->control->model, request->resource->type, count);
	return 0;
}

static bool has_more(const struct rest_request *request)
{
	return request->read != NULL ? request->made_count < request->read_count
				     : request->next != NULL;
}

static int create_next(struct rest_request *request, struct object **object, struct error *error)
{
	if (request->read == NULL)
		return operation_create(request->control, request->resource, request->next, object,
					error);
	return operation_create_read(request->control, request->resource,
				     rest_body_record(request, request->made_count), object, error);
}

static int make_one(struct rest_request *request, struct error *error)
{
	const struct resource *resource = request->resource;
	struct object *object;
	struct error why;

	if (create_next(request, &object, &why) < 0)
		return request->bulk
			       ? error_set(error, why.code, "%s[%zu]: %.400s",
					   resource->type->plural, request->made_count, why.message)
			       : error_set(error, why.code, "%s", why.message);
	request->made[request->made_count++] = object_base(object)->id;
	if (request->key != NULL)
		kept_answer_tell(&request->told, object);
	if (request->read == NULL)
		request->next = request->bulk ? request->next->next : NULL;
	return 0;
}

int rest_create_stage(struct rest_request *request, struct error *error)
{
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	bool is_done = false;
	int rc = request->made == NULL ? begin(request, &is_done, error) : 0;

	if (rc < 0 || is_done)
		return rc;
	while (has_more(request)) {
		rc = make_one(request, error);
		if (rc < 0)
			return rc;
		if (has_more(request) && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	if (request->key != NULL)
		rc = kept_answer_add(request->control->model, request->key, request->digest,
				     now_s(), &request->told, error);
	return rc;
}

/* Mostly the one after the last that was found: they were made in this order. */
static const struct object *made_find(struct rest_request *request, const struct bgw_uuid *id)
{
	const struct object *object =
		request->last_found != NULL ? request->last_found->next : NULL;

	if (object == NULL || !bgw_uuid_equal(&object_base(object)->id, id))
		object = model_find(request->control->model, request->resource->type, id);
	request->last_found = object;
	return object;
}

/* What the forerunner made, as it was then; run-time members are those of now. */
static void retold_text(struct rest_request *request, const cJSON *element)
{
	const struct bgw_object_type *type = request->resource->type;
	struct object *was = kept_answer_object(type, element), *is;

	if (was == NULL) {
		request->text.broken = true;
		return;
	}
	is = model_find(request->control->model, type, &object_base(was)->id);
	was->runtime = is != NULL ? is->runtime : NULL;
	list_item_text(request->control, request->resource, NULL, was, &request->text);
	object_free(was);
}

static void retold_parse(void *arg)
{
	struct rest_request *request = arg;

	request->retold =
		json_parse(request->told.bytes, request->told.length, &request->parse_error);
}

static void retold_ready(struct rest_request *request)
{
	request->made_count = (size_t)cJSON_GetArraySize(request->retold);
	request->retold_next = request->retold != NULL ? request->retold->child : NULL;
}

static void retold_parsed(void *arg)
{
	struct rest_request *request = arg;

	retold_ready(request);
	batch_resume(request->control->batch);
}

/* -EAGAIN until it is there. */
static int retold_read(struct rest_request *request, struct error *error)
{
	if (request->retold != NULL)
		return 0;
	if (request->parse_error.code != BGW_ERROR_NONE || request->told.broken)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the answer");
	if (request->told.length > JSON_HERE_BYTES &&
	    loop_work(request->control->loop, retold_parse, retold_parsed, request) == 0) {
		batch_pause(request->control->batch);
		return -EAGAIN;
	}
	retold_parse(request);
	retold_ready(request);
	return request->retold != NULL ? 0 : retold_read(request, error);
}

static int finish_repeat(struct rest_request *request, struct error *error)
{
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	const struct bgw_object_type *type = request->resource->type;
	int rc = retold_read(request, error);

	if (rc < 0)
		return rc;
	if (request->rendered == 0)
		text_add_format(&request->text, request->bulk ? "{\"%s\":[" : "{\"%s\":",
				request->bulk ? type->plural : type->name);
	while (request->rendered < request->made_count) {
		if (request->rendered != 0)
			text_add_string(&request->text, ",");
		retold_text(request, request->retold_next);
		request->retold_next = request->retold_next->next;
		request->rendered++;
		if (request->rendered < request->made_count && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	text_add_string(&request->text, request->bulk ? "]}" : "}");
	return 0;
}

/* What was made, as it is now that it is published. Another request of the batch may have deleted
 * some of it already. */
static int finish_bulk(struct rest_request *request, struct error *error)
{
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	if (request->list == NULL)
		request->list = list_create(request->control, request->resource);
	while (request->list != NULL && request->rendered < request->made_count) {
		const struct bgw_uuid *id = &request->made[request->rendered];

		if (list_append(request->list, made_find(request, id), id) < 0)
			break;
		/* The clock is read now and then only. */
		if (++request->rendered % 64 == 0 && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	if (request->list == NULL || request->rendered < request->made_count)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the answer");
	return rest_list_finish(request, deadline_ns);
}

static int finish_one(struct rest_request *request)
{
	const struct bgw_uuid *id = &request->made[0];
	const struct object *object = made_find(request, id);
	char text[BGW_UUID_TEXT_SIZE];

	text_add_format(&request->text, "{\"%s\":", request->resource->type->name);
	if (object != NULL)
		list_item_text(request->control, request->resource, NULL, object, &request->text);
	else
		text_add_format(&request->text, "{\"id\":\"%s\"}", bgw_uuid_format(id, text));
	text_add_string(&request->text, "}");
	return 0;
}

int rest_create_finish(struct rest_request *request, struct error *error)
{
	if (request->is_repeat)
		return finish_repeat(request, error);
	return request->bulk ? finish_bulk(request, error) : finish_one(request);
}
