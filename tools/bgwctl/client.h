/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_CLIENT_H
#define BGWCTL_CLIENT_H

/**
 * One HTTP connection to a gateway's API, kept open over the requests of a command.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "outcome.h"

struct client;

/** How to reach the gateway; members may be NULL. Texts are the caller's and must outlive it. */
struct client_options {
	const char *url;   /**< unix:PATH, http://HOST:PORT, https://..., or HOST:PORT */
	const char *token; /**< sent as X-Auth-Token */
	const char *ca;	   /**< PEM file that the server's certificate is checked against */
	const char *cert;  /**< our certificate and key, PEM files */
	const char *key;
	unsigned int wait_s; /**< for a gateway that says nothing at all, > 0 */
};

/** Nothing is sent yet. The client is the caller's to close. */
enum outcome client_open(const struct client_options *options, struct client **client);
void client_close(struct client *client);

/**
 * Sends a request and waits for the answer. path begins after /v2.0/ and may carry a query. body
 * may be NULL. *answer becomes the parsed body, the caller's to delete, or NULL where there is
 * none; it may be given as NULL. Another answer than 2xx becomes the outcome that fits its status.
 */
enum outcome client_request(struct client *client, const char *method, const char *path,
			    const cJSON *body, cJSON **answer);

/** GET of something that is no JSON: its bytes, the caller's to free. */
enum outcome client_fetch(struct client *client, const char *path, void **bytes, size_t *length);
/** PUT of such bytes; the answer is JSON. */
enum outcome client_send(struct client *client, const char *path, const void *bytes, size_t length,
			 cJSON **answer);

/**
 * Reads an answer that does not end, piece by piece, until it ends nevertheless or take() says
 * false. last_event_id, unless it is "", is sent along.
 */
typedef bool client_piece(void *arg, const char *bytes, size_t length);
enum outcome client_stream(struct client *client, const char *path, const char *last_event_id,
			   client_piece *take, void *arg);

/** Escapes a text for a query; the caller's to free, NULL when memory is short. */
char *client_escape(struct client *client, const char *text);

#endif
