/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_PRIVATE_H
#define BGW_CONTROL_HTTP_PRIVATE_H

/**
 * What http.c (listeners and their connections), http_exchange.c (requests and answers) and
 * http_feed.c (answers that do not end) share.
 */

#include "http.h"
#include "http_connection.h"
#include "text.h"

#define HTTP_MAX_LISTENERS 16

struct listener {
	struct http *http;
	const char *where;
	bool guarded; /**< reachable by others */
	int fd;
	struct MHD_Daemon *daemon;
	struct loop_fd *epoll;
	struct loop_timer *timer;
	struct http_connections connections;
};

struct http {
	struct loop *loop;
	const struct config_api *config;
	struct http_handler handler;
	struct http_tls tls;
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
	struct error refusal; /**< code BGW_ERROR_NONE: there is none */
	const char *caller;
	char *note;
	const char *header_name, *header_value, *content_type;
	struct http_feed feed; /**< of an answer that does not end */
	struct MHD_Response *response;
	unsigned int status;
	size_t length; /**< of the answer */
};

/** What libmicrohttpd calls for a request, with the listener as `arg`. */
enum MHD_Result http_on_access(void *arg, struct MHD_Connection *mhd, const char *url,
			       const char *method, const char *version, const char *upload,
			       size_t *upload_size, void **context);
void http_on_completed(void *arg, struct MHD_Connection *mhd, void **context,
		       enum MHD_RequestTerminationCode code);

#endif
