/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_CREDENTIALS_H
#define BGW_CONTROL_HTTP_CREDENTIALS_H

/**
 * TLS of listeners (GnuTLS, inside libmicrohttpd): what handshakes take, and who a client is by its
 * certificate. Part of http.c.
 */

#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <stdbool.h>

#include "config.h"
#include "error.h"

#define HTTP_SUBJECT_SIZE 256

/** What the files of a section tls held when they were read. It does not change. */
struct http_credentials;

/** Reads the files and sees that they are what they should be and belong together; errors name them
 * as members of `section`, a literal. NULL with *error set. Any thread. */
struct http_credentials *http_credentials_load(const struct config_tls *config, const char *section,
					       struct error *error);
/** Accepts NULL. */
void http_credentials_free(struct http_credentials *credentials);

/** For MHD_OPTION_HTTPS_CERT_CALLBACK: there is no certificate. The callback has no argument that
 * could say of which listener, so each connection is given its own. */
extern gnutls_certificate_retrieve_function2 *const http_credentials_none;
/** What the handshake of a connection takes; to be called when it is accepted. The credentials must
 * stay until it is closed. */
void http_credentials_give(const struct http_credentials *credentials,
			   struct MHD_Connection *connection);

/** Whether clients need a certificate. */
bool http_credentials_have_ca(const struct http_credentials *credentials);

/** The server only asks for a certificate: whether the client has one that our CA signed, for a
 * client, and that is valid today. 0 with its subject (RFC 4514), or negative with *error set. */
int http_credentials_peer(const struct http_credentials *credentials,
			  struct MHD_Connection *connection, char subject[HTTP_SUBJECT_SIZE],
			  struct error *error);

#endif
