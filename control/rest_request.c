/* SPDX-License-Identifier: BSD-3-Clause */
#include "rest_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "http.h"
#include "json.h"
#include "list.h"
#include "loop.h"
#include "operation.h"
#include "query.h"
#include "resource.h"
#include "rest_audit.h"

#define RENDER_HERE_OBJECTS 256
#define LIST_OBJECT_BYTES   512 /* about, and rather more */
#define LOOK_AGAIN_MS	    1

char *rest_error_body(const struct error *error, size_t *length)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *inner = cJSON_AddObjectToObject(json, "NeutronError");
	struct error clean = *error;
	char *text;

	json_text_clean(clean.message);
	cJSON_AddStringToObject(inner, "type", error_type(error->code));
	cJSON_AddStringToObject(inner, "message", clean.message);
	cJSON_AddStringToObject(inner, "detail", "");
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	*length = text != NULL ? strlen(text) : 0;
	return text;
}

void rest_answer_error(struct http_exchange *exchange, const struct error *error)
{
	size_t length;
	char *body = rest_error_body(error, &length);

	http_answer(exchange, error_status(error->code), body, length);
}

static void memory_free(void *arg)
{
	struct rest_request *request = arg;

	rest_body_free(request);
	free(request->made);
	text_free(&request->told);
	cJSON_Delete(request->retold);
	text_free(&request->text);
	free(request);
}

static void memory_freed(void *arg)
{
	(void)arg;
}

static void request_free(struct rest_request *request)
{
	loop_timer_close(request->again);
	list_free(request->list);
	query_free(request->query);
	/* A large one takes longer to free than the loop may stand still. */
	if ((request->body_length <= JSON_HERE_BYTES && request->told.length <= JSON_HERE_BYTES) ||
	    loop_work(request->control->loop, memory_free, memory_freed, request) < 0)
		memory_free(request);
}

static bool is_view(const struct resource *resource)
{
	return (resource->type->flags & BGW_TYPE_VIRTUAL) != 0;
}

static int stage_verb(struct rest_request *request, struct error *error)
{
	struct object *object;

	switch (request->verb) {
	case REST_CREATE:
		return rest_create_stage(request, error);
	case REST_UPDATE:
		if (is_view(request->resource))
			return 0;
		return operation_update(request->control, request->resource, request->id,
					request->next, request->revision, &object, error);
	case REST_DELETE:
		if (is_view(request->resource))
			return 0;
		return operation_delete(request->control, request->resource, request->id,
					request->revision, request->query->cascade, error);
	default:
		return 0;
	}
}

static int stage(struct request *base, struct error *error)
{
	struct rest_request *request = (struct rest_request *)base;
	int rc = stage_verb(request, error);

	if (rc == 0)
		http_note_set(request->exchange,
			      rest_audit_changes(request->control->model, base->mark));
	return rc;
}

static int finish_show(struct rest_request *request, struct error *error)
{
	const struct resource *resource = request->resource;
	const struct object *object;

	text_add_format(&request->text, "{\"%s\":", resource->type->name);
	if (is_view(resource)) {
		if (list_view_text(request->control, resource, request->query, request->id,
				   &request->text, error) < 0)
			return -ENOENT;
	} else {
		object = operation_find(request->control, resource->type, request->id, error);
		if (object == NULL)
			return -ENOENT;
		list_item_text(request->control, resource, request->query, object, &request->text);
	}
	text_add_string(&request->text, "}");
	return 0;
}

/* A view is changed here and not when staged, so that a commit that fails leaves it as it is. */
static int finish_delete(struct rest_request *request, struct error *error)
{
	const struct resource *resource = request->resource;

	if (request->verb == REST_FLUSH)
		return resource->flush(request->control, request->query, error);
	return is_view(resource) ? resource->remove(request->control, request->id, error) : 0;
}

static int finish_update(struct rest_request *request, struct error *error)
{
	int rc = 0;

	if (is_view(request->resource))
		rc = operation_change(request->control, request->resource, request->id,
				      request->next, request->revision, error);
	return rc < 0 ? rc : finish_show(request, error);
}

static void list_sort_work(void *arg)
{
	list_sort(((struct rest_request *)arg)->list);
}

static void list_sorted(void *arg)
{
	batch_resume(((struct rest_request *)arg)->control->batch);
}

/* Whatever has to be known of the list before its first object can be rendered. */
static int list_prepare(struct rest_request *request, uint64_t deadline_ns, struct error *error)
{
	struct list *list = request->list;
	int rc;

	if (!request->is_selected) {
		rc = list_select(list, deadline_ns, error);
		if (rc < 0)
			return rc;
		request->is_selected = true;
		if (list_is_long_to_sort(list) &&
		    loop_work(request->control->loop, list_sort_work, list_sorted, request) == 0) {
			batch_pause(request->control->batch);
			return -EAGAIN;
		}
		list_sort(list);
	}
	if (!request->is_paged) {
		rc = list_page(list, deadline_ns, error);
		if (rc < 0)
			return rc;
		request->is_paged = true;
	}
	return 0;
}

int rest_list_finish(struct rest_request *request, uint64_t deadline_ns)
{
	const bool is_done =
		list_count(request->list) <= RENDER_HERE_OBJECTS
			? list_render(request->list, deadline_ns, SIZE_MAX, &request->text)
			: list_hold(request->list, deadline_ns);

	return is_done ? 0 : -EAGAIN;
}

static int finish_list(struct rest_request *request, struct error *error)
{
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	int rc;

	if (request->list == NULL)
		request->list = list_begin(request->control, request->resource, request->query,
					   request->origin, error);
	if (request->list == NULL)
		return -ENOMEM;
	rc = list_prepare(request, deadline_ns, error);
	if (rc < 0)
		return rc;
	return rest_list_finish(request, deadline_ns);
}

static void list_look_again(void *arg)
{
	struct rest_request *request = arg;

	http_wake(request->exchange);
}

/* A slice was over before anything was found that the filters select. */
static long list_look_later(struct rest_request *request)
{
	if (request->again == NULL)
		request->again = loop_timer_create(request->control->loop, LOOP_NEVER, 0,
						   list_look_again, request);
	if (request->again == NULL)
		return HTTP_STREAM_BROKEN;
	loop_timer_set(request->again, LOOK_AGAIN_MS, 0);
	return 0;
}

/* The rest of a request that is a long list: rendered as the client takes it, while the model goes
 * on. It keeps the request for what it refers to. */
static long list_read(void *arg, char *at, size_t size)
{
	struct rest_request *request = arg;
	struct text *text = &request->text;
	size_t length;

	if (request->sent == text->length)
		text->length = request->sent = 0;
	if (text->length == 0 && !request->is_rendered)
		request->is_rendered =
			list_render(request->list, loop_now_ns() + LOOP_SLICE_NS / 2, size, text);
	if (text->broken)
		return HTTP_STREAM_BROKEN;
	if (text->length == 0)
		return request->is_rendered ? HTTP_STREAM_END : list_look_later(request);
	length = text->length - request->sent < size ? text->length - request->sent : size;
	memcpy(at, text->bytes + request->sent, length);
	request->sent += length;
	return (long)length;
}

/* About. A view that is walked has as many as the table, at most. */
static size_t list_bytes(const struct rest_request *request)
{
	const size_t count = list_count(request->list);

	return (count != SIZE_MAX ? count : request->control->config.tables.macs) *
	       LIST_OBJECT_BYTES;
}

static void list_done(void *arg)
{
	request_free(arg);
}

static bool finish(struct request *base, const struct error *outcome)
{
	struct rest_request *request = (struct rest_request *)base;
	struct error error = *outcome;
	unsigned int status = 200;
	int rc = 0;

	if (error.code == BGW_ERROR_NONE) {
		switch (request->verb) {
		case REST_LIST:
			rc = finish_list(request, &error);
			break;
		case REST_CREATE:
			rc = rest_create_finish(request, &error);
			status = 201;
			break;
		case REST_SHOW:
			rc = finish_show(request, &error);
			break;
		case REST_UPDATE:
			rc = finish_update(request, &error);
			break;
		case REST_DELETE:
		case REST_FLUSH:
			rc = finish_delete(request, &error);
			status = 204;
			break;
		}
	}
	if (rc == -EAGAIN)
		return false;
	if (request->text.broken)
		error_set(&error, BGW_ERROR_INTERNAL, "no memory for the answer");
	if (error.code != BGW_ERROR_NONE) {
		rest_answer_error(request->exchange, &error);
	} else if (request->list != NULL && list_count(request->list) > RENDER_HERE_OBJECTS) {
		http_answer_stream(
			request->exchange, status,
			&(struct http_stream){list_read, list_done, request, list_bytes(request)});
		return true;
	} else {
		http_answer(request->exchange, status, request->text.bytes, request->text.length);
		request->text = (struct text){0};
	}
	request_free(request);
	return true;
}

static const struct request_operations read_operations = {.finish = finish};
static const struct request_operations write_operations = {.stage = stage, .finish = finish};

void rest_request_submit(struct rest_request *request)
{
	request->base.operations = request->verb == REST_LIST || request->verb == REST_SHOW
					   ? &read_operations
					   : &write_operations;
	batch_submit(request->control->batch, &request->base);
}

void rest_request_refuse(struct rest_request *request, const struct error *error)
{
	rest_answer_error(request->exchange, error);
	request_free(request);
}
