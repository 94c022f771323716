/* SPDX-License-Identifier: BSD-3-Clause */
#include "change.h"

#include <errno.h>
#include <limits.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "attribute.h"
#include "request_private.h"

#define CREATE (NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)

/* What IPv6 takes for a route that names no metric. */
#define IPV6_METRIC	 1024
#define LAST_METRIC_IPV6 (UINT32_MAX - 1)
#define LAST_METRIC	 UINT32_MAX

int netlink_link_find(struct netlink_request *request, const char *name, struct netlink_link *link)
{
	struct nlmsghdr *header = netlink_request_begin(request, RTM_GETLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	struct netlink_message answer;
	int rc;

	info->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	rc = netlink_request_run(request, header, &answer);
	if (rc == 0 && answer.kind != NETLINK_KIND_LINK)
		rc = -EBADMSG;
	if (rc == 0)
		*link = answer.link;
	return rc;
}

static struct nlmsghdr *address_begin(struct netlink_request *request, uint16_t type,
				      uint16_t flags, int ifindex, const struct bgw_prefix *address)
{
	struct nlmsghdr *header = netlink_request_begin(request, type, flags);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	info->ifa_family = netlink_ip_family(&address->ip);
	info->ifa_prefixlen = address->length;
	info->ifa_scope = RT_SCOPE_UNIVERSE;
	info->ifa_index = (unsigned int)ifindex;
	mnl_attr_put(header, IFA_LOCAL, netlink_ip_bytes(&address->ip), address->ip.bytes);
	mnl_attr_put(header, IFA_ADDRESS, netlink_ip_bytes(&address->ip), address->ip.bytes);
	return header;
}

int netlink_address_add(struct netlink_request *request, int ifindex,
			const struct bgw_prefix *address)
{
	struct nlmsghdr *header = address_begin(request, RTM_NEWADDR, CREATE, ifindex, address);

	mnl_attr_put_u8(header, IFA_PROTO, NETLINK_PROTOCOL_BGW);
	return netlink_request_run(request, header, NULL);
}

int netlink_address_delete(struct netlink_request *request, int ifindex,
			   const struct bgw_prefix *address)
{
	return netlink_request_run(
		request, address_begin(request, RTM_DELADDR, NLM_F_ACK, ifindex, address), NULL);
}

struct search {
	int ifindex;
	const struct bgw_prefix *address;
	const struct netlink_way *way;
	struct netlink_found found;
	int rc;
};

static void take_address(void *arg, const struct nlmsghdr *header)
{
	const struct nlattr *attributes[IFA_MAX + 1];
	const struct ifaddrmsg *info = netlink_payload(header, sizeof(*info));
	uint8_t protocol = NETLINK_PROTOCOL_BGW;
	struct netlink_message message;
	struct search *search = arg;

	if (netlink_message_parse(header, &message) < 0 || message.kind != NETLINK_KIND_ADDRESS ||
	    message.address.ifindex != search->ifindex ||
	    message.address.prefix.length != search->address->length ||
	    !bgw_address_equal(&message.address.prefix.ip, &search->address->ip))
		return;
	if (netlink_attributes(header, sizeof(*info), attributes, IFA_MAX) < 0)
		return;
	/* A kernel that knows the attribute leaves it out where nobody gave one. */
	if (attributes[IFA_PROTO] == NULL)
		protocol = 0;
	if (netlink_attribute_u8(attributes[IFA_PROTO], &protocol) < 0)
		return;
	search->found.found = true;
	search->found.ours = protocol == NETLINK_PROTOCOL_BGW;
}

int netlink_address_find(struct netlink_request *request, int ifindex,
			 const struct bgw_prefix *address, struct netlink_found *found)
{
	struct search search = {.ifindex = ifindex, .address = address};
	struct nlmsghdr *header = netlink_request_begin(request, RTM_GETADDR, 0);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	int rc;

	info->ifa_family = netlink_ip_family(&address->ip);
	rc = netlink_request_dump(request, header, take_address, &search);
	*found = search.found;
	return rc;
}

static uint32_t way_metric(const struct netlink_way *way)
{
	if (way->gateway.family == 0)
		return way->destination.ip.family == 4 ? LAST_METRIC : LAST_METRIC_IPV6;
	return way->destination.ip.family == 4 ? 0 : IPV6_METRIC;
}

static struct nlmsghdr *way_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
				  const struct netlink_way *way)
{
	struct nlmsghdr *header = netlink_request_begin(request, type, flags);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	info->rtm_family = netlink_ip_family(&way->destination.ip);
	info->rtm_dst_len = way->destination.length;
	info->rtm_table = way->table < 256 ? (uint8_t)way->table : RT_TABLE_COMPAT;
	info->rtm_protocol = NETLINK_PROTOCOL_BGW;
	info->rtm_scope = RT_SCOPE_UNIVERSE;
	info->rtm_type = way->gateway.family != 0 ? RTN_UNICAST : RTN_UNREACHABLE;
	if (way->destination.length > 0)
		mnl_attr_put(header, RTA_DST, netlink_ip_bytes(&way->destination.ip),
			     way->destination.ip.bytes);
	if (way->gateway.family != 0)
		mnl_attr_put(header, RTA_GATEWAY, netlink_ip_bytes(&way->gateway),
			     way->gateway.bytes);
	if (way->ifindex != 0)
		mnl_attr_put_u32(header, RTA_OIF, (uint32_t)way->ifindex);
	mnl_attr_put_u32(header, RTA_TABLE, way->table);
	if (way_metric(way) != 0)
		mnl_attr_put_u32(header, RTA_PRIORITY, way_metric(way));
	return header;
}

int netlink_way_add(struct netlink_request *request, const struct netlink_way *way)
{
	return netlink_request_run(request, way_begin(request, RTM_NEWROUTE, CREATE, way), NULL);
}

int netlink_way_delete(struct netlink_request *request, const struct netlink_way *way)
{
	return netlink_request_run(request, way_begin(request, RTM_DELROUTE, NLM_F_ACK, way), NULL);
}

/* Whether the message is of a route to the same destination in the same place. */
static bool is_same_place(const struct rtmsg *info, const struct nlattr **attributes,
			  const struct netlink_way *way)
{
	const struct bgw_address none = {way->destination.ip.family, {0}};
	struct bgw_address destination = none;
	uint32_t table = info->rtm_table, metric = 0;

	if (info->rtm_family != netlink_ip_family(&way->destination.ip) ||
	    info->rtm_dst_len != way->destination.length || info->rtm_tos != 0 ||
	    netlink_attribute_u32(attributes[RTA_TABLE], &table) < 0 ||
	    netlink_attribute_u32(attributes[RTA_PRIORITY], &metric) < 0)
		return false;
	if (attributes[RTA_DST] != NULL &&
	    netlink_attribute_ip(attributes[RTA_DST], info->rtm_family, &destination) < 0)
		return false;
	return table == way->table && metric == way_metric(way) &&
	       bgw_address_equal(&destination, &way->destination.ip);
}

static void take_route(void *arg, const struct nlmsghdr *header)
{
	const struct nlattr *attributes[RTA_MAX + 1];
	const struct rtmsg *info = netlink_payload(header, sizeof(*info));
	struct netlink_message message;
	struct search *search = arg;

	if (header->nlmsg_type != RTM_NEWROUTE || netlink_message_parse(header, &message) < 0 ||
	    netlink_attributes(header, sizeof(*info), attributes, RTA_MAX) < 0 ||
	    (info->rtm_flags & RTM_F_CLONED) != 0 ||
	    !is_same_place(info, attributes, search->way) || attributes[RTA_MULTIPATH] != NULL ||
	    !bgw_address_equal(&message.route.gateway, &search->way->gateway))
		return;
	search->found.found = true;
	search->found.ours = info->rtm_protocol == NETLINK_PROTOCOL_BGW;
}

/* In the table alone, and of whom the protocol names; RTPROT_UNSPEC all. */
static int search_routes(struct netlink_request *request, uint8_t protocol, struct search *search)
{
	struct nlmsghdr *header = netlink_request_begin(request, RTM_GETROUTE, 0);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	int rc;

	info->rtm_family = netlink_ip_family(&search->way->destination.ip);
	info->rtm_protocol = protocol;
	mnl_attr_put_u32(header, RTA_TABLE, search->way->table);
	rc = netlink_request_dump_filtered(request, header, take_route, search);
	return rc == -ENOENT ? 0 : rc; /* there is no such table */
}

int netlink_way_find(struct netlink_request *request, const struct netlink_way *way,
		     struct netlink_found *found)
{
	struct search search = {.way = way};
	int rc = search_routes(request, RTPROT_UNSPEC, &search);

	*found = search.found;
	return rc;
}

bool netlink_way_is_ours(struct netlink_request *request, const struct netlink_way *way)
{
	struct search search = {.way = way};

	return search_routes(request, NETLINK_PROTOCOL_BGW, &search) == 0 && search.found.found;
}

static struct nlmsghdr *rule_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
				   const struct netlink_rule *rule)
{
	struct nlmsghdr *header = netlink_request_begin(request, type, flags);
	struct fib_rule_hdr *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	info->family = rule->family == 4 ? AF_INET : AF_INET6;
	info->table = rule->table < 256 ? (uint8_t)rule->table : RT_TABLE_UNSPEC;
	info->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(header, FRA_TABLE, rule->table);
	mnl_attr_put_u32(header, FRA_PRIORITY, rule->priority);
	mnl_attr_put_u8(header, FRA_PROTOCOL, NETLINK_PROTOCOL_BGW);
	if (rule->mark != 0) {
		mnl_attr_put_u32(header, FRA_FWMARK, rule->mark);
		mnl_attr_put_u32(header, FRA_FWMASK, UINT32_MAX);
	}
	if (rule->destination.ip.family != 0) {
		info->dst_len = rule->destination.length;
		mnl_attr_put(header, FRA_DST, netlink_ip_bytes(&rule->destination.ip),
			     rule->destination.ip.bytes);
	}
	return header;
}

int netlink_rule_add(struct netlink_request *request, const struct netlink_rule *rule)
{
	return netlink_request_run(request, rule_begin(request, RTM_NEWRULE, CREATE, rule), NULL);
}

int netlink_rule_delete(struct netlink_request *request, const struct netlink_rule *rule)
{
	return netlink_request_run(request, rule_begin(request, RTM_DELRULE, NLM_F_ACK, rule),
				   NULL);
}
