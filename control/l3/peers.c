/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/peers.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "l3/prefix.h"

struct bgw_address l3_address_plain(const struct bgw_address *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct bgw_address plain = {.family = 4};

	if (address->family != 6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return *address;
	memcpy(plain.bytes, address->bytes + 12, 4);
	return plain;
}

static bool is_loopback(const struct bgw_address *address)
{
	static const struct bgw_prefix v4 = {.ip = {.family = 4, .bytes = {127}}, .length = 8};
	static const struct bgw_prefix v6 = {.ip = {.family = 6, .bytes = {[15] = 1}},
					     .length = 128};

	return l3_prefix_has(&v4, address) || l3_prefix_has(&v6, address);
}

/* No socket listens there, or everybody's does. */
static bool is_nobody(const struct bgw_address *address)
{
	static const struct bgw_prefix v4 = {.ip = {.family = 4}, .length = 8};
	static const struct bgw_prefix v6 = {.ip = {.family = 6}, .length = 128};

	return l3_prefix_has(&v4, address) || l3_prefix_has(&v6, address) ||
	       (address->family == 4 ? address->bytes[0] >= 224 : address->bytes[0] == 0xff);
}

static int parse_with_port(const char *text, struct l3_peer *peer)
{
	const char *colon = strrchr(text, ':');
	bool is_bracketed = text[0] == '[';
	char address[BGW_ADDRESS_TEXT_SIZE];
	uint32_t port;
	size_t length;

	if (colon == NULL || bgw_uint_parse(colon + 1, &port) < 0 || port == 0 || port > UINT16_MAX)
		return -EINVAL;
	length = (size_t)(colon - text);
	if (is_bracketed) {
		if (length < 2 || text[length - 1] != ']')
			return -EINVAL;
		text++;
		length -= 2;
	}
	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';
	if (bgw_address_parse(address, &peer->prefix.ip) < 0 ||
	    (peer->prefix.ip.family == 6) != is_bracketed)
		return -EINVAL;
	peer->port = (uint16_t)port;
	return 0;
}

int l3_peer_parse(const char *text, struct l3_peer *peer)
{
	struct bgw_address address;

	*peer = (struct l3_peer){0};
	if (bgw_prefix_parse(text, &peer->prefix) == 0) {
		peer->prefix = l3_prefix_masked(&peer->prefix);
		return 0;
	}
	if (bgw_address_parse(text, &peer->prefix.ip) < 0 && parse_with_port(text, peer) < 0)
		return -EINVAL;
	address = l3_address_plain(&peer->prefix.ip);
	peer->prefix = l3_prefix_of(&address);
	return is_nobody(&address) ? -EINVAL : 0;
}

bool l3_peers_have(const struct l3_peer *peers, size_t count, const struct bgw_address *address,
		   uint16_t port)
{
	struct bgw_address plain = l3_address_plain(address);
	bool needs_port = is_loopback(&plain);

	if (is_nobody(&plain))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct l3_peer *peer = &peers[i];

		if (!l3_prefix_has(&peer->prefix, &plain) || (needs_port && peer->port == 0))
			continue;
		if (port == 0 || peer->port == 0 || peer->port == port)
			return true;
	}
	return false;
}

static int fail_url(const char *why, struct l3_failure *failure)
{
	return l3_fail(failure, L3_FORBIDDEN,
		       "remoteAgent must be http://HOST:PORT" L3_HANDLE_PATH
		       " or the same with https: %s",
		       why);
}

/* True: the part is not there. */
static bool has_none(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool none = curl_url_get(url, part, &text, 0) != CURLUE_OK;

	curl_free(text);
	return none;
}

static bool take_host(CURLU *url, struct l3_remote *remote)
{
	char *host = NULL;
	size_t length;
	bool fits;

	if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return false;
	length = strlen(host);
	if (host[0] == '[' && host[length - 1] == ']') {
		memmove(host, host + 1, length - 2);
		host[length - 2] = '\0';
	}
	fits = host[0] != '\0' && strlen(host) < sizeof(remote->host);
	if (fits)
		strcpy(remote->host, host);
	curl_free(host);
	return fits;
}

static bool take_port(CURLU *url, struct l3_remote *remote)
{
	char *text = NULL;
	uint32_t port = 0;

	if (curl_url_get(url, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    bgw_uint_parse(text, &port) < 0)
		port = 0;
	curl_free(text);
	remote->port = (uint16_t)port;
	return port != 0 && port <= UINT16_MAX;
}

static int take_parts(CURLU *url, const char *text, struct l3_remote *remote,
		      struct l3_failure *failure)
{
	size_t length = strlen(text), tail = strlen(L3_HANDLE_PATH);
	const char *authority = strstr(text, "://");

	if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
		return fail_url("the scheme is another", failure);
	if (curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) != CURLUE_OK ||
	    !has_none(url, CURLUPART_USER) || !has_none(url, CURLUPART_PASSWORD) ||
	    !has_none(url, CURLUPART_ZONEID) || !has_none(url, CURLUPART_QUERY) ||
	    !has_none(url, CURLUPART_FRAGMENT))
		return fail_url("it is no such URL", failure);
	/* As it is written, not as it can be read: nothing comes after the path, and there is
	 * nothing in it to be folded. */
	if (length < tail || strcmp(text + length - tail, L3_HANDLE_PATH) != 0 ||
	    strchr(authority + 3, '/') != text + length - tail ||
	    authority + 3 == text + length - tail)
		return fail_url("the path is another", failure);
	remote->tls = text[4] == 's';
	if (!take_host(url, remote) || !take_port(url, remote))
		return fail_url("the host or the port is none", failure);
	return 0;
}

int l3_remote_parse(const char *url, struct l3_remote *remote, struct l3_failure *failure)
{
	CURLU *parsed = curl_url();
	int rc;

	*remote = (struct l3_remote){0};
	if (parsed == NULL)
		return l3_fail(failure, L3_INTERNAL, "no memory for the request");
	rc = take_parts(parsed, url, remote, failure);
	curl_url_cleanup(parsed);
	return rc;
}

char *l3_remote_url(const struct bgw_address *address, uint16_t port, bool tls,
		    char url[L3_REMOTE_URL_SIZE])
{
	char text[BGW_ADDRESS_TEXT_SIZE];

	snprintf(url, L3_REMOTE_URL_SIZE, address->family == 6 ? "%s://[%s]:%u%s" : "%s://%s:%u%s",
		 tls ? "https" : "http", bgw_address_format(address, text), port, L3_HANDLE_PATH);
	return url;
}
