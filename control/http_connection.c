/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_connection.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "loop.h"

struct http_connection *http_connection_open(struct http_connection **list,
					     struct MHD_Connection *mhd)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	connection->mhd = mhd;
	connection->since_ns = loop_now_ns();
	connection->next = *list;
	connection->previous = list;
	if (connection->next != NULL)
		connection->next->previous = &connection->next;
	*list = connection;
	return connection;
}

void http_connection_close(struct http_connection *connection)
{
	*connection->previous = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	free(connection);
}

static int descriptor(const struct http_connection *connection)
{
	return MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
		->connect_fd;
}

static void end(const struct http_connection *connection)
{
	shutdown(descriptor(connection), SHUT_RDWR);
}

void http_connection_peer(const struct http_connection *connection, struct http_peer *peer)
{
	const struct sockaddr *address =
		MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			->client_addr;
	char host[INET6_ADDRSTRLEN] = "";
	struct ucred process;
	socklen_t size = sizeof(process);

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(peer->address, sizeof(peer->address), "%s:%u", host, ntohs(v4->sin_port));
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(peer->address, sizeof(peer->address), "[%s]:%u", host,
			 ntohs(v6->sin6_port));
	} else if (getsockopt(descriptor(connection), SOL_SOCKET, SO_PEERCRED, &process, &size) ==
		   0) {
		peer->is_process = true;
		peer->uid = process.uid;
		peer->pid = process.pid;
	}
}

void http_connections_sweep(struct http_connection *list, uint64_t limit_ns)
{
	uint64_t now_ns = loop_now_ns();

	for (struct http_connection *c = list; c != NULL; c = c->next)
		if (!c->busy && now_ns - c->since_ns >= limit_ns)
			end(c);
}
