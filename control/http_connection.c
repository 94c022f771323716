/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_connection.h"

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

static void end(const struct http_connection *connection)
{
	shutdown(MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
			 ->connect_fd,
		 SHUT_RDWR);
}

void http_connections_sweep(struct http_connection *list, uint64_t limit_ns)
{
	uint64_t now_ns = loop_now_ns();

	for (struct http_connection *c = list; c != NULL; c = c->next)
		if (!c->busy && now_ns - c->since_ns >= limit_ns)
			end(c);
}
