/* SPDX-License-Identifier: BSD-3-Clause */
#include "rest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "discovery.h"
#include "json.h"
#include "list.h"
#include "operation.h"
#include "query.h"
#include "resource.h"
#include "text.h"

#define BODY_MAX_BYTES (1u << 20)
#define ROOT	       "/v2.0/"
#define ID_SIZE	       160

enum verb {
	VERB_LIST,
	VERB_SHOW,
	VERB_CREATE,
	VERB_UPDATE,
	VERB_DELETE,
	VERB_FLUSH,
};

struct rest_request {
	struct request base; /* first, for the batch */
	struct control *control;
	struct http_exchange *exchange;
	const struct resource *resource;
	enum verb verb;
	char id[ID_SIZE];
	uint32_t revision; /* that the client expects, 0 any */
	struct query *query;
	cJSON *body;
	/* create: what is to be made, and the ids of what was made so far */
	bool bulk;
	const cJSON *next;
	struct bgw_uuid *made;
	size_t made_count, rendered;
	/* answer */
	struct list *list;
	struct text text;
	char origin[280];
};

char *rest_error_body(const struct error *error, size_t *length)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *inner = cJSON_AddObjectToObject(json, "NeutronError");
	char *text;

	cJSON_AddStringToObject(inner, "type", error_type(error->code));
	cJSON_AddStringToObject(inner, "message", error->message);
	cJSON_AddStringToObject(inner, "detail", "");
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	*length = text != NULL ? strlen(text) : 0;
	return text;
}

static void answer_error(struct http_exchange *exchange, const struct error *error)
{
	size_t length;
	char *body = rest_error_body(error, &length);

	http_answer(exchange, error_status(error->code), body, length);
}

static void request_free(struct rest_request *request)
{
	query_free(request->query);
	cJSON_Delete(request->body);
	list_free(request->list);
	free(request->made);
	text_free(&request->text);
	free(request);
}

/* Scheme and authority as the client knows them. */
static void origin_of(const struct http_exchange *exchange, char *origin, size_t size)
{
	const char *host = http_header(exchange, "Host");

	snprintf(origin, size, "http://%.255s",
		 host != NULL && host[0] != '\0' ? host : "localhost");
}

/* Splits /v2.0/<collection>[/<id>], with or without a last slash. */
static const struct resource *route(const char *path, char id[ID_SIZE])
{
	char collection[64];
	const char *slash;
	size_t length;

	id[0] = '\0';
	if (strncmp(path, ROOT, strlen(ROOT)) != 0)
		return NULL;
	path += strlen(ROOT);
	slash = strchr(path, '/');
	length = slash != NULL ? (size_t)(slash - path) : strlen(path);
	if (length >= sizeof(collection))
		return NULL;
	memcpy(collection, path, length);
	collection[length] = '\0';
	if (slash != NULL) {
		length = strlen(slash + 1);
		if (length > 0 && slash[length] == '/')
			length--;
		if (length >= ID_SIZE || memchr(slash + 1, '/', length) != NULL)
			return NULL;
		memcpy(id, slash + 1, length);
		id[length] = '\0';
	}
	return resource_find(collection);
}

/* What may be done to a collection, or to one of it, for the Allow header. */
static const char *allowed(const struct resource *resource, bool item)
{
	uint32_t flags = resource->type->flags;

	if (!item)
		return (flags & BGW_TYPE_CREATE) != 0 ? "GET, HEAD, POST"
		       : resource->flush != NULL      ? "GET, HEAD, DELETE"
						      : "GET, HEAD";
	if ((flags & BGW_TYPE_CREATE) != 0)
		return "GET, HEAD, PUT, DELETE";
	return (flags & BGW_TYPE_UPDATE) != 0 ? "GET, HEAD, PUT" : "GET, HEAD";
}

static int verb_of(const struct resource *resource, const char *method, bool item, enum verb *verb,
		   struct error *error)
{
	uint32_t flags = resource->type->flags;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		*verb = item ? VERB_SHOW : VERB_LIST;
	else if (strcmp(method, "POST") == 0 && !item && (flags & BGW_TYPE_CREATE) != 0)
		*verb = VERB_CREATE;
	else if (strcmp(method, "PUT") == 0 && item && (flags & BGW_TYPE_UPDATE) != 0)
		*verb = VERB_UPDATE;
	else if (strcmp(method, "DELETE") == 0 && item && (flags & BGW_TYPE_CREATE) != 0)
		*verb = VERB_DELETE;
	else if (strcmp(method, "DELETE") == 0 && !item && resource->flush != NULL)
		*verb = VERB_FLUSH;
	else
		return error_set(error, BGW_ERROR_METHOD_NOT_ALLOWED,
				 "%.16s is not possible here; possible are %s", method,
				 allowed(resource, item));
	return 0;
}

/* If-Match: revision_number=N, as OpenStack Networking has it. */
static int read_revision(struct rest_request *request, struct error *error)
{
	static const char prefix[] = "revision_number=";
	const char *match = http_header(request->exchange, "If-Match");

	if (match == NULL)
		return 0;
	if (strncmp(match, prefix, strlen(prefix)) == 0 &&
	    bgw_uint_parse(match + strlen(prefix), &request->revision) == 0 &&
	    request->revision != 0)
		return 0;
	return error_set(error, BGW_ERROR_BAD_REQUEST, "If-Match must be revision_number=N");
}

static bool is_root(const struct bgw_object_type *type, const char *name)
{
	return strcmp(name, type->name) == 0 ||
	       (type->alias != NULL && strcmp(name, type->alias) == 0);
}

static bool is_bulk_root(const struct bgw_object_type *type, const char *name)
{
	return strcmp(name, type->plural) == 0 ||
	       (type->alias_plural != NULL && strcmp(name, type->alias_plural) == 0);
}

/* The body's root names what is in it. */
static int read_root(struct rest_request *request, struct error *error)
{
	const struct bgw_object_type *type = request->resource->type;
	const cJSON *root = cJSON_IsObject(request->body) ? request->body->child : NULL;
	bool create = request->verb == VERB_CREATE;

	if (root != NULL && root->next == NULL && create && is_bulk_root(type, root->string)) {
		if (!cJSON_IsArray(root) || root->child == NULL)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "%s must be a list of at least one object", type->plural);
		request->bulk = true;
		request->next = root->child;
		return 0;
	}
	if (root == NULL || root->next != NULL || !is_root(type, root->string))
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 create ? "the body must be {\"%s\": {...}} or {\"%s\": [{...}]}"
					: "the body must be {\"%s\": {...}}",
				 type->name, type->plural);
	request->next = root;
	return 0;
}

static int read_body(struct rest_request *request, struct error *error)
{
	const char *type = http_header(request->exchange, "Content-Type");
	const char *bytes;
	size_t length;

	if (type != NULL && strncasecmp(type, "application/json", 16) != 0)
		return error_set(error, BGW_ERROR_UNSUPPORTED_MEDIA_TYPE,
				 "Content-Type must be application/json, not \"%.64s\"", type);
	bytes = http_body(request->exchange, &length);
	if (length == 0)
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 "there is no body; it must be {\"%s\": {...}}",
				 request->resource->type->name);
	request->body = json_parse(bytes, length, error);
	return request->body == NULL ? -EINVAL : read_root(request, error);
}

static int stage_create(struct rest_request *request, struct error *error)
{
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	struct object *object;
	struct error why;
	int rc;

	if (request->made == NULL) {
		size_t count = request->bulk ? (size_t)cJSON_GetArraySize(request->body->child) : 1;

		request->made = calloc(count, sizeof(*request->made));
		if (request->made == NULL)
			return error_set(error, BGW_ERROR_INTERNAL, "no memory for the request");
	}
	while (request->next != NULL) {
		rc = operation_create(request->control, request->resource, request->next, &object,
				      &why);
		if (rc < 0)
			return request->bulk ? error_set(error, why.code, "%s[%zu]: %.400s",
							 request->resource->type->plural,
							 request->made_count, why.message)
					     : error_set(error, why.code, "%s", why.message);
		request->made[request->made_count++] = object_base(object)->id;
		request->next = request->bulk ? request->next->next : NULL;
		if (request->next != NULL && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	return 0;
}

static int stage(struct request *base, struct error *error)
{
	struct rest_request *request = (struct rest_request *)base;
	struct object *object;

	switch (request->verb) {
	case VERB_CREATE:
		return stage_create(request, error);
	case VERB_UPDATE:
		return operation_update(request->control, request->resource, request->id,
					request->next, request->revision, &object, error);
	case VERB_DELETE:
		return operation_delete(request->control, request->resource, request->id,
					request->revision, request->query->cascade, error);
	case VERB_FLUSH:
		return request->resource->flush(request->control, request->query, error);
	default:
		return 0;
	}
}

/* {"<name>": {...}} */
static void render_one(struct rest_request *request, cJSON *json)
{
	char *printed = cJSON_PrintUnformatted(json);

	cJSON_Delete(json);
	if (printed == NULL) {
		request->text.broken = true;
		return;
	}
	text_add_format(&request->text, "{\"%s\":", request->resource->type->name);
	text_add_string(&request->text, printed);
	text_add_string(&request->text, "}");
	free(printed);
}

static int finish_show(struct rest_request *request, struct error *error)
{
	const struct resource *resource = request->resource;
	const struct object *object;
	cJSON *json;

	if ((resource->type->flags & BGW_TYPE_VIRTUAL) != 0) {
		json = list_view_item(request->control, resource, request->query, request->id,
				      error);
	} else {
		object = operation_find(request->control, resource->type, request->id, error);
		json = object != NULL
			       ? list_item_json(request->control, resource, request->query, object)
			       : NULL;
		if (object != NULL && json == NULL)
			error_set(error, BGW_ERROR_INTERNAL, "no memory for the answer");
	}
	if (json == NULL)
		return -ENOENT;
	render_one(request, json);
	return 0;
}

/* What was made, as it is now that it is published. Another request of the batch may have deleted
 * it already; its id is then all there is to say. */
static cJSON *made_json(struct rest_request *request, const struct bgw_uuid *id)
{
	const struct object *object =
		model_find(request->control->model, request->resource->type, id);
	char text[BGW_UUID_TEXT_SIZE];
	cJSON *json;

	if (object != NULL)
		return list_item_json(request->control, request->resource, NULL, object);
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "id", bgw_uuid_format(id, text));
	return json;
}

static int finish_create(struct rest_request *request)
{
	uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	if (!request->bulk) {
		render_one(request, made_json(request, &request->made[0]));
		return 0;
	}
	while (request->rendered < request->made_count) {
		cJSON *json = made_json(request, &request->made[request->rendered]);
		char *printed = cJSON_PrintUnformatted(json);

		if (request->rendered == 0)
			text_add_format(&request->text, "{\"%s\":[",
					request->resource->type->plural);
		else
			text_add_string(&request->text, ",");
		if (printed == NULL)
			request->text.broken = true;
		else
			text_add_string(&request->text, printed);
		free(printed);
		cJSON_Delete(json);
		if (++request->rendered < request->made_count && loop_now_ns() >= deadline_ns)
			return -EAGAIN;
	}
	text_add_string(&request->text, "]}");
	return 0;
}

static int finish_list(struct rest_request *request, struct error *error)
{
	if (request->list == NULL)
		request->list = list_begin(request->control, request->resource, request->query,
					   request->origin, error);
	if (request->list == NULL)
		return -ENOMEM;
	return list_continue(request->list, loop_now_ns() + LOOP_SLICE_NS, &request->text, error);
}

static bool finish(struct request *base, const struct error *outcome)
{
	struct rest_request *request = (struct rest_request *)base;
	struct error error = *outcome;
	unsigned int status = 200;
	int rc = 0;

	if (error.code == BGW_ERROR_NONE) {
		switch (request->verb) {
		case VERB_LIST:
			rc = finish_list(request, &error);
			break;
		case VERB_CREATE:
			rc = finish_create(request);
			status = 201;
			break;
		case VERB_SHOW:
		case VERB_UPDATE:
			rc = finish_show(request, &error);
			break;
		case VERB_DELETE:
		case VERB_FLUSH:
			status = 204;
			break;
		}
	}
	if (rc == -EAGAIN)
		return false;
	if (request->text.broken)
		error_set(&error, BGW_ERROR_INTERNAL, "no memory for the answer");
	if (error.code != BGW_ERROR_NONE) {
		answer_error(request->exchange, &error);
	} else {
		http_answer(request->exchange, status, request->text.bytes, request->text.length);
		request->text = (struct text){0};
	}
	request_free(request);
	return true;
}

static const struct request_operations read_operations = {.finish = finish};
static const struct request_operations write_operations = {.stage = stage, .finish = finish};

static int request_read(struct rest_request *request, struct error *error)
{
	struct http_exchange *exchange = request->exchange;
	int rc = verb_of(request->resource, http_method(exchange), request->id[0] != '\0',
			 &request->verb, error);

	if (rc < 0) {
		http_answer_header(exchange, "Allow",
				   allowed(request->resource, request->id[0] != '\0'));
		return rc;
	}
	request->query = query_parse(exchange, request->resource->type, error);
	if (request->query == NULL || read_revision(request, error) < 0)
		return -EINVAL;
	if (request->verb == VERB_CREATE || request->verb == VERB_UPDATE)
		rc = read_body(request, error);
	origin_of(exchange, request->origin, sizeof(request->origin));
	return rc;
}

static void handle_discovery(struct http_exchange *exchange)
{
	const char *method = http_method(exchange);
	char origin[280];
	struct error error;
	cJSON *json;
	char *text;

	origin_of(exchange, origin, sizeof(origin));
	json = discovery_get(http_path(exchange), origin);
	if (json == NULL) {
		error_set(&error, BGW_ERROR_NOT_FOUND,
			  "there is nothing at \"%.200s\"; GET /v2.0 lists what there is",
			  http_path(exchange));
		answer_error(exchange, &error);
		return;
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		cJSON_Delete(json);
		error_set(&error, BGW_ERROR_METHOD_NOT_ALLOWED,
			  "%.16s is not possible here; possible are GET, HEAD", method);
		http_answer_header(exchange, "Allow", "GET, HEAD");
		answer_error(exchange, &error);
		return;
	}
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	http_answer(exchange, 200, text, text != NULL ? strlen(text) : 0);
}

static void handle(void *arg, struct http_exchange *exchange)
{
	struct control *control = arg;
	char id[ID_SIZE];
	const struct resource *resource = route(http_path(exchange), id);
	struct rest_request *request;
	struct error error;

	if (resource == NULL) {
		handle_discovery(exchange);
		return;
	}
	request = calloc(1, sizeof(*request));
	if (request == NULL) {
		error_set(&error, BGW_ERROR_INTERNAL, "no memory for the request");
		answer_error(exchange, &error);
		return;
	}
	request->control = control;
	request->exchange = exchange;
	request->resource = resource;
	memcpy(request->id, id, sizeof(id));
	if (request_read(request, &error) < 0) {
		answer_error(exchange, &error);
		request_free(request);
		return;
	}
	request->base.operations = request->verb == VERB_LIST || request->verb == VERB_SHOW
					   ? &read_operations
					   : &write_operations;
	batch_submit(control->batch, &request->base);
}

static size_t body_limit(void *arg, const char *method, const char *path)
{
	char id[ID_SIZE];
	const struct resource *resource = route(path, id);

	(void)arg;
	(void)method;
	if (resource != NULL && id[0] == '\0' && resource->type->max_body_bytes != 0)
		return resource->type->max_body_bytes;
	return BODY_MAX_BYTES;
}

static char *refuse(void *arg, const struct error *error, size_t *length)
{
	(void)arg;
	return rest_error_body(error, length);
}

struct http_handler rest_handler(struct control *control)
{
	return (struct http_handler){
		.body_limit = body_limit,
		.handle = handle,
		.refuse = refuse,
		.arg = control,
	};
}
