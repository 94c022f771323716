/* SPDX-License-Identifier: BSD-3-Clause */
#include "underlay_linux.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "netlink/monitor.h"
#include "netlink/request.h"

#define DATAGRAMS_PER_TURN 64
#define ICMP_PER_TURN	   32
#define START_TIMEOUT_MS   5000
#define REOPEN_MS	   1000

struct underlay_linux {
	struct loop *loop;
	struct underlay *underlay;
	struct netlink_request *request;
	struct netlink_monitor *monitor; /* NULL until started, and while it cannot be opened */
	struct loop_fd *monitor_watch;
	struct loop_timer *timer;
	struct loop_timer *reopen;
	uint64_t overruns; /* that were told */
	int icmp_fd;	   /* -1 none */
	struct loop_fd *icmp_watch;
	uint8_t packet[2048];
};

static uint64_t now_ms(void *context)
{
	(void)context;
	return loop_now_ns() / 1000000;
}

static void timer_set(void *context, uint64_t delay_ms)
{
	struct underlay_linux *self = context;

	loop_timer_set(self->timer, delay_ms, 0);
}

static int route_get(void *context, const struct bgw_address *destination,
		     const struct bgw_address *source, struct netlink_route *route)
{
	struct underlay_linux *self = context;

	return netlink_route_get(self->request, destination, source, route);
}

static int neighbour_get(void *context, int ifindex, const struct bgw_address *ip,
			 struct netlink_neighbour *neighbour)
{
	struct underlay_linux *self = context;

	return netlink_neighbour_get(self->request, ifindex, ip, neighbour);
}

static int neighbour_manage(void *context, int ifindex, const struct bgw_address *ip, bool *managed)
{
	struct underlay_linux *self = context;

	return netlink_neighbour_manage(self->request, ifindex, ip, managed);
}

static int neighbour_use(void *context, int ifindex, const struct bgw_address *ip)
{
	struct underlay_linux *self = context;

	return netlink_neighbour_use(self->request, ifindex, ip);
}

static int neighbour_delete(void *context, int ifindex, const struct bgw_address *ip)
{
	struct underlay_linux *self = context;

	return netlink_neighbour_delete(self->request, ifindex, ip);
}

static void on_timer(void *context)
{
	struct underlay_linux *self = context;

	underlay_timer(self->underlay);
}

static void on_message(void *context, const struct netlink_message *message)
{
	struct underlay_linux *self = context;

	underlay_message(self->underlay, message);
}

static void on_begin(void *context, enum netlink_kind kind)
{
	struct underlay_linux *self = context;

	underlay_dump_begin(self->underlay, kind);
}

static void on_end(void *context, enum netlink_kind kind)
{
	struct underlay_linux *self = context;

	underlay_dump_end(self->underlay, kind);
}

static void monitor_close(struct underlay_linux *self)
{
	loop_fd_close(self->monitor_watch);
	netlink_monitor_close(self->monitor);
	self->monitor_watch = NULL;
	self->monitor = NULL;
}

static void on_netlink(void *context, int events)
{
	struct underlay_linux *self = context;
	int rc = netlink_monitor_on_readable(self->monitor, DATAGRAMS_PER_TURN);
	struct netlink_monitor_counters counters;

	(void)events;
	netlink_monitor_counters_get(self->monitor, &counters);
	if (counters.overruns != self->overruns) {
		self->overruns = counters.overruns;
		log_info("Linux changed faster than it could be followed; reading all of it again");
	}
	if (rc == 0) {
		/* The loop gives a socket up that has an error, and ENOBUFS is one. */
		loop_fd_events(self->monitor_watch, UV_READABLE);
		return;
	}
	log_error("reading netlink failed (%s); opening it again", strerror(-rc));
	monitor_close(self);
	loop_timer_set(self->reopen, REOPEN_MS, 0);
}

static int monitor_open(struct underlay_linux *self)
{
	struct netlink_monitor_handler handler = {
		.context = self,
		.message = on_message,
		.begin = on_begin,
		.end = on_end,
	};

	self->overruns = 0;
	self->monitor = netlink_monitor_open(&handler, 0);
	if (self->monitor == NULL)
		return -errno;
	self->monitor_watch = loop_fd_create(self->loop, netlink_monitor_fd(self->monitor),
					     UV_READABLE, on_netlink, self);
	if (self->monitor_watch == NULL) {
		int rc = -errno;

		monitor_close(self);
		return rc;
	}
	return 0;
}

static void on_reopen(void *context)
{
	struct underlay_linux *self = context;

	if (monitor_open(self) < 0)
		loop_timer_set(self->reopen, REOPEN_MS, 0);
}

/* A raw IPv4 socket gives the whole packet. */
static void on_icmp(void *context, int events)
{
	struct underlay_linux *self = context;

	(void)events;
	for (unsigned int n = 0; n < ICMP_PER_TURN; n++) {
		ssize_t bytes =
			recv(self->icmp_fd, self->packet, sizeof(self->packet), MSG_DONTWAIT);
		size_t header_bytes;

		if (bytes < 0)
			break;
		header_bytes = (self->packet[0] & 0x0fu) * 4u;
		if ((size_t)bytes > header_bytes && header_bytes >= 20)
			(void)underlay_too_big(self->underlay, 4, self->packet + header_bytes,
					       (size_t)bytes - header_bytes);
	}
	loop_fd_events(self->icmp_watch, UV_READABLE);
}

static void icmp_open(struct underlay_linux *self)
{
	struct icmp_filter filter = {.data = ~(1u << ICMP_DEST_UNREACH)};

	self->icmp_fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (self->icmp_fd >= 0 &&
	    setsockopt(self->icmp_fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter)) == 0)
		self->icmp_watch =
			loop_fd_create(self->loop, self->icmp_fd, UV_READABLE, on_icmp, self);
	if (self->icmp_watch == NULL)
		log_warning("path MTUs are not learned from ICMP: no raw socket (%s); give bgwd "
			    "CAP_NET_RAW",
			    strerror(errno));
}

struct underlay_linux *underlay_linux_open(struct loop *loop, const struct bgw_address *vtep,
					   char *why, size_t why_size)
{
	struct underlay_linux *self = calloc(1, sizeof(*self));
	struct underlay_environment environment = {
		.context = self,
		.now_ms = now_ms,
		.timer_set = timer_set,
		.route_get = route_get,
		.neighbour_get = neighbour_get,
		.neighbour_manage = neighbour_manage,
		.neighbour_use = neighbour_use,
		.neighbour_delete = neighbour_delete,
	};

	if (self != NULL) {
		self->loop = loop;
		self->icmp_fd = -1;
		self->request = netlink_request_open();
		self->timer = loop_timer_create(loop, LOOP_NEVER, 0, on_timer, self);
		self->reopen = loop_timer_create(loop, LOOP_NEVER, 0, on_reopen, self);
		self->underlay = underlay_create(&environment, vtep);
	}
	if (self == NULL || self->request == NULL || self->timer == NULL || self->reopen == NULL ||
	    self->underlay == NULL) {
		int failure = errno != 0 ? errno : ENOMEM;

		snprintf(why, why_size, "the underlay cannot be followed: %s", strerror(failure));
		underlay_linux_close(self);
		errno = failure;
		return NULL;
	}
	return self;
}

struct underlay *underlay_linux_get(struct underlay_linux *self)
{
	return self->underlay;
}

int underlay_linux_start(struct underlay_linux *self, char *why, size_t why_size)
{
	int rc = monitor_open(self);

	if (rc == 0)
		rc = netlink_monitor_sync(self->monitor, START_TIMEOUT_MS);
	if (rc < 0) {
		snprintf(why, why_size,
			 "Linux does not tell its links, addresses and neighbours by netlink: %s",
			 strerror(-rc));
		return rc;
	}
	icmp_open(self);
	return 0;
}

void underlay_linux_close(struct underlay_linux *self)
{
	if (self == NULL)
		return;
	if (self->monitor != NULL)
		monitor_close(self);
	loop_fd_close(self->icmp_watch);
	if (self->icmp_fd >= 0)
		close(self->icmp_fd);
	underlay_destroy(self->underlay);
	loop_timer_close(self->timer);
	loop_timer_close(self->reopen);
	netlink_request_close(self->request);
	free(self);
}
