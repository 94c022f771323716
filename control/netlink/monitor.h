/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_MONITOR_H
#define BGW_CONTROL_NETLINK_MONITOR_H

/**
 * Follows links, addresses, neighbours and routes of this thread's network namespace. Dumps and
 * notifications come by one socket, so they arrive in the order in which they became true.
 *
 * Event-loop friendly: a descriptor that becomes readable, nothing that blocks but
 * netlink_monitor_sync(). When notifications were lost (ENOBUFS), or a dump was interrupted by
 * changes, it is dumped again: between begin() and end() of a kind everything that still exists is
 * told, so what was not told in between is gone. Routes are never dumped: they are announced
 * (removed or not) so that whoever cares looks up again.
 */

#include "message.h"

struct netlink_monitor;

struct netlink_monitor_handler {
	void *context;
	void (*message)(void *context, const struct netlink_message *message);
	/** A dump of the kind begins. No end() follows where changes interrupted it time and again.
	 * NETLINK_KIND_ROUTE: begin() and end() follow each other, and say that any route may have
	 * changed. */
	void (*begin)(void *context, enum netlink_kind kind);
	void (*end)(void *context, enum netlink_kind kind);
};

struct netlink_monitor_counters {
	uint64_t messages;
	uint64_t malformed; /**< refused by netlink_message_parse(), or not from the kernel */
	uint64_t overruns;  /**< ENOBUFS */
	uint64_t dumps;
};

/**
 * Subscribes and asks for the first dump. `receive_bytes`: of the socket's buffer, 0 for 4 MiB.
 * NULL and errno.
 */
struct netlink_monitor *netlink_monitor_open(const struct netlink_monitor_handler *handler,
					     size_t receive_bytes);
/** The same on a connected datagram socket that is already there and becomes the monitor's. */
struct netlink_monitor *netlink_monitor_open_fd(const struct netlink_monitor_handler *handler,
						int fd);
void netlink_monitor_close(struct netlink_monitor *monitor);

int netlink_monitor_fd(const struct netlink_monitor *monitor);

/**
 * Takes what is there, at most `max_datagrams`. To be called when the descriptor is readable, which
 * it stays when more waits. 0, or negative errno when the socket is broken.
 */
int netlink_monitor_on_readable(struct netlink_monitor *monitor, unsigned int max_datagrams);

/** Waits until a whole dump has been told. For the start. -ETIMEDOUT. */
int netlink_monitor_sync(struct netlink_monitor *monitor, int timeout_ms);

/** Dumps everything again, after the dump that runs. */
int netlink_monitor_dump(struct netlink_monitor *monitor);

void netlink_monitor_counters_get(const struct netlink_monitor *monitor,
				  struct netlink_monitor_counters *counters);

#endif
