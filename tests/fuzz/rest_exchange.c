/* SPDX-License-Identifier: BSD-3-Clause */
#include "rest_exchange.h"

#include <microhttpd.h>
#include <strings.h>

#include "fuzz.h"
#include "http_credentials.h"

/* The text up to a character, which becomes its end; NULL when there is none. */
static char *take(char **at, char end)
{
	char *begin = *at, *found = strchr(begin, end);

	if (found == NULL)
		return NULL;
	*found = '\0';
	*at = found + 1;
	return begin;
}

bool exchange_read(struct http_exchange *exchange, const uint8_t *data, size_t size)
{
	char *at, *target, *line;

	memset(exchange, 0, sizeof(*exchange));
	exchange->text = malloc(size + 1);
	MUST(exchange->text);
	if (size > 0)
		memcpy(exchange->text, data, size);
	exchange->text[size] = '\0';
	at = exchange->text;
	exchange->method = take(&at, ' ');
	target = exchange->method != NULL ? take(&at, '\n') : NULL;
	if (target == NULL)
		return false;
	exchange->path = target;
	exchange->query = strchr(target, '?');
	if (exchange->query != NULL)
		*exchange->query++ = '\0';
	MHD_http_unescape(exchange->path);
	while ((line = take(&at, '\n')) != NULL && line[0] != '\0') {
		char *name = take(&line, ':');

		if (name == NULL || exchange->header_count == EXCHANGE_MAX_HEADERS)
			return false;
		exchange->headers[exchange->header_count].name = name;
		exchange->headers[exchange->header_count++].value = line;
	}
	/* Apart, so that what reads beyond its end is found out. */
	exchange->body_length = line != NULL ? size - (size_t)(at - exchange->text) : 0;
	exchange->body = (const char *)fuzz_copy((const uint8_t *)at, exchange->body_length, 0);
	return true;
}

void exchange_clear(struct http_exchange *exchange)
{
	free((void *)exchange->body);
	free(exchange->text);
	free(exchange->note);
	free(exchange->answer);
}

bool http_is_guarded(const struct http_exchange *exchange)
{
	(void)exchange;
	return false;
}

const char *http_certificate(const struct http_exchange *exchange)
{
	(void)exchange;
	return NULL;
}

void http_caller_set(struct http_exchange *exchange, const char *name)
{
	exchange->caller = name;
}

const char *http_caller(const struct http_exchange *exchange)
{
	return exchange->caller;
}

void http_peer(const struct http_exchange *exchange, struct http_peer *peer)
{
	(void)exchange;
	memset(peer, 0, sizeof(*peer));
}

void http_source(const struct http_exchange *exchange, struct bgw_address *address)
{
	(void)exchange;
	memset(address, 0, sizeof(*address));
}

/* No listener is ever configured here. */
int http_check(const struct config_api *config, const struct http_place *place,
	       struct http_credentials **credentials, struct error *error)
{
	(void)config;
	(void)place;
	(void)error;
	*credentials = NULL;
	return 0;
}

struct http *http_start(struct loop *loop, const struct config_api *config,
			const struct http_place *place, const struct http_handler *handler,
			struct error *error)
{
	(void)loop;
	(void)config;
	(void)place;
	(void)handler;
	error_set(error, BGW_ERROR_UNAVAILABLE, "there is no network");
	return NULL;
}

void http_quiesce(struct http *http)
{
	(void)http;
}

bool http_is_idle(const struct http *http)
{
	return http == NULL;
}

void http_credentials_free(struct http_credentials *credentials)
{
	(void)credentials;
}

void http_credentials_replace(struct http *http, struct http_credentials *credentials)
{
	(void)http;
	(void)credentials;
}

void http_stop(struct http *http)
{
	(void)http;
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
	for (unsigned int i = 0; i < exchange->header_count; i++)
		if (strcasecmp(exchange->headers[i].name, name) == 0)
			return exchange->headers[i].value;
	return NULL;
}

const char *http_body(const struct http_exchange *exchange, size_t *length)
{
	*length = exchange->body_length;
	return exchange->body;
}

void http_arguments(const struct http_exchange *exchange, http_argument *callback, void *arg)
{
	char *copy = strdup(exchange->query != NULL ? exchange->query : ""), *rest = copy, *name;

	MUST(copy);
	while ((name = strsep(&rest, "&")) != NULL) {
		char *value = strchr(name, '=');

		if (value != NULL)
			*value++ = '\0';
		if (value != NULL)
			MHD_http_unescape(value);
		MHD_http_unescape(name);
		if (name[0] != '\0' || value != NULL)
			callback(arg, name, value);
	}
	free(copy);
}

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
	MUST(name[0] != '\0' && value[0] != '\0');
	(void)exchange;
}

void http_answer_type(struct http_exchange *exchange, const char *content_type)
{
	exchange->type = content_type;
}

void http_answer(struct http_exchange *exchange, unsigned int status, char *body, size_t length)
{
	exchange->answers++;
	exchange->status = status;
	exchange->answer = body;
	exchange->answer_length = length;
	exchange->answered(exchange->arg);
}

void http_answer_release(struct http_exchange *exchange)
{
	(void)exchange;
}

/* As much as there is now. */
static void stream_read(struct http_exchange *exchange)
{
	const size_t piece = 4096;
	long got;

	do {
		exchange->answer = realloc(exchange->answer, exchange->answer_length + piece);
		MUST(exchange->answer);
		got = exchange->stream.read(exchange->stream.arg,
					    exchange->answer + exchange->answer_length, piece);
		MUST(got >= HTTP_STREAM_BROKEN && got <= (long)piece);
		exchange->answer_length += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	if (got == 0)
		return;
	MUST(got == HTTP_STREAM_END);
	exchange_end(exchange);
	http_answer(exchange, exchange->status, exchange->answer, exchange->answer_length);
}

void exchange_end(struct http_exchange *exchange)
{
	void (*done)(void *arg) = exchange->stream.done;

	exchange->stream.done = NULL;
	if (done != NULL)
		done(exchange->stream.arg);
}

void http_answer_stream(struct http_exchange *exchange, unsigned int status,
			const struct http_stream *stream)
{
	exchange->stream = *stream;
	exchange->status = status;
	if (stream->length == HTTP_ENDLESS)
		http_answer(exchange, status, NULL, 0);
	else
		stream_read(exchange);
}

void http_wake(struct http_exchange *exchange)
{
	if (exchange->stream.done != NULL && exchange->stream.length != HTTP_ENDLESS)
		stream_read(exchange);
}
