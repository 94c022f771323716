/* SPDX-License-Identifier: BSD-3-Clause */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "values.h"

#define BACKLOG	    1024 /* a client that the kernel has no place for asks again after a second */
#define UNIX_PREFIX "unix:"

union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un path;
};

static bool is_unix(const char *where)
{
	return strncmp(where, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
}

static int fail_form(const char *member, const char *where, const char *form, struct error *error)
{
	return error_set(error, BGW_ERROR_INVALID_INPUT, "%s \"%.80s\" must be %s", member, where,
			 form);
}

static int parse_unix(const char *member, const char *where, union endpoint *endpoint,
		      struct error *error)
{
	const char *path = where + strlen(UNIX_PREFIX);

	if (path[0] != '/' || strlen(path) >= sizeof(endpoint->path.sun_path))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "%s \"%.120s\" must be unix: and an absolute path of at most "
				 "%zu bytes",
				 member, where, sizeof(endpoint->path.sun_path) - 1);
	endpoint->path.sun_family = AF_UNIX;
	strcpy(endpoint->path.sun_path, path);
	return 0;
}

/* False: it has not that form. */
static bool parse_ip(const char *where, union endpoint *endpoint)
{
	const char *colon = strrchr(where, ':');
	bool bracketed = where[0] == '[';
	char text[BGW_ADDRESS_TEXT_SIZE];
	struct bgw_address address;
	uint32_t port;
	size_t length;

	if (colon == NULL || bgw_uint_parse(colon + 1, &port) < 0 || port > UINT16_MAX)
		return false;
	length = (size_t)(colon - where);
	if (bracketed) {
		if (length < 2 || where[length - 1] != ']')
			return false;
		where++;
		length -= 2;
	}
	if (length >= sizeof(text))
		return false;
	memcpy(text, where, length);
	text[length] = '\0';
	if (bgw_address_parse(text, &address) < 0 || bracketed != (address.family == 6))
		return false;
	if (address.family == 4) {
		endpoint->v4.sin_family = AF_INET;
		endpoint->v4.sin_port = htons((uint16_t)port);
		memcpy(&endpoint->v4.sin_addr, address.bytes, 4);
	} else {
		endpoint->v6.sin6_family = AF_INET6;
		endpoint->v6.sin6_port = htons((uint16_t)port);
		memcpy(&endpoint->v6.sin6_addr, address.bytes, 16);
	}
	return true;
}

static int parse(const char *member, const char *where, union endpoint *endpoint,
		 struct error *error)
{
	memset(endpoint, 0, sizeof(*endpoint));
	if (is_unix(where))
		return parse_unix(member, where, endpoint, error);
	if (parse_ip(where, endpoint))
		return 0;
	return fail_form(member, where, "ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH", error);
}

int listen_check(const char *member, const char *where, struct error *error)
{
	union endpoint endpoint;

	return parse(member, where, &endpoint, error);
}

int listen_ip_check(const char *member, const char *where, struct sockaddr_storage *address,
		    struct error *error)
{
	union endpoint endpoint = {0};

	if (is_unix(where) || !parse_ip(where, &endpoint))
		return fail_form(member, where, "ADDRESS:PORT or [ADDRESS]:PORT", error);
	memset(address, 0, sizeof(*address));
	memcpy(address, &endpoint,
	       endpoint.any.sa_family == AF_INET ? sizeof(endpoint.v4) : sizeof(endpoint.v6));
	return 0;
}

static bool is_loopback(const union endpoint *endpoint)
{
	if (endpoint->any.sa_family == AF_INET)
		return ntohl(endpoint->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&endpoint->v6.sin6_addr);
}

bool listen_is_public(const char *where)
{
	union endpoint endpoint;
	struct error error;

	if (parse("", where, &endpoint, &error) < 0)
		return true;
	return endpoint.any.sa_family != AF_UNIX && !is_loopback(&endpoint);
}

static socklen_t endpoint_size(const union endpoint *endpoint)
{
	switch (endpoint->any.sa_family) {
	case AF_UNIX:
		return sizeof(endpoint->path);
	case AF_INET:
		return sizeof(endpoint->v4);
	default:
		return sizeof(endpoint->v6);
	}
}

/* Makes the directory of the socket, one level, and removes a socket that a killed process left. */
static void unix_clear_way(const union endpoint *endpoint)
{
	char directory[sizeof(endpoint->path.sun_path)];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat status;

	strcpy(directory, endpoint->path.sun_path);
	*strrchr(directory, '/') = '\0';
	if (directory[0] != '\0')
		mkdir(directory, 0755);
	/* A file that is no socket refuses connections too, and is not ours to remove. */
	if (fd >= 0 && lstat(endpoint->path.sun_path, &status) == 0 && S_ISSOCK(status.st_mode) &&
	    connect(fd, &endpoint->any, sizeof(endpoint->path)) < 0 && errno == ECONNREFUSED)
		unlink(endpoint->path.sun_path);
	if (fd >= 0)
		close(fd);
}

static int endpoint_bind(int fd, const union endpoint *endpoint)
{
	int on = 1, rc;
	mode_t mask;

	if (endpoint->any.sa_family != AF_UNIX) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		return bind(fd, &endpoint->any, endpoint_size(endpoint));
	}
	unix_clear_way(endpoint);
	mask = umask(0117);
	rc = bind(fd, &endpoint->any, endpoint_size(endpoint));
	umask(mask);
	return rc;
}

int listen_open(const char *member, const char *where, struct error *error)
{
	union endpoint endpoint;
	int rc = parse(member, where, &endpoint, error);
	int fd;

	if (rc < 0)
		return rc;
	fd = socket(endpoint.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && endpoint_bind(fd, &endpoint) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	rc = errno;
	if (fd >= 0)
		close(fd);
	return error_set(error, BGW_ERROR_UNAVAILABLE, "%s \"%.120s\" cannot be used: %s%s", member,
			 where, strerror(rc),
			 rc == EADDRINUSE ? "; stop the other process or choose another" : "");
}

void listen_close(const char *where, int fd)
{
	if (is_unix(where))
		unlink(where + strlen(UNIX_PREFIX));
	close(fd);
}
