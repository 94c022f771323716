/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_CONNECTION_H
#define BGW_CONTROL_HTTP_CONNECTION_H

/**
 * The open connections of a listener, and how long each may take. Part of http.c.
 */

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "http.h"
#include "http_tls.h"

struct http_connection {
	struct http_connection *next, **previous;
	struct MHD_Connection *mhd;
	uint64_t since_ns; /**< it was opened, or its last answer was sent */
	bool busy;	   /**< a whole request is in, whose answer is not sent yet */
	bool verified;	   /**< the client has shown a certificate, of this subject */
	char certificate[HTTP_TLS_SUBJECT_SIZE];
};

/** NULL without memory. */
struct http_connection *http_connection_open(struct http_connection **list,
					     struct MHD_Connection *mhd);
void http_connection_close(struct http_connection *connection);

/** Who is at the other end of it: the address, or the process. */
void http_connection_peer(const struct http_connection *connection, struct http_peer *peer);

/** Ends those whose request did not come whole within a time. The server's own timeout counts from
 * the last byte, so that a client which sends one now and then would stay for ever. */
void http_connections_sweep(struct http_connection *list, uint64_t limit_ns);

#endif
