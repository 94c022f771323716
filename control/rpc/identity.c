/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "pem.h"

struct rpc_identity {
	struct rpc_kept kept; /* first */
	bool has_ca;
	pthread_mutex_t lock;
	grpc_ssl_server_certificate_config *next; /* what gRPC has not asked for yet */
};

static grpc_ssl_server_certificate_config *config_create(const struct rpc_tls *tls, char *error,
							 size_t error_size)
{
	grpc_ssl_server_certificate_config *config;
	grpc_ssl_pem_key_cert_pair pair;
	struct pem pem;

	if (tls->cert == NULL) {
		snprintf(error, error_size, "TLS needs a certificate and a key");
		return NULL;
	}
	if (pem_read(tls, &pem, error, error_size) < 0)
		return NULL;
	pair.private_key = pem.key;
	pair.cert_chain = pem.cert;
	config = grpc_ssl_server_certificate_config_create(pem.ca, &pair, 1);
	pem_clear(&pem);
	return config;
}

static void identity_free(struct rpc_kept *kept)
{
	struct rpc_identity *identity = (struct rpc_identity *)kept;

	if (identity->next != NULL)
		grpc_ssl_server_certificate_config_destroy(identity->next);
	pthread_mutex_destroy(&identity->lock);
	free(identity);
}

struct rpc_identity *rpc_identity_create(struct rpc *rpc, const struct rpc_tls *tls, char *error,
					 size_t error_size)
{
	grpc_ssl_server_certificate_config *config = config_create(tls, error, error_size);
	struct rpc_identity *identity = config != NULL ? calloc(1, sizeof(*identity)) : NULL;

	if (identity != NULL) {
		pthread_mutex_init(&identity->lock, NULL);
		identity->has_ca = tls->ca != NULL;
		identity->next = config;
		identity->kept.free = identity_free;
		rpc_keep(rpc, &identity->kept);
	} else if (config != NULL) {
		grpc_ssl_server_certificate_config_destroy(config);
		snprintf(error, error_size, "out of memory");
	}
	return identity;
}

int rpc_identity_renew(struct rpc_identity *identity, const struct rpc_tls *tls, char *error,
		       size_t error_size)
{
	grpc_ssl_server_certificate_config *config, *unused;

	/* Whether it asks for certificates is its for good. */
	if (identity->has_ca != (tls->ca != NULL)) {
		snprintf(error, error_size, "a ca cannot come or go while it listens");
		return -EINVAL;
	}
	config = config_create(tls, error, error_size);
	if (config == NULL)
		return -EINVAL;
	pthread_mutex_lock(&identity->lock);
	unused = identity->next;
	identity->next = config;
	pthread_mutex_unlock(&identity->lock);
	if (unused != NULL)
		grpc_ssl_server_certificate_config_destroy(unused);
	return 0;
}

/* gRPC's: takes what is new. */
static grpc_ssl_certificate_config_reload_status fetch(void *arg,
						       grpc_ssl_server_certificate_config **config)
{
	struct rpc_identity *identity = arg;

	pthread_mutex_lock(&identity->lock);
	*config = identity->next;
	identity->next = NULL;
	pthread_mutex_unlock(&identity->lock);
	return *config != NULL ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW
			       : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
}

grpc_server_credentials *rpc_identity_credentials(struct rpc_identity *identity, char *error,
						  size_t error_size)
{
	grpc_ssl_server_credentials_options *options =
		grpc_ssl_server_credentials_create_options_using_config_fetcher(
			identity->has_ca
				? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
				: GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
			fetch, identity);
	grpc_server_credentials *credentials =
		options != NULL ? grpc_ssl_server_credentials_create_with_options(options) : NULL;

	if (credentials == NULL)
		snprintf(error, error_size, "gRPC does not take the certificates");
	return credentials;
}
