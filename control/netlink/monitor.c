/* SPDX-License-Identifier: BSD-3-Clause */
#include "monitor.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "socket.h"

#define RECEIVE_BYTES  (4u << 20)
#define DATAGRAM_BYTES 65536u
#define DUMP_TRIES     5 /* of one that changes interrupt */

/* What is dumped, in this order: neighbours and addresses mention links. */
static const struct {
	enum netlink_kind kind;
	uint16_t type;
} dumps[] = {
	{NETLINK_KIND_LINK, RTM_GETLINK},
	{NETLINK_KIND_ADDRESS, RTM_GETADDR},
	{NETLINK_KIND_NEIGHBOUR, RTM_GETNEIGH},
};
#define DUMP_COUNT (sizeof(dumps) / sizeof(dumps[0]))

struct netlink_monitor {
	struct netlink_monitor_handler handler;
	int fd;
	size_t dump; /* which one runs, DUMP_COUNT: none */
	uint32_t sequence;
	unsigned int tries;
	bool interrupted; /* the dump that runs is not consistent */
	bool again;	  /* after the one that runs, all of them */
	struct netlink_monitor_counters counters;
	uint8_t buffer[DATAGRAM_BYTES] __attribute__((aligned(8)));
};

static int dump_ask(struct netlink_monitor *monitor)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg message;
	} ask = {
		.header =
			{
				.nlmsg_len = NLMSG_LENGTH(sizeof(ask.message)),
				.nlmsg_type = dumps[monitor->dump].type,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
				.nlmsg_seq = ++monitor->sequence,
			},
		.message = {.rtgen_family = AF_UNSPEC},
	};

	monitor->interrupted = false;
	monitor->counters.dumps++;
	if (send(monitor->fd, &ask, sizeof(ask), 0) < 0)
		return -errno;
	return 0;
}

static int dump_begin(struct netlink_monitor *monitor, size_t dump)
{
	monitor->dump = dump;
	monitor->tries = 0;
	monitor->handler.begin(monitor->handler.context, dumps[dump].kind);
	return dump_ask(monitor);
}

/* The dump that ran is over. */
static int dump_next(struct netlink_monitor *monitor)
{
	if (monitor->interrupted && ++monitor->tries < DUMP_TRIES)
		return dump_ask(monitor); /* what was told is told again */
	/* A dump that never was whole does not prove that anything is gone: no end then. */
	if (!monitor->interrupted)
		monitor->handler.end(monitor->handler.context, dumps[monitor->dump].kind);
	if (!monitor->again && monitor->dump + 1 < DUMP_COUNT)
		return dump_begin(monitor, monitor->dump + 1);
	if (monitor->again) {
		monitor->again = false;
		return dump_begin(monitor, 0);
	}
	monitor->dump = DUMP_COUNT;
	monitor->handler.begin(monitor->handler.context, NETLINK_KIND_ROUTE);
	monitor->handler.end(monitor->handler.context, NETLINK_KIND_ROUTE);
	return 0;
}

int netlink_monitor_dump(struct netlink_monitor *monitor)
{
	if (monitor->dump == DUMP_COUNT)
		return dump_begin(monitor, 0);
	monitor->again = true;
	return 0;
}

static int take_message(struct netlink_monitor *monitor, const struct nlmsghdr *header)
{
	struct netlink_message message;
	bool ours = monitor->dump < DUMP_COUNT && header->nlmsg_seq == monitor->sequence;
	int rc;

	monitor->counters.messages++;
	if (ours && (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
		monitor->interrupted = true;
	if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
		if (!ours)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR)
			monitor->interrupted = true;
		return dump_next(monitor);
	}
	rc = netlink_message_parse(header, &message);
	if (rc == 0)
		monitor->handler.message(monitor->handler.context, &message);
	else if (rc == -EBADMSG)
		monitor->counters.malformed++;
	return 0;
}

static int take_datagram(struct netlink_monitor *monitor, size_t left)
{
	const uint8_t *at = monitor->buffer;
	const struct nlmsghdr *header;
	int rc = 0;

	while (rc == 0 && (header = netlink_message_next(&at, &left)) != NULL)
		rc = take_message(monitor, header);
	if (rc == 0 && left > 0)
		monitor->counters.malformed++;
	return rc;
}

int netlink_monitor_on_readable(struct netlink_monitor *monitor, unsigned int max_datagrams)
{
	int rc = 0;

	while (max_datagrams-- > 0 && rc >= 0) {
		ssize_t bytes = netlink_socket_receive(monitor->fd, monitor->buffer,
						       sizeof(monitor->buffer), MSG_DONTWAIT);

		switch (bytes < 0 ? (int)-bytes : 0) {
		case 0:
			rc = take_datagram(monitor, (size_t)bytes);
			break;
		case EAGAIN:
			return 0;
		case EINTR:
			break;
		case EBADMSG:
			monitor->counters.malformed++;
			break;
		case ENOBUFS:
			monitor->counters.overruns++;
			rc = netlink_monitor_dump(monitor);
			break;
		default:
			return (int)bytes;
		}
	}
	return rc;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int netlink_monitor_sync(struct netlink_monitor *monitor, int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;

	while (monitor->dump < DUMP_COUNT) {
		struct pollfd wait = {.fd = monitor->fd, .events = POLLIN};
		int64_t left = deadline - now_ms();
		int rc;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&wait, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
		rc = netlink_monitor_on_readable(monitor, 16);
		if (rc < 0)
			return rc;
	}
	return 0;
}

struct netlink_monitor *netlink_monitor_open_fd(const struct netlink_monitor_handler *handler,
						int fd)
{
	struct netlink_monitor *monitor = calloc(1, sizeof(*monitor));
	int rc;

	if (monitor == NULL) {
		close(fd);
		return NULL;
	}
	monitor->handler = *handler;
	monitor->fd = fd;
	rc = dump_begin(monitor, 0);
	if (rc < 0) {
		netlink_monitor_close(monitor);
		errno = -rc;
		return NULL;
	}
	return monitor;
}

struct netlink_monitor *netlink_monitor_open(const struct netlink_monitor_handler *handler,
					     size_t receive_bytes)
{
	static const unsigned int groups[] = {
		RTNLGRP_LINK,	     RTNLGRP_NEIGH,	 RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
		RTNLGRP_IPV4_RULE,   RTNLGRP_IPV6_RULE,	 RTNLGRP_NEXTHOP,
	};
	int fd = netlink_socket_open(receive_bytes != 0 ? receive_bytes : RECEIVE_BYTES);

	if (fd < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		/* A kernel without next-hop objects has no such group either. */
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0 &&
		    groups[i] != RTNLGRP_NEXTHOP) {
			int failure = errno;

			close(fd);
			errno = failure;
			return NULL;
		}
	return netlink_monitor_open_fd(handler, fd);
}

void netlink_monitor_close(struct netlink_monitor *monitor)
{
	if (monitor == NULL)
		return;
	close(monitor->fd);
	free(monitor);
}

int netlink_monitor_fd(const struct netlink_monitor *monitor)
{
	return monitor->fd;
}

void netlink_monitor_counters_get(const struct netlink_monitor *monitor,
				  struct netlink_monitor_counters *counters)
{
	*counters = monitor->counters;
}
