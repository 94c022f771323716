/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_STREAM_H
#define BGW_CONTROL_NEGOTIATION_STREAM_H

/**
 * A stream of bytes to a peer, over TCP or over TLS on it. Writing never waits: what the peer does
 * not take is kept, and the writer asks how much that is. An end of stream is an end: neither side
 * is closed alone.
 *
 * Control thread only.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "error.h"
#include "values.h"

struct stream;
struct stream_tls;

union stream_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/** From ADDRESS:PORT or [ADDRESS]:PORT. 0, or negative with *error set, which names `member`. */
int stream_address_parse(const char *member, const char *where, union stream_address *address,
			 struct error *error);
/** Without the port; an IPv4 address in an IPv6 one is an IPv4 address. */
struct bgw_address stream_address_ip(const union stream_address *address);

/** Text of a reason, NUL included. */
#define STREAM_REASON_SIZE 160

/** What a stream tells its owner, from within the loop alone and never from within a function
 * below. The owner may close it in any of them. */
struct stream_owner {
	/** It can be written to. */
	void (*up)(void *arg);
	/** What was read; valid until it returns. */
	void (*read)(void *arg, const uint8_t *bytes, size_t count);
	/** All that was written has been handed to the kernel. */
	void (*drained)(void *arg);
	/** The peer ended it, or it failed. Nothing is told after; it must still be closed. */
	void (*ended)(void *arg, const char *why);
};

/** Connects. tls NULL: plain. peer_name, with TLS: must be in the peer's certificate; NULL: any
 * that the CA signed. NULL and errno. */
struct stream *stream_connect(uv_loop_t *loop, const union stream_address *to,
			      struct stream_tls *tls, const char *peer_name,
			      const struct stream_owner *owner, void *arg);

/** Takes the next connection of a listening handle, which must be a uv_tcp_t. Before the loop goes
 * on it must be owned or closed. NULL and errno. */
struct stream *stream_accept(uv_stream_t *listener, struct stream_tls *tls);

/** Whose it is. It is told `up` later, with TLS once the handshake is done. */
void stream_own(struct stream *stream, const struct stream_owner *owner, void *arg,
		const char *peer_name);

/** The address at the other end. */
struct bgw_address stream_peer(const struct stream *stream);

/** Sends. A failure is told by ended(). */
void stream_write(struct stream *stream, const void *bytes, size_t count);

/** Bytes that wait for the kernel to take them. */
size_t stream_unsent_bytes(const struct stream *stream);

/** Stops and continues reading: a peer that sends meanwhile waits. */
void stream_pause(struct stream *stream, bool pause);

/** Gives up what was not sent. Accepts NULL. */
void stream_close(struct stream *stream);

#endif
