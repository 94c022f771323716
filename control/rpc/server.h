/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_SERVER_H
#define BGW_CONTROL_RPC_SERVER_H

/**
 * A gRPC server of unary methods. What comes is bounded: calls at a time, bytes of a message, and
 * how long a client may take to send one or to take the answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rpc.h"
#include "tls.h"

struct rpc_server;
/** A call that waits for its answer. */
struct rpc_exchange;

/** Must answer or refuse the exchange, within or later, once; also where its client has given up
 * meanwhile. The message is valid within. */
typedef void rpc_handler(void *context, struct rpc_exchange *exchange, const uint8_t *message,
			 size_t bytes);

struct rpc_method {
	const char *name; /**< "/package.Service/Method" */
	rpc_handler *handle;
};

struct rpc_server_config {
	const struct rpc_method *methods; /**< stays the caller's, for as long as the server */
	size_t method_count;
	void *context;		    /**< of the handlers */
	size_t max_message_bytes;   /**< larger: RESOURCE_EXHAUSTED */
	unsigned int max_in_flight; /**< more calls: RESOURCE_EXHAUSTED */
	unsigned int max_of_client; /**< the same, from one address; 0: as many as there may be */
	uint32_t client_ms;	    /**< to send a message, and again to take the answer */
};

/** NULL and errno. */
struct rpc_server *rpc_server_create(struct rpc *rpc, const struct rpc_server_config *config);

/**
 * Adds a place to listen on, before the start; as address.h says, no names. A unix socket that
 * nobody listens on any more is replaced; its mode is 0660. With `tls` that has a ca, clients must
 * have a certificate of it.
 *
 * @return the port (of a unix socket: 1), or negative errno with *error set.
 */
int rpc_server_listen(struct rpc_server *server, const char *where, const struct rpc_tls *tls,
		      char *error, size_t error_size);

void rpc_server_start(struct rpc_server *server);

/**
 * Reads what all its places show to clients and expect of them again, for connections that come;
 * those that there are go on. Places without TLS stay so.
 *
 * @return 0, or -EINVAL with *error set: nothing has changed, or no memory and some have.
 */
int rpc_server_renew(struct rpc_server *server, const struct rpc_tls *tls, char *error,
		     size_t error_size);

/** Ends all calls; exchanges without an answer must not be used any more. Accepts NULL. */
void rpc_server_close(struct rpc_server *server);

/** Whether its client has shown a certificate, of the listener's ca. */
bool rpc_exchange_is_certified(const struct rpc_exchange *exchange);
/** Whether the certificate has the name among its alternative ones: a DNS name as it is there, an
 * address as inet_ntop() writes it. */
bool rpc_exchange_has_name(const struct rpc_exchange *exchange, const char *name);

/** Whether its client has given up: it has cancelled the call or is gone, or its deadline has
 * passed. It hears of nothing that is done from here on. Answer or refuse it nonetheless. */
bool rpc_exchange_is_over(const struct rpc_exchange *exchange);

/** The message is copied. */
void rpc_exchange_answer(struct rpc_exchange *exchange, const void *message, size_t bytes);
void rpc_exchange_refuse(struct rpc_exchange *exchange, enum rpc_status status,
			 const char *details);

#endif
