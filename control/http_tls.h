/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HTTP_TLS_H
#define BGW_CONTROL_HTTP_TLS_H

/**
 * The files of a section tls of the configuration: of the API's (http_credentials.h), and of
 * negotiation's.
 */

#include "config.h"
#include "error.h"

/** TLS 1.2 and later, as GnuTLS has it. */
#define HTTP_TLS_PRIORITIES "SECURE128:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http_tls {
	char *cert, *key;
	char *ca; /**< NULL: clients need no certificate */
};

/** Reads the files and sees that they are what they should be and belong together; errors name them
 * as members of `section`. 0, or negative with *error set; it must be cleared in either case. */
int http_tls_load(struct http_tls *tls, const struct config_tls *config, const char *section,
		  struct error *error);
void http_tls_clear(struct http_tls *tls);

#endif
