/* SPDX-License-Identifier: BSD-3-Clause */
/* Bodies of requests: from JSON to what can be staged. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "http.h"
#include "json.h"
#include "resource.h"
#include "rest_request.h"

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
	bool create = request->verb == REST_CREATE;

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

bool rest_body_is_wanted(const struct rest_request *request)
{
	return request->verb == REST_CREATE || request->verb == REST_UPDATE;
}

/* With or without parameters. */
static bool is_json_type(const char *type)
{
	static const char json[] = "application/json";
	const size_t length = strlen(json);

	return strncasecmp(type, json, length) == 0 && strchr("; \t", type[length]) != NULL;
}

int rest_body_check(struct rest_request *request, struct error *error)
{
	const char *type = http_header(request->exchange, "Content-Type");
	const char *coding = http_header(request->exchange, "Content-Encoding");
	size_t length;

	if (type != NULL && !is_json_type(type))
		return error_set(error, BGW_ERROR_UNSUPPORTED_MEDIA_TYPE,
				 "Content-Type must be application/json, not \"%.64s\"", type);
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		return error_set(
			error, BGW_ERROR_UNSUPPORTED_MEDIA_TYPE,
			"the body must come as it is, not with the Content-Encoding \"%.64s\"",
			coding);
	http_body(request->exchange, &length);
	if (length == 0)
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 "there is no body; it must be {\"%s\": {...}}",
				 request->resource->type->name);
	return 0;
}

/* The model is the control thread's: names wait for it, and ids are looked for later. */
static int reference_read(void *arg, const struct bgw_field *field, const char *text,
			  struct bgw_uuid *id, struct error *error)
{
	char again[BGW_UUID_TEXT_SIZE];

	(void)arg;
	(void)field;
	if (bgw_uuid_parse(text, id) == 0 && strcmp(bgw_uuid_format(id, again), text) == 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT, "may be a name");
}

static bool visit_root(void *arg, const char *name)
{
	const struct rest_request *request = arg;

	return is_bulk_root(request->resource->type, name);
}

static bool visit_item(void *arg, const cJSON *item)
{
	static const struct record_reader reader = {
		.mode = RECORD_CREATE,
		.resolve = reference_read,
	};
	struct rest_request *request = arg;
	const struct bgw_object_type *type = request->resource->type;
	const size_t count = request->read_count;
	char *records = request->read;
	struct error error;

	/* There is room for a power of two. */
	if ((count & (count - 1)) == 0)
		records = reallocarray(records, count != 0 ? 2 * count : 1, type->record.size);
	if (records == NULL)
		return false;
	request->read = records;
	if (object_record_read(type, item, &reader, records + count * type->record.size, &error) <
	    0)
		return false;
	request->read_count++;
	return true;
}

/* Most lists of very many are read object by object, without a tree of all: it would take ten times
 * the memory of the text, and as long to make and to free as all else. False: the tree will say
 * what is wrong, or has what this cannot do. */
static bool objects_read(struct rest_request *request, const char *bytes, size_t length)
{
	const struct json_visitor visitor = {visit_root, visit_item, request};

	if (request->verb == REST_CREATE && request->key == NULL &&
	    json_visit_objects(bytes, length, &visitor)) {
		request->bulk = true;
		return true;
	}
	rest_body_free(request);
	return false;
}

/* On the thread pool where the body is large. */
static void body_parse(void *arg)
{
	struct rest_request *request = arg;
	size_t length;
	const char *bytes = http_body(request->exchange, &length);

	if (objects_read(request, bytes, length))
		return;
	request->body = json_parse(bytes, length, &request->parse_error);
	if (request->body == NULL || request->key == NULL ||
	    kept_digest(http_path(request->exchange), request->body, request->digest) == 0)
		return;
	rest_body_free(request);
	error_set(&request->parse_error, BGW_ERROR_INTERNAL, "no memory for the request");
}

static void body_parsed(void *arg)
{
	struct rest_request *request = arg;
	struct error error = request->parse_error;

	if (request->read != NULL || (request->body != NULL && read_root(request, &error) == 0))
		rest_request_submit(request);
	else
		rest_request_refuse(request, &error);
}

void rest_body_read(struct rest_request *request)
{
	http_body(request->exchange, &request->body_length);
	if (request->body_length > JSON_HERE_BYTES &&
	    loop_work(request->control->loop, body_parse, body_parsed, request) == 0)
		return;
	body_parse(request);
	body_parsed(request);
}

void *rest_body_record(const struct rest_request *request, size_t i)
{
	return request->read + i * request->resource->type->record.size;
}

void rest_body_free(struct rest_request *request)
{
	for (size_t i = request->made_count; i < request->read_count; i++)
		record_clear(&request->resource->type->record, rest_body_record(request, i));
	free(request->read);
	request->read = NULL;
	request->read_count = 0;
	cJSON_Delete(request->body);
	request->body = NULL;
}
