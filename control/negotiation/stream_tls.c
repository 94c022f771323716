/* SPDX-License-Identifier: BSD-3-Clause */
#include "stream_tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "http_tls.h"

struct stream_tls {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	unsigned int users; /* its owner and the sessions */
};

struct stream_tls_session {
	struct stream_tls *tls;
	gnutls_session_t session;
	bool is_server;
	const char *peer_name;
	stream_tls_send *send;
	void *arg;
	const uint8_t *fed;
	size_t fed_count;
};

static int credentials_load(struct stream_tls *tls, const struct http_tls *files,
			    const char *section, struct error *error)
{
	const gnutls_datum_t cert = {(unsigned char *)files->cert,
				     (unsigned int)strlen(files->cert)};
	const gnutls_datum_t key = {(unsigned char *)files->key, (unsigned int)strlen(files->key)};
	gnutls_datum_t ca;

	if (files->ca == NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "%s.ca is needed: peers are believed by certificates that it "
				 "signed",
				 section);
	ca = (gnutls_datum_t){(unsigned char *)files->ca, (unsigned int)strlen(files->ca)};
	if (gnutls_certificate_allocate_credentials(&tls->credentials) < 0 ||
	    gnutls_certificate_set_x509_key_mem(tls->credentials, &cert, &key,
						GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_certificate_set_x509_trust_mem(tls->credentials, &ca, GNUTLS_X509_FMT_PEM) <=
		    0 ||
	    gnutls_priority_init(&tls->priority, HTTP_TLS_PRIORITIES, NULL) < 0)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for %s", section);
	return 0;
}

struct stream_tls *stream_tls_create(const struct config_tls *config, const char *section,
				     struct error *error)
{
	struct stream_tls *tls = calloc(1, sizeof(*tls));
	struct http_tls files = {0};
	int rc = -ENOMEM;

	if (tls == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for %s", section);
	} else {
		tls->users = 1;
		rc = http_tls_load(&files, config, section, error);
	}
	if (rc == 0)
		rc = credentials_load(tls, &files, section, error);
	http_tls_clear(&files);
	if (rc == 0)
		return tls;
	stream_tls_release(tls);
	return NULL;
}

void stream_tls_release(struct stream_tls *tls)
{
	if (tls == NULL || --tls->users > 0)
		return;
	if (tls->credentials != NULL)
		gnutls_certificate_free_credentials(tls->credentials);
	if (tls->priority != NULL)
		gnutls_priority_deinit(tls->priority);
	free(tls);
}

static ssize_t push(gnutls_transport_ptr_t arg, const void *bytes, size_t count)
{
	struct stream_tls_session *session = arg;

	session->send(session->arg, bytes, count);
	return (ssize_t)count;
}

static ssize_t pull(gnutls_transport_ptr_t arg, void *bytes, size_t room)
{
	struct stream_tls_session *session = arg;
	size_t count = session->fed_count < room ? session->fed_count : room;

	if (count == 0) {
		gnutls_transport_set_errno(session->session, EAGAIN);
		return -1;
	}
	memcpy(bytes, session->fed, count);
	session->fed += count;
	session->fed_count -= count;
	return (ssize_t)count;
}

struct stream_tls_session *stream_tls_begin(struct stream_tls *tls, bool is_server,
					    stream_tls_send *send, void *arg)
{
	struct stream_tls_session *session = calloc(1, sizeof(*session));
	unsigned int flags = (is_server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK;

	if (session == NULL)
		return NULL;
	*session = (struct stream_tls_session){
		.tls = tls,
		.is_server = is_server,
		.send = send,
		.arg = arg,
	};
	if (gnutls_init(&session->session, flags) < 0) {
		free(session);
		return NULL;
	}
	tls->users++;
	gnutls_priority_set(session->session, tls->priority);
	gnutls_credentials_set(session->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (is_server)
		gnutls_certificate_server_set_request(session->session, GNUTLS_CERT_REQUIRE);
	gnutls_transport_set_ptr(session->session, session);
	gnutls_transport_set_push_function(session->session, push);
	gnutls_transport_set_pull_function(session->session, pull);
	return session;
}

void stream_tls_name(struct stream_tls_session *session, const char *peer_name)
{
	session->peer_name = peer_name;
}

void stream_tls_end(struct stream_tls_session *session)
{
	if (session == NULL)
		return;
	gnutls_deinit(session->session);
	stream_tls_release(session->tls);
	free(session);
}

void stream_tls_feed(struct stream_tls_session *session, const uint8_t *bytes, size_t count)
{
	session->fed = bytes;
	session->fed_count = count;
}

static int fail(const char *what, const char *why, struct error *error)
{
	return error_set(error, BGW_ERROR_UNAVAILABLE, "%s: %s", what, why);
}

static int verify(struct stream_tls_session *session, struct error *error)
{
	const char *purpose =
		session->is_server ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_typed_vdata_st wanted[2] = {
		{.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose},
		{.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)session->peer_name},
	};
	gnutls_datum_t why;
	unsigned int status;
	int rc = gnutls_certificate_verify_peers(session->session, wanted,
						 session->peer_name != NULL ? 2 : 1, &status);

	if (rc < 0)
		return fail("the peer's certificate", gnutls_strerror(rc), error);
	if (status == 0)
		return 0;
	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &why, 0) < 0)
		return fail("the peer's certificate", "it is not valid", error);
	fail("the peer's certificate", (const char *)why.data, error);
	gnutls_free(why.data);
	return -EINVAL;
}

/* Also when it wants to be called again though there are bytes left, as after a session ticket. */
static bool is_to_go_on(const struct stream_tls_session *session, ssize_t rc)
{
	if (rc == GNUTLS_E_AGAIN)
		return session->fed_count > 0;
	return rc < 0 && gnutls_error_is_fatal((int)rc) == 0;
}

int stream_tls_handshake(struct stream_tls_session *session, struct error *error)
{
	int rc;

	do
		rc = gnutls_handshake(session->session);
	while (is_to_go_on(session, rc));
	if (rc == GNUTLS_E_AGAIN)
		return 0;
	if (rc < 0)
		return fail("TLS handshake", gnutls_strerror(rc), error);
	rc = verify(session, error);
	return rc < 0 ? rc : 1;
}

ssize_t stream_tls_read(struct stream_tls_session *session, uint8_t *bytes, size_t room,
			struct error *error)
{
	ssize_t rc;

	do
		rc = gnutls_record_recv(session->session, bytes, room);
	while (rc != GNUTLS_E_REHANDSHAKE && is_to_go_on(session, rc));
	if (rc > 0)
		return rc;
	if (rc == GNUTLS_E_AGAIN)
		return 0;
	return fail("TLS", rc == 0 ? "the peer ended it" : gnutls_strerror((int)rc), error);
}

int stream_tls_write(struct stream_tls_session *session, const uint8_t *bytes, size_t count,
		     struct error *error)
{
	while (count > 0) {
		ssize_t rc = gnutls_record_send(session->session, bytes, count);

		if (rc < 0 && gnutls_error_is_fatal((int)rc) != 0)
			return fail("TLS", gnutls_strerror((int)rc), error);
		if (rc > 0) {
			bytes += rc;
			count -= (size_t)rc;
		}
	}
	return 0;
}
