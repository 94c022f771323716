/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_MESSAGE_H
#define BGW_CONTROL_NETLINK_MESSAGE_H

/**
 * What the kernel says over rtnetlink (RFC 3549, linux/rtnetlink.h), as plain values. Pure: bytes
 * in, values out. Nothing here trusts a length: a message whose attributes do not fit it, or have
 * another size than their type, is refused as a whole.
 */

#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "values.h"

enum netlink_kind {
	NETLINK_KIND_LINK,
	NETLINK_KIND_ADDRESS,
	NETLINK_KIND_ROUTE, /**< also rules and next-hop objects, of which only `removed` is set */
	NETLINK_KIND_NEIGHBOUR,
	NETLINK_KIND_COUNT,
};

struct netlink_link {
	int ifindex;
	char name[IFNAMSIZ];
	bool ethernet; /**< ARPHRD_ETHER; else mac is zero */
	bool admin_up; /**< IFF_UP */
	bool carrier;  /**< IFF_LOWER_UP, of an interface that is up */
	bool loopback;
	struct bgw_mac mac;
	uint32_t mtu_bytes;
	int parent;    /**< ifindex that it stands on, in the same namespace; 0 none */
	uint16_t vlan; /**< VID of a VLAN device, 0: it is none */
};

struct netlink_address {
	int ifindex;
	struct bgw_prefix prefix; /**< the local address */
	bool usable;		  /**< neither tentative nor a duplicate */
};

/** The answer to a lookup, or a route that changed. Host order. */
struct netlink_route {
	uint8_t type;		    /**< RTN_UNICAST, RTN_LOCAL, ... */
	int ifindex;		    /**< 0 when it names none: several next hops, blackhole */
	struct bgw_address gateway; /**< family 0: on link; may be IPv6 for an IPv4 route */
	struct bgw_address source;  /**< preferred source, family 0 none */
	uint32_t mtu_bytes;	    /**< metric or learned exception, 0 none */
	bool encapsulated;	    /**< MPLS, SEG6...: has more headers than a next hop */
};

struct netlink_neighbour {
	int ifindex;
	struct bgw_address ip;
	struct bgw_mac mac; /**< zero when unknown */
	uint16_t state;	    /**< NUD_* */
	bool managed;	    /**< NTF_EXT_MANAGED */
	uint8_t protocol;   /**< who made it (NDA_PROTOCOL), 0 unknown */
};

struct netlink_message {
	enum netlink_kind kind;
	bool removed;
	union {
		struct netlink_link link;
		struct netlink_address address;
		struct netlink_route route;
		struct netlink_neighbour neighbour;
	};
};

/**
 * The next message of a datagram: *at and *left, which shrinks, are what is still to be read. NULL
 * at its end, or where what follows is no whole message (*left is not 0 then).
 */
const struct nlmsghdr *netlink_message_next(const uint8_t **at, size_t *left);

/**
 * Reads one message, as netlink_message_next() gives it.
 *
 * @return 0; -EOPNOTSUPP: of no interest here (bridge FDB entries, proxy neighbours, other types
 * and families); -EBADMSG: malformed. *message is set only on 0.
 */
int netlink_message_parse(const struct nlmsghdr *header, struct netlink_message *message);

#endif
