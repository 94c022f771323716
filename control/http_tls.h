/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_TLS_H
#define BGW_CONTROL_HTTP_TLS_H

/**
 * TLS of the API (GnuTLS, inside libmicrohttpd): the files of api.tls, and who a client is by its
 * certificate. Part of http.c.
 */

#include <microhttpd.h>

#include "config.h"
#include "error.h"

#define HTTP_TLS_SUBJECT_SIZE 256

/** TLS 1.2 and later, for MHD_OPTION_HTTPS_PRIORITIES. */
#define HTTP_TLS_PRIORITIES "SECURE128:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http_tls {
	char *cert, *key;
	char *ca; /**< NULL: clients need no certificate */
};

/** Reads the files and sees that they are what they should be and belong together. 0, or negative
 * with *error set; it must be cleared in either case. */
int http_tls_load(struct http_tls *tls, const struct config_tls *config, struct error *error);
void http_tls_clear(struct http_tls *tls);

/** The server only asks for a certificate: whether the client has one that the CA signed, for a
 * client, and that is valid today. 0 with its subject (RFC 4514), or negative with *error set. */
int http_tls_peer(struct MHD_Connection *connection, char subject[HTTP_TLS_SUBJECT_SIZE],
		  struct error *error);

#endif
