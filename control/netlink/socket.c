/* SPDX-License-Identifier: BSD-3-Clause */
#include "socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int netlink_socket_open(size_t receive_bytes)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int bytes = (int)receive_bytes;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	/* Without CAP_NET_ADMIN no more than net.core.rmem_max: overruns are then likelier. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int failure = errno;

		close(fd);
		errno = failure;
		return -1;
	}
	return fd;
}

ssize_t netlink_socket_receive(int fd, void *buffer, size_t buffer_bytes, int flags)
{
	struct sockaddr_nl from = {0};
	struct iovec vector = {.iov_base = buffer, .iov_len = buffer_bytes};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	ssize_t bytes = recvmsg(fd, &message, flags);

	if (bytes < 0)
		return -errno;
	if ((message.msg_flags & MSG_TRUNC) != 0)
		return -EBADMSG;
	/* The kernel's port is 0; a socket that is not bound to netlink names nobody. */
	if (message.msg_namelen == sizeof(from) && from.nl_family == AF_NETLINK && from.nl_pid != 0)
		return -EBADMSG;
	return bytes;
}
