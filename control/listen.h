/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LISTEN_H
#define BGW_CONTROL_LISTEN_H

/**
 * Sockets that listen, from their texts in the configuration: ADDRESS:PORT, [ADDRESS]:PORT or
 * unix:PATH. `member` is what errors call the text.
 */

#include <stdbool.h>
#include <sys/socket.h>

#include "error.h"

/**
 * A non-blocking listening socket. A unix socket that nobody listens on any more is replaced; its
 * mode is 0660.
 *
 * @return the descriptor, or negative with *error set.
 */
int listen_open(const char *member, const char *where, struct error *error);

/** What listen_open() would refuse without looking at the machine. 0 or negative. */
int listen_check(const char *member, const char *where, struct error *error);

/** The same for what must not be a unix socket; stores the address. 0 or negative. */
int listen_ip_check(const char *member, const char *where, struct sockaddr_storage *address,
		    struct error *error);

/** Whether others than this machine's own users can reach it: any address but 127.0.0.0/8 and ::1,
 * in whatever spelling. Only for what listen_check() takes. */
bool listen_is_public(const char *where);

/** Closes the socket and removes the path of a unix one. */
void listen_close(const char *where, int fd);

#endif
