/* SPDX-License-Identifier: BSD-3-Clause */
#include "address.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

#define MAX_HOST_BYTES 253

static int path_parse(const char *path, struct rpc_address *address)
{
	if (path[0] != '/' || strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -EINVAL;
	address->path = path;
	return 0;
}

static bool is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";

	/* What begins with a digit is meant as an address. */
	return text[0] != '\0' && strspn(text, allowed) == strlen(text) &&
	       strpbrk(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

int rpc_address_parse(const char *text, struct rpc_address *address)
{
	char host[MAX_HOST_BYTES + 1];
	const char *colon = strrchr(text, ':');
	struct rpc_address parsed = {0};
	uint32_t port;
	size_t length;
	bool bracketed;

	if (strncmp(text, "unix:", 5) == 0) {
		if (path_parse(text + 5, &parsed) < 0)
			return -EINVAL;
		*address = parsed;
		return 0;
	}
	if (colon == NULL || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    bgw_uint_parse(colon + 1, &port) < 0 || port > UINT16_MAX)
		return -EINVAL;
	length = (size_t)(colon - text);
	bracketed = length > 2 && text[0] == '[' && colon[-1] == ']';
	if (bracketed) {
		text++;
		length -= 2;
	}
	if (length == 0 || length > MAX_HOST_BYTES)
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (bgw_address_parse(host, &parsed.ip) < 0) {
		if (bracketed || !is_name(host))
			return -EINVAL;
	} else if ((parsed.ip.family == 6) != bracketed) {
		return -EINVAL;
	}
	parsed.port = (uint16_t)port;
	*address = parsed;
	return 0;
}

bool rpc_address_is_local(const struct rpc_address *address)
{
	static const uint8_t loopback[16] = {[15] = 1};
	static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};

	if (address->path != NULL)
		return true;
	if (address->ip.family == 4)
		return address->ip.bytes[0] == 127;
	return address->ip.family == 6 &&
	       (memcmp(address->ip.bytes, loopback, sizeof(loopback)) == 0 ||
		memcmp(address->ip.bytes, mapped, sizeof(mapped)) == 0);
}
