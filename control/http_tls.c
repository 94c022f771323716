/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (1u << 20)

static int fail_file(const char *section, const char *member, const char *path, const char *why,
		     struct error *error)
{
	return error_set(error, BGW_ERROR_INVALID_INPUT, "%s.%s \"%.200s\" cannot be used: %s",
			 section, member, path, why);
}

static void wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Whoever reads the key can pretend to be the gateway. */
static bool is_open_to_all(FILE *file)
{
	struct stat status;

	return fstat(fileno(file), &status) < 0 || (status.st_mode & 07) != 0;
}

/* PEM is text: what follows a NUL would not be seen. */
static char *file_read(const char *section, const char *member, const char *path, bool secret,
		       struct error *error)
{
	FILE *file = fopen(path, "re");
	const char *why = NULL;
	char *text;
	size_t length;

	if (file == NULL) {
		fail_file(section, member, path, strerror(errno), error);
		return NULL;
	}
	setvbuf(file, NULL, _IONBF, 0);
	text = calloc(1, FILE_MAX_BYTES + 1);
	if (text == NULL) {
		why = "no memory";
	} else if (secret && is_open_to_all(file)) {
		why = "everybody may read or change it; set its mode to 0600";
	} else {
		length = fread(text, 1, FILE_MAX_BYTES, file);
		if (ferror(file))
			why = strerror(errno);
		else if (length == FILE_MAX_BYTES || memchr(text, '\0', length) != NULL)
			why = "it must be in PEM";
	}
	fclose(file);
	if (why == NULL)
		return text;
	fail_file(section, member, path, why, error);
	wipe(text);
	return NULL;
}

static gnutls_datum_t datum(char *text)
{
	return (gnutls_datum_t){(unsigned char *)text, (unsigned int)strlen(text)};
}

static int check_pair(gnutls_certificate_credentials_t credentials, const struct http_tls *tls,
		      const struct config_tls *config, const char *section, struct error *error)
{
	const gnutls_datum_t cert = datum(tls->cert), key = datum(tls->key);
	int rc = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);

	if (rc >= 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "%s.cert \"%.120s\" and %s.key \"%.120s\" must be a certificate "
			 "and its unencrypted key, in PEM: %s",
			 section, config->cert, section, config->key, gnutls_strerror(rc));
}

static int check(const struct http_tls *tls, const struct config_tls *config, const char *section,
		 struct error *error)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t ca;
	int rc;

	if (gnutls_certificate_allocate_credentials(&credentials) < 0)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for %s", section);
	rc = check_pair(credentials, tls, config, section, error);
	if (rc == 0 && tls->ca != NULL) {
		ca = datum(tls->ca);
		if (gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM) <=
		    0)
			rc = fail_file(section, "ca", config->ca,
				       "it must have certificates in PEM", error);
	}
	gnutls_certificate_free_credentials(credentials);
	return rc;
}

int http_tls_load(struct http_tls *tls, const struct config_tls *config, const char *section,
		  struct error *error)
{
	bool clients = config->ca != NULL && config->ca[0] != '\0';

	*tls = (struct http_tls){0};
	tls->cert = file_read(section, "cert", config->cert, false, error);
	if (tls->cert != NULL)
		tls->key = file_read(section, "key", config->key, true, error);
	if (tls->key != NULL && clients)
		tls->ca = file_read(section, "ca", config->ca, false, error);
	if (tls->key == NULL || (clients && tls->ca == NULL))
		return -EINVAL;
	return check(tls, config, section, error);
}

void http_tls_clear(struct http_tls *tls)
{
	free(tls->cert);
	wipe(tls->key);
	free(tls->ca);
	*tls = (struct http_tls){0};
}
