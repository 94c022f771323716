/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_STREAM_TLS_H
#define BGW_CONTROL_NEGOTIATION_STREAM_TLS_H

/**
 * TLS (GnuTLS, 1.2 and later) between a stream and its owner: bytes in, bytes out, no descriptor.
 * Both ends show a certificate that the CA signed.
 *
 * Control thread only, but for stream_tls_create().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "error.h"

/** Who we are and whom we believe, shared by streams. */
struct stream_tls;

/** Reads the files; errors name them as members of `section`. NULL with *error set. Any thread. */
struct stream_tls *stream_tls_create(const struct config_tls *config, const char *section,
				     struct error *error);
/** By its owner, on any thread before the first session; those that are left go on with it. Accepts
 * NULL. */
void stream_tls_release(struct stream_tls *tls);

/** One connection. */
struct stream_tls_session;

/** Takes the bytes to send to the peer. */
typedef void stream_tls_send(void *arg, const uint8_t *bytes, size_t count);

/** NULL without memory. */
struct stream_tls_session *stream_tls_begin(struct stream_tls *tls, bool is_server,
					    stream_tls_send *send, void *arg);
/** Must be in the peer's certificate; NULL, as it is at first: any. Must outlive the session. */
void stream_tls_name(struct stream_tls_session *session, const char *peer_name);
/** Accepts NULL. */
void stream_tls_end(struct stream_tls_session *session);

/** Bytes from the peer, which stay the caller's and must be there until stream_tls_read() found no
 * more. */
void stream_tls_feed(struct stream_tls_session *session, const uint8_t *bytes, size_t count);

/** Goes on with the handshake. 1: done; 0: needs bytes of the peer; negative with *error set. */
int stream_tls_handshake(struct stream_tls_session *session, struct error *error);

/** Plain bytes from those fed. 0: there are no more; negative with *error set, which ends it. */
ssize_t stream_tls_read(struct stream_tls_session *session, uint8_t *bytes, size_t room,
			struct error *error);

/** Sends plain bytes. 0 or negative with *error set. */
int stream_tls_write(struct stream_tls_session *session, const uint8_t *bytes, size_t count,
		     struct error *error);

#endif
