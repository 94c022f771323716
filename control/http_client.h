/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_CLIENT_H
#define BGW_CONTROL_HTTP_CLIENT_H

/**
 * Requests to others over HTTP (libcurl, on the control loop). A request goes to one address that
 * the caller names, whatever the host in its URL resolves to by then; redirects are not followed,
 * no proxy is asked, and an answer is bounded in size and time.
 *
 * Control thread only.
 */

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "values.h"

struct loop;
struct http_client;
struct http_call;

enum http_outcome {
	HTTP_ANSWERED,	  /**< with some status */
	HTTP_UNREACHABLE, /**< no connection: it has not got the request */
	HTTP_BROKEN,	  /**< it may have, but its answer never came whole */
	HTTP_TIMED_OUT,
	HTTP_UNTRUSTED, /**< by its certificate */
	HTTP_TOO_LARGE, /**< the answer */
};

struct http_request {
	const char *method;
	const char *url;  /**< http or https; its parts must have been checked */
	const char *host; /**< of the URL, as it is there; IPv6 without brackets */
	uint16_t port;
	struct bgw_address address;  /**< where it goes */
	const char *idempotency_key; /**< NULL: none */
	const char *body;	     /**< JSON, NULL none; must stay until the end */
	size_t length;
	const char *cert, *key; /**< files of what is shown to who asks for it, NULL: nothing */
	const char *ca;		/**< file that certificates are held against; NULL: the system's */
	uint32_t timeout_ms;	/**< for all of it */
	size_t answer_max_bytes;
};

/** `why` is a sentence for all but HTTP_ANSWERED. The body is valid during the call. */
typedef void http_called(void *arg, enum http_outcome outcome, unsigned int status,
			 const char *body, size_t length, const char *why);

/** NULL with *error set. */
struct http_client *http_client_create(struct loop *loop, struct error *error);
/** Gives up what is under way, without a callback. Accepts NULL. */
void http_client_destroy(struct http_client *client);

/** Calls back once, never from within. NULL without memory. */
struct http_call *http_client_call(struct http_client *client, const struct http_request *request,
				   http_called *done, void *arg);
/** No callback. Before the callback only. */
void http_call_cancel(struct http_call *call);

#endif
