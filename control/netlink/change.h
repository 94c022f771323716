/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_CHANGE_H
#define BGW_CONTROL_NETLINK_CHANGE_H

/**
 * Addresses, routes and rules of Linux, made and taken away. What is made carries the protocol
 * NETLINK_PROTOCOL_BGW, and nothing without it is taken away. Where the kernel refuses, what it
 * says is in netlink_request_said().
 */

#include <stdbool.h>

#include "request.h"

/** -ENODEV. */
int netlink_link_find(struct netlink_request *request, const char *name, struct netlink_link *link);

struct netlink_found {
	bool found;
	bool ours; /**< it carries our protocol; Linux keeps one for addresses since 5.18 */
};

/** -EEXIST: the interface has the address (IPv6: in whatever network). */
int netlink_address_add(struct netlink_request *request, int ifindex,
			const struct bgw_prefix *address);
/** -EADDRNOTAVAIL. */
int netlink_address_delete(struct netlink_request *request, int ifindex,
			   const struct bgw_prefix *address);
int netlink_address_find(struct netlink_request *request, int ifindex,
			 const struct bgw_prefix *address, struct netlink_found *found);

struct netlink_way {
	struct bgw_prefix destination;
	struct bgw_address gateway; /**< family 0: an unreachable route, of least preference */
	uint32_t table;
	int ifindex; /**< 0: where the gateway is */
};

/** -EEXIST: the table has a route to the destination of the same metric. */
int netlink_way_add(struct netlink_request *request, const struct netlink_way *way);
/** -ESRCH. */
int netlink_way_delete(struct netlink_request *request, const struct netlink_way *way);
/** The same route, by gateway. */
int netlink_way_find(struct netlink_request *request, const struct netlink_way *way,
		     struct netlink_found *found);
/** Whether it is there and ours. Where it may be somebody else's as well netlink_way_find() is to
 * be asked, which is given all routes of the table, and a router may have a million. */
bool netlink_way_is_ours(struct netlink_request *request, const struct netlink_way *way);

/** A rule of policy routing: packets with the mark, or to a destination, are routed by a table. */
struct netlink_rule {
	uint8_t family; /**< 4 or 6 */
	uint32_t priority;
	uint32_t table;
	uint32_t mark;		       /**< 0: any */
	struct bgw_prefix destination; /**< family 0: any */
};

int netlink_rule_add(struct netlink_request *request, const struct netlink_rule *rule);
int netlink_rule_delete(struct netlink_request *request, const struct netlink_rule *rule);

#endif
