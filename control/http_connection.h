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
#include "http_credentials.h"

struct http_connection {
	struct http_connection *next, **previous;
	struct MHD_Connection *mhd;
	uint64_t opened_ns;
	uint64_t since_ns; /**< it was opened, its last answer was sent, or a head has come */
	uint64_t until_ns; /**< its answer must be sent, 0: none is being sent */
	bool busy;	   /**< a whole request is in, whose answer is not sent yet */
	bool admitted;	   /**< one of its requests was */
	struct http_exchange *streaming; /**< whose answer is made in pieces */
	bool verified;			 /**< the client has shown a certificate, of this subject */
	char certificate[HTTP_SUBJECT_SIZE];
};

struct http_connections {
	struct http_connection *first; /**< the newest */
	unsigned int count, limit;
	bool made_room; /**< one was ended for another; http.c resets it */
};

/** NULL without memory. Where all places are taken now, the one that has waited longest for its
 * request ends, first of all one that never had a request admitted: a crowd that opens connections
 * and says nothing drives out itself. */
struct http_connection *http_connection_open(struct http_connections *connections,
					     struct MHD_Connection *mhd);
void http_connection_close(struct http_connections *connections,
			   struct http_connection *connection);

/** Ends it without an answer; http_connection_close() follows. */
void http_connection_end(const struct http_connection *connection);

/** Since when the oldest is open, UINT64_MAX: there is none. */
uint64_t http_connections_oldest_ns(const struct http_connections *connections);

/** Who is at the other end of it: the address, or the process. */
void http_connection_peer(const struct http_connection *connection, struct http_peer *peer);
/** The address alone; family 0 of a process. */
void http_connection_source(const struct http_connection *connection, struct bgw_address *address);

/** Its answer is ready. It must take it in a time that fits its length. */
void http_connection_answer(struct http_connection *connection, size_t length, uint64_t limit_ns);

/** Ends those whose head or body did not come whole within a time, or whose answer is taken too
 * slowly. The server's own timeout counts from the last byte, so that a client which moves one now
 * and then would stay for ever. */
void http_connections_sweep(const struct http_connections *connections, uint64_t limit_ns);

#endif
