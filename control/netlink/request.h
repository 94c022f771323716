/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_REQUEST_H
#define BGW_CONTROL_NETLINK_REQUEST_H

/**
 * Questions and orders to the kernel. It answers within the system call that sends the request, so
 * these functions return the answer at once; none waits for another machine.
 */

#include "message.h"

struct netlink_request;

/** NULL and errno. In the network namespace of the calling thread. */
struct netlink_request *netlink_request_open(void);
void netlink_request_close(struct netlink_request *request);

/** What the kernel said beside the error of the last request, "" if nothing. */
#define NETLINK_SAID_SIZE 160
const char *netlink_request_said(const struct netlink_request *request);

/**
 * The route to `destination` for a packet with this source address (family 0: any), as the kernel
 * would send it, with what it learned about the MTU. -ENETUNREACH, -EHOSTUNREACH, -EINVAL (a
 * blackhole, or the source is no local address), -EACCES (prohibited).
 */
int netlink_route_get(struct netlink_request *request, const struct bgw_address *destination,
		      const struct bgw_address *source, struct netlink_route *route);

/** What the kernel knows of a neighbour. -ENOENT. */
int netlink_neighbour_get(struct netlink_request *request, int ifindex,
			  const struct bgw_address *ip, struct netlink_neighbour *neighbour);

/** The mark on neighbour entries that we made (NDA_PROTOCOL). */
#define NETLINK_PROTOCOL_BGW 0xb6

/**
 * Makes the kernel resolve the neighbour and keep it fresh by itself (NTF_EXT_MANAGED, Linux 5.16).
 * *managed: whether it will; if not, it was asked once (NTF_USE) and must be asked again. An entry
 * that is PERMANENT or NOARP must not be passed: the kernel would take these states away.
 */
int netlink_neighbour_manage(struct netlink_request *request, int ifindex,
			     const struct bgw_address *ip, bool *managed);
/** Makes the kernel resolve or confirm the neighbour now. The same caution. */
int netlink_neighbour_use(struct netlink_request *request, int ifindex,
			  const struct bgw_address *ip);
int netlink_neighbour_delete(struct netlink_request *request, int ifindex,
			     const struct bgw_address *ip);

#endif
