/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_SOCKET_H
#define BGW_CONTROL_NETLINK_SOCKET_H

/** A rtnetlink socket that listens to nobody but the kernel. */

#include <stddef.h>
#include <sys/types.h>

/** A bound socket, close-on-exec, with at least this receive buffer if the system allows it. -1 and
 * errno. */
int netlink_socket_open(size_t receive_bytes);

/** One datagram. Its length, or -EAGAIN, -EINTR, -ENOBUFS (notifications were lost), -EBADMSG (cut
 * off, or sent by another process; it was thrown away), or another negative errno. */
ssize_t netlink_socket_receive(int fd, void *buffer, size_t buffer_bytes, int flags);

#endif
