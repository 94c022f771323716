/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_PRIVATE_H
#define BGW_CONTROL_HTTP_PRIVATE_H

/**
 * What http.c (listeners and their connections), http_exchange.c (requests and answers) and
 * http_stream.c (answers that are made as they are taken) share.
 */

#include "http.h"
#include "http_connection.h"
#include "text.h"

#define HTTP_MAX_LISTENERS 16

struct listener {
	struct http *http;
	const char *where;
	bool guarded; /**< by TLS */
	int fd;
	struct MHD_Daemon *daemon;
	struct loop_fd *epoll;
	struct loop_timer *timer;
	struct http_connections connections;
};

/** What handshakes took before, and those under way may still use. */
struct tls_past {
	struct tls_past *next;
	struct http_credentials *credentials;
	uint64_t until_ns;
};

struct http {
	struct loop *loop;
	const struct config_api *config;
	const struct http_place *place;
	struct http_handler handler;
	struct http_credentials *credentials; /**< NULL without */
	struct tls_past *past;
	struct listener listeners[HTTP_MAX_LISTENERS];
	unsigned int listener_count;
	struct loop_timer *sweep;
	unsigned int busy;
	size_t held_bytes; /**< of large bodies and answers */
	bool quiet;	   /**< connections end with their next answer */
};

struct http_exchange {
	struct listener *listener;
	struct http_connection *connection;
	struct MHD_Connection *mhd;
	char *method, *path;
	struct text body;
	size_t body_limit, held_bytes;
	bool handled, answered, suspended;
	bool is_last;		       /**< of its connection, which ends with the answer */
	struct error refusal;	       /**< code BGW_ERROR_NONE: there is none */
	char caller[HTTP_CALLER_SIZE]; /**< "": unknown */
	char *note;
	const char *header_name, *header_value, *content_type;
	struct http_stream stream; /**< of an answer that is made as it is taken */
	struct MHD_Response *response;
	unsigned int status;
	size_t length; /**< of the answer */
};

/** Frees the body of the request. */
void http_let_go(struct http_exchange *exchange);
/** Takes the response, NULL without memory. */
void http_response_set(struct http_exchange *exchange, unsigned int status,
		       struct MHD_Response *response, size_t length, bool has_body);
/** The answer is ready: it is given now, or when the handler has recorded it. */
void http_answer_record(struct http_exchange *exchange, unsigned int status);

/** What libmicrohttpd calls for a request, with the listener as `arg`. */
enum MHD_Result http_on_access(void *arg, struct MHD_Connection *mhd, const char *url,
			       const char *method, const char *version, const char *upload,
			       size_t *upload_size, void **context);
void http_on_completed(void *arg, struct MHD_Connection *mhd, void **context,
		       enum MHD_RequestTerminationCode code);

#endif
