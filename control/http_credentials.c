/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_credentials.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "http_tls.h"

#define CHAIN_MAX 16

struct http_credentials {
	const char *section;
	gnutls_certificate_credentials_t own;
	gnutls_x509_trust_list_t ca; /* NULL: clients need no certificate */
};

static gnutls_datum_t datum(char *text)
{
	return (gnutls_datum_t){(unsigned char *)text, (unsigned int)strlen(text)};
}

/* The files were found right already. */
static int import(struct http_credentials *credentials, const struct http_tls *files)
{
	const gnutls_datum_t cert = datum(files->cert), key = datum(files->key);
	gnutls_datum_t ca;
	int rc = gnutls_certificate_allocate_credentials(&credentials->own);

	if (rc >= 0)
		rc = gnutls_certificate_set_x509_key_mem(credentials->own, &cert, &key,
							 GNUTLS_X509_FMT_PEM);
	if (rc < 0 || files->ca == NULL)
		return rc;
	ca = datum(files->ca);
	rc = gnutls_x509_trust_list_init(&credentials->ca, 0);
	return rc < 0 ? rc
		      : gnutls_x509_trust_list_add_trust_mem(credentials->ca, &ca, NULL,
							     GNUTLS_X509_FMT_PEM, 0, 0);
}

struct http_credentials *http_credentials_load(const struct config_tls *config, const char *section,
					       struct error *error)
{
	struct http_credentials *credentials = calloc(1, sizeof(*credentials));
	struct http_tls files = {0};
	int rc = credentials == NULL
			 ? error_set(error, BGW_ERROR_INTERNAL, "no memory for %s", section)
			 : http_tls_load(&files, config, section, error);

	if (rc == 0) {
		credentials->section = section;
		rc = import(credentials, &files);
		if (rc < 0)
			error_set(error, BGW_ERROR_INVALID_INPUT,
				  "%s.cert \"%.120s\", its key and its ca cannot be used: %s",
				  section, config->cert, gnutls_strerror(rc));
	}
	http_tls_clear(&files);
	if (rc >= 0)
		return credentials;
	http_credentials_free(credentials);
	return NULL;
}

void http_credentials_free(struct http_credentials *credentials)
{
	if (credentials == NULL)
		return;
	if (credentials->own != NULL)
		gnutls_certificate_free_credentials(credentials->own);
	if (credentials->ca != NULL)
		gnutls_x509_trust_list_deinit(credentials->ca, 1);
	free(credentials);
}

bool http_credentials_have_ca(const struct http_credentials *credentials)
{
	return credentials->ca != NULL;
}

static int none(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
		const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
		gnutls_pcert_st **chain, unsigned int *chain_length, gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)count;
	(void)algorithms;
	(void)algorithm_count;
	(void)chain;
	(void)chain_length;
	(void)key;
	return -1;
}

gnutls_certificate_retrieve_function2 *const http_credentials_none = none;

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info != NULL ? info->tls_session : NULL;
}

void http_credentials_give(const struct http_credentials *credentials,
			   struct MHD_Connection *connection)
{
	gnutls_session_t session = session_of(connection);

	if (session == NULL)
		return;
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->own);
	/* One that has none is told so in HTTP. */
	if (credentials->ca != NULL)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
}

static int fail_peer(const struct http_credentials *credentials, const char *why,
		     struct error *error)
{
	return error_set(error, BGW_ERROR_UNAUTHORIZED,
			 "a client certificate that %s.ca signed is needed: %.200s",
			 credentials->section, why);
}

static int verify(const struct http_credentials *credentials, gnutls_x509_crt_t *chain,
		  unsigned int count, struct error *error)
{
	static char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st wanted = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)purpose,
	};
	gnutls_datum_t why;
	unsigned int status;
	int rc = gnutls_x509_trust_list_verify_crt2(credentials->ca, chain, count, &wanted, 1, 0,
						    &status, NULL);

	if (rc < 0)
		return fail_peer(credentials, gnutls_strerror(rc), error);
	if (status == 0)
		return 0;
	rc = gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0);
	fail_peer(credentials, rc == 0 ? (const char *)why.data : "it is not valid", error);
	if (rc == 0)
		gnutls_free(why.data);
	return -EINVAL;
}

/* The client's, then who signed it. Those that were made are the caller's, in any case. */
static int chain_import(const struct http_credentials *credentials, gnutls_session_t session,
			gnutls_x509_crt_t chain[CHAIN_MAX], unsigned int *made, struct error *error)
{
	unsigned int count = 0;
	const gnutls_datum_t *raw = gnutls_certificate_get_peers(session, &count);

	*made = 0;
	if (raw == NULL || count == 0)
		return fail_peer(credentials, "there is none", error);
	for (unsigned int i = 0; i < count && i < CHAIN_MAX; i++) {
		if (gnutls_x509_crt_init(&chain[i]) < 0)
			return fail_peer(credentials, "there is no memory for it", error);
		++*made;
		if (gnutls_x509_crt_import(chain[i], &raw[i], GNUTLS_X509_FMT_DER) < 0)
			return fail_peer(credentials, "it cannot be read", error);
	}
	return 0;
}

static int peer_of(const struct http_credentials *credentials, gnutls_session_t session,
		   char subject[HTTP_SUBJECT_SIZE], struct error *error)
{
	gnutls_x509_crt_t chain[CHAIN_MAX];
	size_t size = HTTP_SUBJECT_SIZE;
	unsigned int count;
	int rc = chain_import(credentials, session, chain, &count, error);

	if (rc == 0)
		rc = verify(credentials, chain, count, error);
	if (rc == 0 && gnutls_x509_crt_get_dn(chain[0], subject, &size) < 0)
		subject[0] = '\0';
	for (unsigned int i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	return rc;
}

int http_credentials_peer(const struct http_credentials *credentials,
			  struct MHD_Connection *connection, char subject[HTTP_SUBJECT_SIZE],
			  struct error *error)
{
	gnutls_session_t session = session_of(connection);

	if (session == NULL)
		return fail_peer(credentials, "this is no TLS", error);
	return peer_of(credentials, session, subject, error);
}
