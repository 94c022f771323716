/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_H
#define BGW_CONTROL_HTTP_H

/**
 * The HTTP server of the API (libmicrohttpd inside the control loop): listeners, limits, bodies,
 * and answers that may come later. It knows nothing of what is served.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "error.h"
#include "values.h"

struct loop;
struct http;

/** One request and its answer. The server's until the handler is called, then the handler's until
 * http_answer(). */
struct http_exchange;

struct http_handler {
	/** The head of a request is there. 0, or negative with *error set: it is answered with
	 * that, and its body is not kept. */
	int (*admit)(void *arg, struct http_exchange *exchange, struct error *error);
	/** Most bytes of the body of such a request. */
	size_t (*body_limit)(void *arg, const char *method, const char *path);
	/** A whole request is there. It is answered now or later. */
	void (*handle)(void *arg, struct http_exchange *exchange);
	/** A request is refused that was not admitted or is too large; the body of the answer,
	 * malloc'ed. */
	char *(*refuse)(void *arg, struct http_exchange *exchange, const struct error *error,
			size_t *length);
	/** http_answer() was called. True: the answer waits for http_answer_release(). */
	bool (*record)(void *arg, struct http_exchange *exchange, unsigned int status);
	void *arg;
};

/** What the files of a section tls hold (http_credentials.h). */
struct http_credentials;

/** What errors and the log call the members of a configuration, and who may reach its listeners. */
struct http_place {
	const char *name; /**< "the API" */
	const char *listen, *tls;
	/** Others may reach them without a token, and where there is no TLS in the clear: the
	 * handler decides whom it admits. */
	bool is_open;
};
extern const struct http_place http_api_place;

/** What can be told of the configuration without listening: whether listeners that others reach
 * have the TLS and the tokens that they need, and whether the files of its TLS are right. 0 with
 * what they hold, NULL without TLS, which http_credentials_free() frees or
 * http_credentials_replace() takes; or negative with *error set. Any thread. */
int http_check(const struct config_api *config, const struct http_place *place,
	       struct http_credentials **credentials, struct error *error);
/** Opens all listeners of the configuration. NULL with *error set. */
struct http *http_start(struct loop *loop, const struct config_api *config,
			const struct http_place *place, const struct http_handler *handler,
			struct error *error);
/** New connections are met with this, which is taken; those that there are go on. Not NULL where
 * there are listeners with TLS. */
void http_credentials_replace(struct http *http, struct http_credentials *credentials);
/** No new connections from here on; those that are open end with their next answer, which is 503 to
 * what is asked from here on. */
void http_quiesce(struct http *http);
/** Whether no request waits for its answer. */
bool http_is_idle(const struct http *http);
/** Closes everything. The handler must have answered all. Accepts NULL. */
void http_stop(struct http *http);

/** Whether it came by TLS: all do that come by a listener which others than this machine's own
 * users reach, but for those of an open place. */
bool http_is_guarded(const struct http_exchange *exchange);
/** Subject of the client's certificate, which was verified; NULL when it needs none. */
const char *http_certificate(const struct http_exchange *exchange);
/** Who sent it, as admit() found out; NULL when nobody is known. The text is copied, and cut. */
#define HTTP_CALLER_SIZE 64
void http_caller_set(struct http_exchange *exchange, const char *name);
const char *http_caller(const struct http_exchange *exchange);

/** Where it comes from. */
struct http_peer {
	char address[128]; /**< ADDRESS:PORT, or unix:PATH of the listener */
	bool is_process;   /**< by a unix socket: whose process it was that connected */
	uint32_t uid;
	int32_t pid;
};
void http_peer(const struct http_exchange *exchange, struct http_peer *peer);

/** The address that it comes from; family 0 by a unix socket. */
void http_source(const struct http_exchange *exchange, struct bgw_address *address);

/** What the request did, for record(). Takes the text, which free() can free; before
 * http_answer(). */
void http_note_set(struct http_exchange *exchange, char *note);
const char *http_note(const struct http_exchange *exchange);

/** GET or HEAD. */
bool http_is_read(const struct http_exchange *exchange);
const char *http_method(const struct http_exchange *exchange);
const char *http_path(const struct http_exchange *exchange);
/** NULL when there is none. */
const char *http_header(const struct http_exchange *exchange, const char *name);
const char *http_body(const struct http_exchange *exchange, size_t *length);
/** Calls back for each argument of the query string, unescaped; value may be NULL. */
typedef void http_argument(void *arg, const char *name, const char *value);
void http_arguments(const struct http_exchange *exchange, http_argument *callback, void *arg);

/** A header of the answer; before the answer. Both texts must be literals. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value);
/** What the answer's body is, when it is no JSON. A literal. */
void http_answer_type(struct http_exchange *exchange, const char *content_type);
/** The answer: JSON, or nothing when body is NULL. Takes the body, which free() can free. */
void http_answer(struct http_exchange *exchange, unsigned int status, char *body, size_t length);
/** An answer that record() holds back is given. */
void http_answer_release(struct http_exchange *exchange);

/** What read() of a stream says instead of a length. */
#define HTTP_STREAM_END	   (-1L) /**< that was all */
#define HTTP_STREAM_BROKEN (-2L) /**< the rest cannot be made: the client sees it break off */
/** The length of a stream that goes on for as long as the client stays, or until the server stops.
 */
#define HTTP_ENDLESS SIZE_MAX

/** An answer that is made in pieces, as the client takes them. */
struct http_stream {
	/** Writes at most `size` bytes to `at` and returns how many. 0: there is nothing now, then
	 * http_wake() says when there is. */
	long (*read)(void *arg, char *at, size_t size);
	/** At the end, or the client is gone, or the server stops: read() is not called again. */
	void (*done)(void *arg);
	void *arg;
	/** About. It decides how long the client may take for the whole, or if it is HTTP_ENDLESS,
	 * each piece has its time. */
	size_t length;
};
/** Answers with a stream. */
void http_answer_stream(struct http_exchange *exchange, unsigned int status,
			const struct http_stream *stream);
/** There is something to read again. */
void http_wake(struct http_exchange *exchange);

#endif
