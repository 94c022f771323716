/* SPDX-License-Identifier: BSD-3-Clause */
#include "server_listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"

#define SOCKET_UMASK 0117

static socklen_t sockaddr_of(const struct rpc_address *address, struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_un *un = (struct sockaddr_un *)storage;

	memset(storage, 0, sizeof(*storage));
	if (address->path != NULL) {
		un->sun_family = AF_UNIX;
		strcpy(un->sun_path, address->path);
		return sizeof(*un);
	}
	if (address->ip.family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(address->port);
		memcpy(&v4->sin_addr, address->ip.bytes, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(address->port);
	memcpy(&v6->sin6_addr, address->ip.bytes, sizeof(v6->sin6_addr));
	return sizeof(*v6);
}

/* gRPC replaces any socket file, also one that another process serves. */
static int check_unused(const struct rpc_address *address)
{
	struct sockaddr_storage storage;
	socklen_t size = sockaddr_of(address, &storage);
	struct stat status;
	int fd, rc;

	if (lstat(address->path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (struct sockaddr *)&storage, size);
	rc = rc == 0 || errno == EAGAIN ? -EADDRINUSE : 0;
	close(fd);
	return rc;
}

/* gRPC does not say why it could not listen: the kernel is asked again. */
static int reason(const struct rpc_address *address)
{
	struct sockaddr_storage storage;
	socklen_t size = sockaddr_of(address, &storage);
	int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc, one = 1;

	if (fd < 0)
		return -errno;
	if (address->path == NULL)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind(fd, (struct sockaddr *)&storage, size) < 0 ? -errno : -EIO;
	if (rc == -EIO && address->path != NULL)
		unlink(address->path);
	close(fd);
	return rc;
}

static int refused(int rc, const char *where, char *error, size_t error_size)
{
	snprintf(error, error_size, "cannot listen on %.256s: %s", where, strerror(-rc));
	return rc;
}

int server_listen(grpc_server *server, const char *where, struct rpc_identity *identity,
		  char *error, size_t error_size)
{
	grpc_server_credentials *credentials;
	struct rpc_address address;
	mode_t mask;
	int rc;

	if (rpc_address_parse(where, &address) < 0 ||
	    (address.path == NULL && address.ip.family == 0)) {
		snprintf(error, error_size,
			 "\"%.256s\" is no place to listen on; ADDRESS:PORT, [ADDRESS]:PORT or "
			 "unix:/PATH would be",
			 where);
		return -EINVAL;
	}
	rc = address.path != NULL ? check_unused(&address) : 0;
	if (rc < 0)
		return refused(rc, where, error, error_size);
	credentials = identity != NULL ? rpc_identity_credentials(identity, error, error_size)
				       : grpc_insecure_server_credentials_create();
	if (credentials == NULL)
		return -EINVAL;
	mask = umask(SOCKET_UMASK);
	rc = grpc_server_add_http2_port(server, where, credentials);
	umask(mask);
	grpc_server_credentials_release(credentials);
	return rc > 0 ? rc : refused(reason(&address), where, error, error_size);
}
