/* SPDX-License-Identifier: BSD-3-Clause */
#include "message.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "attribute.h"

static int parse_vlan(const struct nlattr *info, struct netlink_link *link)
{
	const struct nlattr *nested[IFLA_INFO_MAX + 1];
	const struct nlattr *data[IFLA_VLAN_MAX + 1];
	int rc = netlink_attributes_nested(info, nested, IFLA_INFO_MAX);

	if (rc < 0 || nested[IFLA_INFO_KIND] == NULL)
		return rc;
	if (!netlink_attribute_is(nested[IFLA_INFO_KIND], "vlan") || nested[IFLA_INFO_DATA] == NULL)
		return 0;
	rc = netlink_attributes_nested(nested[IFLA_INFO_DATA], data, IFLA_VLAN_MAX);
	return rc < 0 ? rc : netlink_attribute_u16(data[IFLA_VLAN_ID], &link->vlan);
}

static int parse_link(const struct nlmsghdr *header, struct netlink_link *link)
{
	const struct nlattr *attributes[IFLA_MAX + 1];
	const struct ifinfomsg *info = netlink_payload(header, sizeof(*info));
	uint32_t parent = 0;
	int rc;

	if (info == NULL)
		return -EBADMSG;
	if (info->ifi_family != AF_UNSPEC)
		return -EOPNOTSUPP; /* a bridge port's view of a link */
	if (info->ifi_index <= 0)
		return -EBADMSG;
	link->ifindex = info->ifi_index;
	link->ethernet = info->ifi_type == ARPHRD_ETHER;
	link->loopback = (info->ifi_flags & IFF_LOOPBACK) != 0;
	link->admin_up = (info->ifi_flags & IFF_UP) != 0;
	link->carrier = link->admin_up && (info->ifi_flags & IFF_LOWER_UP) != 0;
	rc = netlink_attributes(header, sizeof(*info), attributes, IFLA_MAX);
	if (rc == 0)
		rc = netlink_attribute_text(attributes[IFLA_IFNAME], link->name,
					    sizeof(link->name));
	if (rc == 0)
		rc = netlink_attribute_u32(attributes[IFLA_MTU], &link->mtu_bytes);
	if (rc == 0 && link->ethernet)
		rc = netlink_attribute_mac(attributes[IFLA_ADDRESS], &link->mac);
	if (rc == 0)
		rc = netlink_attribute_u32(attributes[IFLA_LINK], &parent);
	/* In another namespace the parent's number means another interface. */
	if (rc == 0 && attributes[IFLA_LINK_NETNSID] == NULL && parent <= INT32_MAX)
		link->parent = (int)parent;
	if (rc == 0 && attributes[IFLA_LINKINFO] != NULL)
		rc = parse_vlan(attributes[IFLA_LINKINFO], link);
	return rc;
}

static int parse_address(const struct nlmsghdr *header, struct netlink_address *address)
{
	const struct nlattr *attributes[IFA_MAX + 1];
	const struct ifaddrmsg *info = netlink_payload(header, sizeof(*info));
	const struct nlattr *local;
	uint32_t flags;
	int rc;

	if (info == NULL)
		return -EBADMSG;
	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return -EOPNOTSUPP;
	rc = netlink_attributes(header, sizeof(*info), attributes, IFA_MAX);
	if (rc < 0)
		return rc;
	flags = info->ifa_flags;
	if (netlink_attribute_u32(attributes[IFA_FLAGS], &flags) < 0)
		return -EBADMSG;
	/* IFA_ADDRESS is the peer's where an interface has one. */
	local = attributes[IFA_LOCAL] != NULL ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
	if (local == NULL || info->ifa_index == 0 || info->ifa_index > INT32_MAX ||
	    info->ifa_prefixlen > (info->ifa_family == AF_INET ? 32 : 128))
		return -EBADMSG;
	address->ifindex = (int)info->ifa_index;
	address->prefix.length = info->ifa_prefixlen;
	address->usable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0 ||
			  (flags & IFA_F_OPTIMISTIC) != 0;
	return netlink_attribute_ip(local, info->ifa_family, &address->prefix.ip);
}

/* RTA_VIA: a next hop of another family (RFC 8950). */
static int parse_via(const struct nlattr *attribute, struct bgw_address *gateway)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);
	size_t bytes = mnl_attr_get_payload_len(attribute);
	size_t want;

	if (bytes < sizeof(*via))
		return -EBADMSG;
	want = via->rtvia_family == AF_INET ? 4 : via->rtvia_family == AF_INET6 ? 16 : 0;
	if (want == 0 || bytes != sizeof(*via) + want)
		return -EBADMSG;
	gateway->family = want == 4 ? 4 : 6;
	memcpy(gateway->bytes, via->rtvia_addr, want);
	return 0;
}

static int parse_route(const struct nlmsghdr *header, struct netlink_route *route)
{
	const struct nlattr *attributes[RTA_MAX + 1];
	const struct nlattr *metrics[RTAX_MAX + 1];
	const struct rtmsg *info = netlink_payload(header, sizeof(*info));
	uint32_t ifindex = 0;
	int rc;

	if (info == NULL)
		return -EBADMSG;
	if (info->rtm_family != AF_INET && info->rtm_family != AF_INET6)
		return -EOPNOTSUPP;
	route->type = info->rtm_type;
	rc = netlink_attributes(header, sizeof(*info), attributes, RTA_MAX);
	if (rc == 0)
		rc = netlink_attribute_u32(attributes[RTA_OIF], &ifindex);
	if (rc == 0 && ifindex > INT32_MAX)
		rc = -EBADMSG;
	if (rc == 0 && attributes[RTA_GATEWAY] != NULL)
		rc = netlink_attribute_ip(attributes[RTA_GATEWAY], info->rtm_family,
					  &route->gateway);
	if (rc == 0 && attributes[RTA_VIA] != NULL)
		rc = parse_via(attributes[RTA_VIA], &route->gateway);
	if (rc == 0 && attributes[RTA_PREFSRC] != NULL)
		rc = netlink_attribute_ip(attributes[RTA_PREFSRC], info->rtm_family,
					  &route->source);
	if (rc == 0 && attributes[RTA_METRICS] != NULL) {
		rc = netlink_attributes_nested(attributes[RTA_METRICS], metrics, RTAX_MAX);
		if (rc == 0)
			rc = netlink_attribute_u32(metrics[RTAX_MTU], &route->mtu_bytes);
	}
	route->ifindex = (int)ifindex;
	route->encapsulated = rc == 0 && attributes[RTA_ENCAP] != NULL;
	return rc;
}

static int parse_neighbour(const struct nlmsghdr *header, struct netlink_neighbour *neighbour)
{
	const struct nlattr *attributes[NDA_MAX + 1];
	const struct ndmsg *info = netlink_payload(header, sizeof(*info));
	uint32_t extended = 0;
	int rc;

	if (info == NULL)
		return -EBADMSG;
	if ((info->ndm_family != AF_INET && info->ndm_family != AF_INET6) ||
	    (info->ndm_flags & NTF_PROXY) != 0)
		return -EOPNOTSUPP;
	if (info->ndm_ifindex <= 0)
		return -EBADMSG;
	neighbour->ifindex = info->ndm_ifindex;
	neighbour->state = info->ndm_state;
	rc = netlink_attributes(header, sizeof(*info), attributes, NDA_MAX);
	if (rc < 0)
		return rc;
	if (attributes[NDA_DST] == NULL)
		return -EBADMSG;
	rc = netlink_attribute_ip(attributes[NDA_DST], info->ndm_family, &neighbour->ip);
	/* Not every link layer has six bytes; what has not is no next hop of ours. */
	if (rc == 0 && attributes[NDA_LLADDR] != NULL &&
	    mnl_attr_get_payload_len(attributes[NDA_LLADDR]) == sizeof(neighbour->mac.bytes))
		rc = netlink_attribute_mac(attributes[NDA_LLADDR], &neighbour->mac);
	if (rc == 0)
		rc = netlink_attribute_u32(attributes[NDA_FLAGS_EXT], &extended);
	if (rc == 0)
		rc = netlink_attribute_u8(attributes[NDA_PROTOCOL], &neighbour->protocol);
	neighbour->managed = (extended & NTF_EXT_MANAGED) != 0;
	return rc;
}

/* mnl_nlmsg_ok() takes lengths from 2^31 on for negative ones, which fit anything. */
const struct nlmsghdr *netlink_message_next(const uint8_t **at, size_t *left)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)*at;
	size_t step;

	if (*left < sizeof(*header) || header->nlmsg_len < sizeof(*header) ||
	    header->nlmsg_len > *left)
		return NULL;
	step = ((size_t)header->nlmsg_len + 3) & ~(size_t)3;
	if (step > *left)
		step = *left;
	*at += step;
	*left -= step;
	return header;
}

int netlink_message_parse(const struct nlmsghdr *header, struct netlink_message *message)
{
	struct netlink_message parsed;
	int rc;

	memset(&parsed, 0, sizeof(parsed));
	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		parsed.kind = NETLINK_KIND_LINK;
		parsed.removed = header->nlmsg_type == RTM_DELLINK;
		rc = parse_link(header, &parsed.link);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		parsed.kind = NETLINK_KIND_ADDRESS;
		parsed.removed = header->nlmsg_type == RTM_DELADDR;
		rc = parse_address(header, &parsed.address);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		parsed.kind = NETLINK_KIND_ROUTE;
		parsed.removed = header->nlmsg_type == RTM_DELROUTE;
		rc = parse_route(header, &parsed.route);
		break;
	case RTM_NEWRULE:
	case RTM_DELRULE:
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		parsed.kind = NETLINK_KIND_ROUTE;
		parsed.removed =
			header->nlmsg_type == RTM_DELRULE || header->nlmsg_type == RTM_DELNEXTHOP;
		rc = 0;
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		parsed.kind = NETLINK_KIND_NEIGHBOUR;
		parsed.removed = header->nlmsg_type == RTM_DELNEIGH;
		rc = parse_neighbour(header, &parsed.neighbour);
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (rc == 0)
		*message = parsed;
	return rc;
}
