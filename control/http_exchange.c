/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and their answers: bodies, limits, answers that come later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_head.h"
#include "http_private.h"
#include "loop.h"

#define NS_PER_S UINT64_C(1000000000)
/* Bodies and answers up to this size are bounded by the number of connections; of larger ones there
 * may be so many at once as have the size of some bulk creates. */
#define SMALL_BYTES (64u << 10)
#define HELD_BULKS  4u

const char *http_method(const struct http_exchange *exchange)
{
	return exchange->method;
}

const char *http_path(const struct http_exchange *exchange)
{
	return exchange->path;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_exchange *exchange, size_t *length)
{
	*length = exchange->body.length;
	return exchange->body.bytes;
}

struct argument_visit {
	http_argument *callback;
	void *arg;
};

static enum MHD_Result argument_visit(void *arg, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	const struct argument_visit *visit = arg;

	(void)kind;
	visit->callback(visit->arg, name, value);
	return MHD_YES;
}

void http_arguments(const struct http_exchange *exchange, http_argument *callback, void *arg)
{
	struct argument_visit visit = {callback, arg};

	MHD_get_connection_values(exchange->mhd, MHD_GET_ARGUMENT_KIND, argument_visit, &visit);
}

bool http_is_guarded(const struct http_exchange *exchange)
{
	return exchange->listener->guarded;
}

const char *http_certificate(const struct http_exchange *exchange)
{
	return exchange->connection->verified ? exchange->connection->certificate : NULL;
}

void http_caller_set(struct http_exchange *exchange, const char *name)
{
	snprintf(exchange->caller, sizeof(exchange->caller), "%s", name);
}

const char *http_caller(const struct http_exchange *exchange)
{
	return exchange->caller[0] != '\0' ? exchange->caller : NULL;
}

void http_peer(const struct http_exchange *exchange, struct http_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	snprintf(peer->address, sizeof(peer->address), "%s", exchange->listener->where);
	http_connection_peer(exchange->connection, peer);
}

void http_source(const struct http_exchange *exchange, struct bgw_address *address)
{
	http_connection_source(exchange->connection, address);
}

void http_note_set(struct http_exchange *exchange, char *note)
{
	free(exchange->note);
	exchange->note = note;
}

const char *http_note(const struct http_exchange *exchange)
{
	return exchange->note;
}

bool http_is_read(const struct http_exchange *exchange)
{
	return strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0;
}

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
	exchange->header_name = name;
	exchange->header_value = value;
}

void http_answer_type(struct http_exchange *exchange, const char *content_type)
{
	exchange->content_type = content_type;
}

/* False: there would be more than the gateway's memory is for. */
static bool hold(struct http_exchange *exchange, size_t bytes)
{
	struct http *http = exchange->listener->http;

	if (http->held_bytes + bytes > (size_t)HELD_BULKS * http->config->bulk_body_max_bytes)
		return false;
	http->held_bytes += bytes;
	exchange->held_bytes += bytes;
	return true;
}

void http_let_go(struct http_exchange *exchange)
{
	exchange->listener->http->held_bytes -= exchange->held_bytes;
	exchange->held_bytes = 0;
	text_free(&exchange->body);
}

void http_response_set(struct http_exchange *exchange, unsigned int status,
		       struct MHD_Response *response, size_t length, bool has_body)
{
	exchange->status = status;
	exchange->length = length;
	exchange->response = response;
	if (response == NULL)
		return;
	if (has_body)
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CONTENT_TYPE,
					exchange->content_type != NULL ? exchange->content_type
								       : "application/json");
	if (exchange->listener->http->quiet || exchange->is_last)
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CONNECTION, "close");
	/* Of chunks it would send the last one even where HEAD asks for no body. */
	if (exchange->stream.read != NULL && strcmp(exchange->method, "HEAD") == 0)
		MHD_set_response_options(exchange->response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT,
					 MHD_RO_END);
	if (exchange->header_name != NULL)
		MHD_add_response_header(exchange->response, exchange->header_name,
					exchange->header_value);
}

static void response_prepare(struct http_exchange *exchange, unsigned int status, char *body,
			     size_t length)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		length, body, body != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

	if (response == NULL)
		free(body);
	http_response_set(exchange, status, response, length, body != NULL);
}

static void refuse_for_now(struct http_exchange *exchange)
{
	error_set(&exchange->refusal, BGW_ERROR_UNAVAILABLE,
		  "too many large requests are under way; try again, or ask for less at once");
}

void http_answer(struct http_exchange *exchange, unsigned int status, char *body, size_t length)
{
	const struct http_handler *handler = &exchange->listener->http->handler;

	http_let_go(exchange);
	/* The answer to a write says what was done, and is given in any case. */
	if (length > SMALL_BYTES && !hold(exchange, length) && http_is_read(exchange)) {
		free(body);
		exchange->content_type = NULL;
		refuse_for_now(exchange);
		status = error_status(exchange->refusal.code);
		body = handler->refuse(handler->arg, exchange, &exchange->refusal, &length);
	}
	response_prepare(exchange, status, body, length);
	http_answer_record(exchange, status);
}

void http_answer_record(struct http_exchange *exchange, unsigned int status)
{
	const struct http_handler *handler = &exchange->listener->http->handler;

	if (!handler->record(handler->arg, exchange, status))
		http_answer_release(exchange);
}

void http_answer_release(struct http_exchange *exchange)
{
	exchange->answered = true;
	exchange->listener->http->busy--;
	http_wake(exchange);
}

static enum MHD_Result response_queue(struct http_exchange *exchange)
{
	/* Without memory for an answer the connection is closed. */
	if (exchange->response == NULL)
		return MHD_NO;
	if (exchange->length != HTTP_ENDLESS)
		http_connection_answer(exchange->connection, exchange->length,
				       exchange->listener->http->config->request_timeout_s *
					       NS_PER_S);
	return MHD_queue_response(exchange->mhd, exchange->status, exchange->response);
}

static enum MHD_Result refuse(struct http_exchange *exchange)
{
	const struct http_handler *handler = &exchange->listener->http->handler;
	size_t length = 0;
	char *body = handler->refuse(handler->arg, exchange, &exchange->refusal, &length);

	response_prepare(exchange, error_status(exchange->refusal.code), body, length);
	exchange->handled = true;
	return response_queue(exchange);
}

/* One that asks first is told before it sends. Another would lose an answer that comes while it
 * still sends, so its body is swallowed. */
static enum MHD_Result refuse_soon(struct http_exchange *exchange)
{
	return http_header(exchange, MHD_HTTP_HEADER_EXPECT) != NULL ? refuse(exchange) : MHD_YES;
}

static void refuse_size(struct http_exchange *exchange)
{
	error_set(&exchange->refusal, BGW_ERROR_TOO_LARGE,
		  "the body may have at most %zu bytes; send it in parts", exchange->body_limit);
}

/* Once for each connection: a certificate is shown when TLS begins. */
static int connection_verify(const struct http_exchange *exchange, struct error *error)
{
	const struct http_credentials *credentials = exchange->listener->http->credentials;
	struct http_connection *connection = exchange->connection;
	int rc;

	if (!exchange->listener->guarded || !http_credentials_have_ca(credentials) ||
	    connection->verified)
		return 0;
	rc = http_credentials_peer(credentials, connection->mhd, connection->certificate, error);
	connection->verified = rc == 0;
	return rc;
}

/* The head of a request is there. */
static enum MHD_Result request_begin(struct listener *listener, struct MHD_Connection *mhd,
				     const char *url, const char *method, void **context)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));
	const struct http_handler *handler = &listener->http->handler;
	const char *length;

	if (exchange == NULL)
		return MHD_NO;
	*context = exchange;
	exchange->listener = listener;
	exchange->mhd = mhd;
	exchange->connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	exchange->method = strdup(method);
	exchange->path = strdup(url);
	if (exchange->connection == NULL || exchange->method == NULL || exchange->path == NULL)
		return MHD_NO;
	if (http_head_check(mhd, &exchange->refusal) < 0) {
		exchange->is_last = true;
		return refuse(exchange);
	}
	if (connection_verify(exchange, &exchange->refusal) < 0 ||
	    handler->admit(handler->arg, exchange, &exchange->refusal) < 0)
		return refuse_soon(exchange);
	exchange->connection->admitted = true;
	exchange->connection->since_ns = loop_now_ns();
	exchange->body_limit = handler->body_limit(handler->arg, method, url);
	length = http_header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (length == NULL || strtoull(length, NULL, 10) <= exchange->body_limit)
		return MHD_YES;
	refuse_size(exchange);
	return refuse_soon(exchange);
}

static enum MHD_Result request_body(struct http_exchange *exchange, const char *bytes, size_t *size)
{
	size_t length = exchange->body.length + *size;

	if (exchange->refusal.code == BGW_ERROR_NONE && length > exchange->body_limit)
		refuse_size(exchange);
	else if (exchange->refusal.code == BGW_ERROR_NONE && length > SMALL_BYTES &&
		 !hold(exchange, *size))
		refuse_for_now(exchange);
	if (exchange->refusal.code == BGW_ERROR_NONE)
		text_add(&exchange->body, bytes, *size);
	else
		http_let_go(exchange);
	*size = 0;
	return exchange->body.broken ? MHD_NO : MHD_YES;
}

enum MHD_Result http_on_access(void *arg, struct MHD_Connection *mhd, const char *url,
			       const char *method, const char *version, const char *upload,
			       size_t *upload_size, void **context)
{
	struct listener *listener = arg;
	struct http_exchange *exchange = *context;
	struct http *http = listener->http;

	(void)version;
	if (exchange == NULL)
		return request_begin(listener, mhd, url, method, context);
	if (*upload_size != 0)
		return request_body(exchange, upload, upload_size);
	if (exchange->handled)
		return response_queue(exchange);
	/* Once all that was asked before is answered nobody waits for what comes now. */
	if (exchange->refusal.code == BGW_ERROR_NONE && http->quiet)
		error_set(&exchange->refusal, BGW_ERROR_UNAVAILABLE,
			  "bgwd is stopping and did nothing of this; ask again when it is back");
	if (exchange->refusal.code != BGW_ERROR_NONE)
		return refuse(exchange);
	exchange->handled = true;
	exchange->connection->busy = true;
	http->busy++;
	http->handler.handle(http->handler.arg, exchange);
	if (exchange->answered)
		return response_queue(exchange);
	exchange->suspended = true;
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

void http_on_completed(void *arg, struct MHD_Connection *mhd, void **context,
		       enum MHD_RequestTerminationCode code)
{
	struct http_exchange *exchange = *context;

	(void)arg;
	(void)mhd;
	(void)code;
	if (exchange == NULL)
		return;
	if (exchange->connection != NULL) {
		exchange->connection->busy = false;
		exchange->connection->streaming = NULL;
		exchange->connection->until_ns = 0;
		exchange->connection->since_ns = loop_now_ns();
	}
	if (exchange->stream.done != NULL)
		exchange->stream.done(exchange->stream.arg);
	if (exchange->response != NULL)
		MHD_destroy_response(exchange->response);
	http_let_go(exchange);
	free(exchange->note);
	free(exchange->method);
	free(exchange->path);
	free(exchange);
	*context = NULL;
}
