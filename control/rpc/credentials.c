/* SPDX-License-Identifier: BSD-3-Clause */
/* PEM files to gRPC's credentials. gRPC says of a bad one only that something failed, so each is
 * looked at before. */
#include "pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PEM_BYTES (1u << 20)

void pem_clear(struct pem *pem)
{
	free(pem->cert);
	if (pem->key != NULL)
		OPENSSL_cleanse(pem->key, strlen(pem->key));
	free(pem->key);
	free(pem->ca);
}

static char *file_read(const char *path, char *error, size_t error_size)
{
	char *text = calloc(1, MAX_PEM_BYTES + 1);
	FILE *file = fopen(path, "re");
	size_t bytes = 0;

	if (text != NULL && file != NULL)
		bytes = fread(text, 1, MAX_PEM_BYTES, file);
	if (text == NULL || file == NULL || ferror(file) != 0 || bytes == MAX_PEM_BYTES) {
		snprintf(error, error_size, "%s cannot be read: %s", path,
			 bytes == MAX_PEM_BYTES ? "it is larger than 1 MiB" : strerror(errno));
		free(text);
		text = NULL;
	}
	if (file != NULL)
		fclose(file);
	return text;
}

static X509 *cert_parse(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *cert = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return cert;
}

/* Without this OpenSSL asks the terminal for the pass phrase. */
static int no_pass_phrase(char *buffer, int size, int writing, void *arg)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *key_parse(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key =
		bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static int check(const struct rpc_tls *tls, const struct pem *pem, char *error, size_t error_size)
{
	X509 *cert = pem->cert != NULL ? cert_parse(pem->cert) : NULL;
	X509 *ca = pem->ca != NULL ? cert_parse(pem->ca) : NULL;
	EVP_PKEY *key = pem->key != NULL ? key_parse(pem->key) : NULL;
	int rc = -EINVAL;

	if (pem->cert != NULL && cert == NULL)
		snprintf(error, error_size, "%s holds no PEM certificate", tls->cert);
	else if (pem->key != NULL && key == NULL)
		snprintf(error, error_size, "%s holds no PEM private key without a pass phrase",
			 tls->key);
	else if (cert != NULL && X509_check_private_key(cert, key) != 1)
		snprintf(error, error_size, "the key in %s is not the one of the certificate in %s",
			 tls->key, tls->cert);
	else if (pem->ca != NULL && ca == NULL)
		snprintf(error, error_size, "%s holds no PEM certificate", tls->ca);
	else
		rc = 0;
	ERR_clear_error();
	EVP_PKEY_free(key);
	X509_free(ca);
	X509_free(cert);
	return rc;
}

int pem_read(const struct rpc_tls *tls, struct pem *pem, char *error, size_t error_size)
{
	memset(pem, 0, sizeof(*pem));
	if ((tls->cert == NULL) != (tls->key == NULL)) {
		snprintf(error, error_size, "TLS has a %s and no %s; give both",
			 tls->cert != NULL ? "certificate" : "key",
			 tls->cert != NULL ? "key" : "certificate");
		return -EINVAL;
	}
	if ((tls->cert == NULL || ((pem->cert = file_read(tls->cert, error, error_size)) != NULL &&
				   (pem->key = file_read(tls->key, error, error_size)) != NULL)) &&
	    (tls->ca == NULL || (pem->ca = file_read(tls->ca, error, error_size)) != NULL) &&
	    check(tls, pem, error, error_size) == 0)
		return 0;
	pem_clear(pem);
	return -EINVAL;
}

static int need_ca(const struct rpc_tls *tls, char *error, size_t error_size)
{
	if (tls->ca != NULL)
		return 0;
	snprintf(error, error_size, "TLS needs the ca that signed the other end's certificate");
	return -EINVAL;
}

int rpc_channel_credentials_check(const struct rpc_tls *tls, char *error, size_t error_size)
{
	struct pem pem;
	int rc = need_ca(tls, error, error_size);

	rc = rc == 0 ? pem_read(tls, &pem, error, error_size) : rc;
	if (rc == 0)
		pem_clear(&pem);
	return rc;
}

grpc_channel_credentials *rpc_channel_credentials(const struct rpc_tls *tls, char *error,
						  size_t error_size)
{
	grpc_channel_credentials *credentials;
	struct pem pem;
	grpc_ssl_pem_key_cert_pair pair;

	if (need_ca(tls, error, error_size) < 0 || pem_read(tls, &pem, error, error_size) < 0)
		return NULL;
	pair.private_key = pem.key;
	pair.cert_chain = pem.cert;
	credentials =
		grpc_ssl_credentials_create_ex(pem.ca, pem.cert != NULL ? &pair : NULL, NULL, NULL);
	pem_clear(&pem);
	if (credentials == NULL)
		snprintf(error, error_size, "gRPC does not take the certificates");
	return credentials;
}
