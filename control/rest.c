/* SPDX-License-Identifier: BSD-3-Clause */
#include "rest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "audit.h"
#include "control.h"
#include "discovery.h"
#include "events.h"
#include "json.h"
#include "l3/negotiator.h"
#include "maintenance.h"
#include "query.h"
#include "resource.h"
#include "rest_audit.h"
#include "rest_request.h"

#define ROOT "/v2.0/"

/* Scheme and authority as the client knows them; what is no authority would spoil the answer. */
static void origin_of(const struct http_exchange *exchange, char *origin, size_t size)
{
	static const char authority[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789.:-_[]";
	const char *host = http_header(exchange, "Host");

	if (host == NULL || host[0] == '\0' || host[strspn(host, authority)] != '\0')
		host = "localhost";
	snprintf(origin, size, "http%s://%.255s", http_is_guarded(exchange) ? "s" : "", host);
}

/* Splits /v2.0/<collection>[/<id>], with or without a last slash. */
static const struct resource *route(const char *path, char id[REST_ID_SIZE])
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
		if (length >= REST_ID_SIZE || memchr(slash + 1, '/', length) != NULL)
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
	if (resource->remove != NULL || (flags & BGW_TYPE_DELETE) != 0)
		return "GET, HEAD, DELETE";
	return (flags & BGW_TYPE_UPDATE) != 0 ? "GET, HEAD, PUT" : "GET, HEAD";
}

static int verb_of(const struct resource *resource, const char *method, bool item,
		   enum rest_verb *verb, struct error *error)
{
	uint32_t flags = resource->type->flags;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		*verb = item ? REST_SHOW : REST_LIST;
	else if (strcmp(method, "POST") == 0 && !item && (flags & BGW_TYPE_CREATE) != 0)
		*verb = REST_CREATE;
	else if (strcmp(method, "PUT") == 0 && item && (flags & BGW_TYPE_UPDATE) != 0)
		*verb = REST_UPDATE;
	else if (strcmp(method, "DELETE") == 0 && item &&
		 ((flags & (BGW_TYPE_CREATE | BGW_TYPE_DELETE)) != 0 || resource->remove != NULL))
		*verb = REST_DELETE;
	else if (strcmp(method, "DELETE") == 0 && !item && resource->flush != NULL)
		*verb = REST_FLUSH;
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

/* Of a create alone: every other method may be repeated anyhow. */
static int read_key(struct rest_request *request, struct error *error)
{
	if (request->verb == REST_CREATE)
		request->key = http_header(request->exchange, "Idempotency-Key");
	if (request->key == NULL || kept_key_is_valid(request->key))
		return 0;
	return error_set(error, BGW_ERROR_BAD_REQUEST,
			 "Idempotency-Key must be 1 to %d printable ASCII characters",
			 KEPT_KEY_MAX_BYTES);
}

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
	if (request->query == NULL || read_revision(request, error) < 0 ||
	    read_key(request, error) < 0)
		return -EINVAL;
	if (rest_body_is_wanted(request))
		rc = rest_body_check(request, error);
	origin_of(exchange, request->origin, sizeof(request->origin));
	return rc;
}

static void handle_discovery(struct http_exchange *exchange)
{
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
		rest_answer_error(exchange, &error);
		return;
	}
	if (!http_is_read(exchange)) {
		cJSON_Delete(json);
		error_set(&error, BGW_ERROR_METHOD_NOT_ALLOWED,
			  "%.16s is not possible here; possible are GET, HEAD",
			  http_method(exchange));
		http_answer_header(exchange, "Allow", "GET, HEAD");
		rest_answer_error(exchange, &error);
		return;
	}
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	http_answer(exchange, 200, text, text != NULL ? strlen(text) : 0);
}

static void handle(void *arg, struct http_exchange *exchange)
{
	struct control *control = arg;
	char id[REST_ID_SIZE];
	const struct resource *resource = route(http_path(exchange), id);
	struct rest_request *request;
	struct error error;

	if (resource == NULL && strcmp(http_path(exchange), ROOT "events") == 0) {
		events_listen(control->events, exchange);
		return;
	}
	if (resource == NULL) {
		if (maintenance_is_path(http_path(exchange)))
			maintenance_handle(control, exchange);
		else if (strcmp(http_path(exchange), L3_START_PATH) == 0)
			negotiator_ask(control, exchange);
		else
			handle_discovery(exchange);
		return;
	}
	request = calloc(1, sizeof(*request));
	if (request == NULL) {
		error_set(&error, BGW_ERROR_INTERNAL, "no memory for the request");
		rest_answer_error(exchange, &error);
		return;
	}
	request->control = control;
	request->exchange = exchange;
	request->resource = resource;
	memcpy(request->id, id, sizeof(id));
	if (request_read(request, &error) < 0) {
		rest_request_refuse(request, &error);
		return;
	}
	if (rest_body_is_wanted(request))
		rest_body_read(request);
	else
		rest_request_submit(request);
}

static int admit(void *arg, struct http_exchange *exchange, struct error *error)
{
	const struct control *control = arg;

	if (access_admit(control->access, exchange, error) < 0)
		return -EACCES;
	return http_is_read(exchange) ? 0 : audit_check(control->audit, error);
}

static size_t body_limit(void *arg, const char *method, const char *path)
{
	const struct control *control = arg;
	const struct config_api *config = &control->config.api;
	char id[REST_ID_SIZE];
	const struct resource *resource = route(path, id);

	if (maintenance_is_path(path))
		return (size_t)BACKUP_MAX_BULKS * config->bulk_body_max_bytes;
	if (resource != NULL && id[0] == '\0' && strcmp(method, "POST") == 0 &&
	    (resource->type->flags & BGW_TYPE_MANY) != 0)
		return config->bulk_body_max_bytes;
	return config->body_max_bytes;
}

static bool record(void *arg, struct http_exchange *exchange, unsigned int status)
{
	return rest_audit_record(arg, exchange, status);
}

static char *refuse(void *arg, struct http_exchange *exchange, const struct error *error,
		    size_t *length)
{
	rest_audit_refused(arg, exchange, error_status(error->code));
	return strcmp(http_path(exchange), L3_START_PATH) == 0
		       ? negotiator_error_body(error, length)
		       : rest_error_body(error, length);
}

struct http_handler rest_handler(struct control *control)
{
	return (struct http_handler){
		.admit = admit,
		.body_limit = body_limit,
		.handle = handle,
		.refuse = refuse,
		.record = record,
		.arg = control,
	};
}
