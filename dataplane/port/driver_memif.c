/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <bgw/why.h>

#include "port/driver.h"

/* Shared memory with another process, found through a unix socket. */

/* A killed server leaves its socket, and the driver cannot bind over it. */
static int stale_socket_remove(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat status;
	int ret = 0;
	int fd;

	if (stat(path, &status) < 0)
		return 0;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		ret = -EADDRINUSE;
	else if (errno == ECONNREFUSED)
		ret = unlink(path) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int memif_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	const struct bgw_memif_config *memif = &config->memif;
	char directory[sizeof(memif->socket)];
	char *slash;
	int ret;

	if (memif->socket[0] != '/')
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: memif.socket must be an absolute path", config->name);
	if (memif->zero_copy && memif->server)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: memif.zero_copy is for mode \"client\" alone",
				  config->name);
	snprintf(directory, sizeof(directory), "%s", memif->socket);
	slash = strrchr(directory, '/');
	slash[slash == directory ? 1 : 0] = '\0';
	if (access(directory, W_OK) < 0)
		return bgw_refuse(why, why_size, errno,
				  "port %s: the directory of memif.socket %s: %s", config->name,
				  memif->socket, strerror(errno));
	ret = memif->server ? stale_socket_remove(memif->socket) : 0;
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret,
				  "port %s: memif.socket %s is in use by another process or no "
				  "socket: choose another path",
				  config->name, memif->socket);
	return 0;
}

static int memif_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
			char *name, size_t name_size, char *args, size_t args_size)
{
	const struct bgw_memif_config *memif = &config->memif;
	int ret = port_driver_print(name, name_size, "net_memif_bgw%u", index);

	(void)queues;
	if (ret < 0)
		return ret;
	return port_driver_print(args, args_size,
				 "role=%s,id=%u,socket-abstract=no,socket=%s%s%s%s%s%s",
				 memif->server ? "server" : "client", memif->id, memif->socket,
				 memif->zero_copy ? ",zero-copy=yes" : "",
				 memif->secret[0] != '\0' ? ",secret=" : "", memif->secret,
				 config->devargs[0] != '\0' ? "," : "", config->devargs);
}

/*
 * The peer must agree on the number, in each direction, and one is what every memif peer does. A
 * queue that the peer has not takes nothing.
 */
static uint16_t memif_queues(const struct bgw_port_config *config, uint16_t workers)
{
	(void)config;
	(void)workers;
	return 1;
}

const struct port_driver port_driver_memif = {
	.row =
		{
			.name = "memif",
			.paired_queues = true,
			.indirect_mbufs = true,
		},
	.check = memif_check,
	.queues = memif_queues,
	.device = memif_device,
};
