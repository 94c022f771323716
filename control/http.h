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

/** What can be told of the configuration without listening: whether listeners that others reach
 * have the TLS and the tokens that they need, and whether the files of api.tls are right. 0, or
 * negative with *error set. */
int http_check(const struct config_api *config, struct error *error);
/** Opens all listeners of the configuration. NULL with *error set. */
struct http *http_start(struct loop *loop, const struct config_api *config,
			const struct http_handler *handler, struct error *error);
/** No new connections from here on; those that are open end with their next answer. */
void http_quiesce(struct http *http);
/** Whether no request waits for its answer. */
bool http_is_idle(const struct http *http);
/** Closes everything. The handler must have answered all. Accepts NULL. */
void http_stop(struct http *http);

/** Whether it came by a listener that others than this machine's own users reach, which is TLS. */
bool http_is_guarded(const struct http_exchange *exchange);
/** Subject of the client's certificate, which was verified; NULL when it needs none. */
const char *http_certificate(const struct http_exchange *exchange);
/** Who sent it, as admit() found out; NULL when nobody is known. The text is the handler's. */
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

/** A header of the answer; before http_answer(). Both texts must be literals. */
void http_answer_header(struct http_exchange *exchange, const char *name, const char *value);
/** What the answer's body is, when it is no JSON. A literal. */
void http_answer_type(struct http_exchange *exchange, const char *content_type);
/** The answer: JSON, or nothing when body is NULL. Takes the body, which free() can free. */
void http_answer(struct http_exchange *exchange, unsigned int status, char *body, size_t length);
/** An answer that record() holds back is given. */
void http_answer_release(struct http_exchange *exchange);

/** The answer to a read: JSON in pieces, as the client takes them. `read` writes at most `size`
 * bytes of it to `at` and returns how many; 0 when all was read, negative to break off. `done` is
 * called once, at the end or when the client has gone. `length` says about how long it will be,
 * which decides how long the client may take. */
typedef long http_reader(void *arg, char *at, size_t size);
void http_answer_stream(struct http_exchange *exchange, size_t length, http_reader *read,
			void (*done)(void *arg), void *arg);
/** An answer that goes on for as long as the client stays. */
struct http_feed {
	/** Fills at most `size` bytes in; 0 when there is nothing now, then http_wake() says when.
	 */
	size_t (*read)(void *arg, char *bytes, size_t size);
	/** The client is gone, or the server stops: neither is called again. */
	void (*closed)(void *arg);
	void *arg;
};
/** Answers with a feed of a type, which must be a literal. To be called from the handler. */
void http_answer_feed(struct http_exchange *exchange, const char *type,
		      const struct http_feed *feed);
/** There is something to read again. */
void http_wake(struct http_exchange *exchange);

#endif
