/* SPDX-License-Identifier: BSD-3-Clause */
/* Netlink messages, recorded from a kernel and damaged in every way, as control/netlink reads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <net/if.h> /* before linux/if.h, which then leaves it its names */

#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "guarded.h"
#include "netlink/message.h"
#include "netlink_recorded.h"

#define MAX_BYTES 2048

static const char *const recorded[] = {
	RECORDED_LINK_VETH,
	RECORDED_LINK_DOWN,
	RECORDED_ADDRESS,
	RECORDED_ADDRESS_PEER,
	RECORDED_ADDRESS_PEER_REMOVED,
	RECORDED_NEIGHBOUR_MANAGED,
	RECORDED_NEIGHBOUR_REMOVED,
	RECORDED_ROUTE_MTU,
	RECORDED_ROUTE_VIA_IPV6,
	RECORDED_RULE,
	RECORDED_NEXT_HOP_OBJECT,
	RECORDED_ROUTE_ANSWER,
};
#define RECORDED_COUNT (sizeof(recorded) / sizeof(recorded[0]))

static size_t unhex(const char *text, uint8_t *bytes)
{
	size_t count = strlen(text) / 2;

	assert_true(count <= MAX_BYTES);
	for (size_t i = 0; i < count; i++) {
		unsigned int value;

		assert_int_equal(sscanf(text + 2 * i, "%2x", &value), 1);
		bytes[i] = (uint8_t)value;
	}
	return count;
}

/* The message behind which nothing can be read. */
static const struct nlmsghdr *placed(const uint8_t *bytes, size_t count)
{
	return (const struct nlmsghdr *)guarded_copy(bytes, (count + 3) & ~(size_t)3);
}

static struct netlink_message parsed(const char *text)
{
	uint8_t bytes[MAX_BYTES];
	size_t count = unhex(text, bytes);
	struct netlink_message message;

	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), 0);
	return message;
}

static void assert_ip(const struct bgw_address *ip, const char *text)
{
	char is[BGW_ADDRESS_TEXT_SIZE];

	assert_string_equal(bgw_address_format(ip, is), text);
}

static void test_link(void **state)
{
	struct netlink_message message = parsed(RECORDED_LINK_VETH);

	(void)state;
	assert_int_equal(message.kind, NETLINK_KIND_LINK);
	assert_false(message.removed);
	assert_string_equal(message.link.name, "e0");
	assert_true(message.link.ifindex > 0);
	assert_true(message.link.ethernet);
	assert_true(message.link.admin_up);
	assert_true(message.link.carrier);
	assert_false(message.link.loopback);
	assert_int_equal(message.link.mtu_bytes, 1500);
	assert_int_equal(message.link.vlan, 0);
	/* Its peer's number is one of another namespace. */
	assert_int_equal(message.link.parent, 0);
	message = parsed(RECORDED_LINK_DOWN);
	assert_false(message.link.admin_up);
	assert_false(message.link.carrier);
}

static void test_address(void **state)
{
	struct netlink_message message = parsed(RECORDED_ADDRESS);

	(void)state;
	assert_int_equal(message.kind, NETLINK_KIND_ADDRESS);
	assert_ip(&message.address.prefix.ip, "10.1.0.1");
	assert_int_equal(message.address.prefix.length, 24);
	assert_true(message.address.usable);
}

static void test_address_with_a_peer_is_the_local_one(void **state)
{
	struct netlink_message message = parsed(RECORDED_ADDRESS_PEER);

	(void)state;
	assert_ip(&message.address.prefix.ip, "10.7.0.1");
	message = parsed(RECORDED_ADDRESS_PEER_REMOVED);
	assert_true(message.removed);
	assert_ip(&message.address.prefix.ip, "10.7.0.1");
}

static void test_neighbour(void **state)
{
	struct netlink_message message = parsed(RECORDED_NEIGHBOUR_MANAGED);

	(void)state;
	assert_int_equal(message.kind, NETLINK_KIND_NEIGHBOUR);
	assert_ip(&message.neighbour.ip, "10.1.0.2");
	assert_true(message.neighbour.managed);
	assert_int_equal(message.neighbour.state, NUD_REACHABLE);
	assert_int_not_equal(message.neighbour.mac.bytes[5] | message.neighbour.mac.bytes[4], 0);
	message = parsed(RECORDED_NEIGHBOUR_REMOVED);
	assert_true(message.removed);
	assert_ip(&message.neighbour.ip, "10.1.0.2");
}

static void test_route(void **state)
{
	struct netlink_message message = parsed(RECORDED_ROUTE_MTU);

	(void)state;
	assert_int_equal(message.kind, NETLINK_KIND_ROUTE);
	assert_int_equal(message.route.type, RTN_UNICAST);
	assert_ip(&message.route.gateway, "10.1.0.2");
	assert_int_equal(message.route.mtu_bytes, 1400);
	assert_true(message.route.ifindex > 0);
	message = parsed(RECORDED_ROUTE_ANSWER);
	assert_ip(&message.route.gateway, "10.1.0.2");
	assert_int_equal(message.route.mtu_bytes, 1400);
	message = parsed(RECORDED_ROUTE_VIA_IPV6);
	assert_ip(&message.route.gateway, "fe80::1");
	assert_false(message.route.encapsulated);
}

static void test_rules_and_next_hop_objects_are_route_changes(void **state)
{
	(void)state;
	assert_int_equal(parsed(RECORDED_RULE).kind, NETLINK_KIND_ROUTE);
	assert_int_equal(parsed(RECORDED_NEXT_HOP_OBJECT).kind, NETLINK_KIND_ROUTE);
}

/* A VLAN device, as the kernel would tell it. */
static size_t vlan_link(uint8_t *bytes, uint16_t vid, bool foreign_parent)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	struct nlattr *outer, *inner;
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

	header->nlmsg_type = RTM_NEWLINK;
	info->ifi_type = ARPHRD_ETHER;
	info->ifi_index = 9;
	info->ifi_flags = IFF_UP | IFF_LOWER_UP;
	mnl_attr_put_strz(header, IFLA_IFNAME, "e0.100");
	mnl_attr_put(header, IFLA_ADDRESS, sizeof(mac), mac);
	mnl_attr_put_u32(header, IFLA_LINK, 3);
	if (foreign_parent)
		mnl_attr_put_u32(header, IFLA_LINK_NETNSID, 0);
	outer = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "vlan");
	inner = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	mnl_attr_put_u16(header, IFLA_VLAN_ID, vid);
	mnl_attr_nest_end(header, inner);
	mnl_attr_nest_end(header, outer);
	return header->nlmsg_len;
}

static void test_vlan_device(void **state)
{
	uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
	struct netlink_message message;
	size_t count = vlan_link(bytes, 100, false);

	(void)state;
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), 0);
	assert_int_equal(message.link.vlan, 100);
	assert_int_equal(message.link.parent, 3);
	count = vlan_link(bytes, 100, true);
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), 0);
	assert_int_equal(message.link.parent, 0);
}

static size_t neighbour(uint8_t *bytes, uint8_t family, uint8_t flags, size_t mac_bytes)
{
	static const uint8_t zeroes[32];
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct ndmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	header->nlmsg_type = RTM_NEWNEIGH;
	info->ndm_family = family;
	info->ndm_ifindex = 3;
	info->ndm_flags = flags;
	info->ndm_state = NUD_REACHABLE;
	mnl_attr_put(header, NDA_DST, family == AF_INET6 ? 16 : 4, zeroes);
	mnl_attr_put(header, NDA_LLADDR, mac_bytes, zeroes);
	return header->nlmsg_len;
}

static void test_what_is_of_no_interest(void **state)
{
	uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
	struct netlink_message message;
	size_t count = neighbour(bytes, AF_BRIDGE, NTF_SELF, 6);

	(void)state;
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EOPNOTSUPP);
	count = neighbour(bytes, AF_INET, NTF_PROXY, 6);
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EOPNOTSUPP);
	/* InfiniBand, say: an address, but none that a frame could carry. */
	count = neighbour(bytes, AF_INET, 0, 20);
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), 0);
	assert_int_equal(message.neighbour.mac.bytes[0], 0);
	((struct nlmsghdr *)bytes)->nlmsg_type = RTM_NEWQDISC;
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EOPNOTSUPP);
}

/* An attribute of the first level. */
static struct nlattr *attribute_of(uint8_t *bytes, size_t fixed_bytes, uint16_t type)
{
	size_t end = ((const struct nlmsghdr *)bytes)->nlmsg_len;

	for (size_t at = sizeof(struct nlmsghdr) + fixed_bytes; at < end;) {
		struct nlattr *attribute = (struct nlattr *)(bytes + at);

		if (mnl_attr_get_type(attribute) == type)
			return attribute;
		at += (attribute->nla_len + 3u) & ~3u;
	}
	fail_msg("no attribute %u", type);
	return NULL;
}

static void test_wrong_sizes_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t fixed_bytes;
		uint16_t type;
	} cases[] = {
		{RECORDED_LINK_VETH, sizeof(struct ifinfomsg), IFLA_MTU},
		{RECORDED_LINK_VETH, sizeof(struct ifinfomsg), IFLA_ADDRESS},
		{RECORDED_ADDRESS, sizeof(struct ifaddrmsg), IFA_LOCAL},
		{RECORDED_ADDRESS, sizeof(struct ifaddrmsg), IFA_FLAGS},
		{RECORDED_NEIGHBOUR_MANAGED, sizeof(struct ndmsg), NDA_DST},
		{RECORDED_NEIGHBOUR_MANAGED, sizeof(struct ndmsg), NDA_FLAGS_EXT},
		{RECORDED_ROUTE_MTU, sizeof(struct rtmsg), RTA_GATEWAY},
		{RECORDED_ROUTE_MTU, sizeof(struct rtmsg), RTA_OIF},
		{RECORDED_ROUTE_VIA_IPV6, sizeof(struct rtmsg), RTA_VIA},
	};
	uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
	struct netlink_message message;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = unhex(cases[i].text, bytes);
		struct nlattr *attribute = attribute_of(bytes, cases[i].fixed_bytes, cases[i].type);

		/* Still where the next one begins after it, but a byte shorter. */
		attribute->nla_len--;
		assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EBADMSG);
	}
}

static void test_interface_name_must_end(void **state)
{
	uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
	size_t count = unhex(RECORDED_LINK_VETH, bytes);
	struct nlattr *name = attribute_of(bytes, sizeof(struct ifinfomsg), IFLA_IFNAME);
	struct netlink_message message;

	(void)state;
	memset(mnl_attr_get_payload(name), 'x', mnl_attr_get_payload_len(name));
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EBADMSG);
}

static void test_numbers_out_of_range_are_refused(void **state)
{
	uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
	size_t count = unhex(RECORDED_ADDRESS, bytes);
	struct ifaddrmsg *info = (struct ifaddrmsg *)(bytes + sizeof(struct nlmsghdr));
	struct netlink_message message;

	(void)state;
	info->ifa_prefixlen = 33;
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EBADMSG);
	info->ifa_prefixlen = 32;
	info->ifa_index = 0x80000000u;
	assert_int_equal(netlink_message_parse(placed(bytes, count), &message), -EBADMSG);
}

/* Cut at every length: never read beyond, and never half a value. */
static void test_cut_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < RECORDED_COUNT; i++) {
		uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
		size_t count = unhex(recorded[i], bytes);
		struct netlink_message message;

		for (size_t cut = sizeof(struct nlmsghdr); cut < count; cut++) {
			int rc;

			((struct nlmsghdr *)bytes)->nlmsg_len = (uint32_t)cut;
			rc = netlink_message_parse(placed(bytes, cut), &message);
			assert_true(rc == 0 || rc == -EBADMSG || rc == -EOPNOTSUPP);
			if (cut < sizeof(struct nlmsghdr) + sizeof(struct ndmsg) &&
			    message.kind != NETLINK_KIND_ROUTE)
				assert_int_not_equal(rc, 0);
		}
	}
}

/* Every byte with every bit turned. */
static void test_damaged_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < RECORDED_COUNT; i++) {
		uint8_t bytes[MAX_BYTES] __attribute__((aligned(8)));
		size_t count = unhex(recorded[i], bytes);
		struct netlink_message message;

		for (size_t at = sizeof(uint32_t); at < count; at++)
			for (unsigned int bit = 0; bit < 8; bit++) {
				bytes[at] ^= (uint8_t)(1u << bit);
				(void)netlink_message_parse(placed(bytes, count), &message);
				bytes[at] ^= (uint8_t)(1u << bit);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_address_with_a_peer_is_the_local_one),
		cmocka_unit_test(test_neighbour),
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_rules_and_next_hop_objects_are_route_changes),
		cmocka_unit_test(test_vlan_device),
		cmocka_unit_test(test_what_is_of_no_interest),
		cmocka_unit_test(test_wrong_sizes_are_refused),
		cmocka_unit_test(test_interface_name_must_end),
		cmocka_unit_test(test_numbers_out_of_range_are_refused),
		cmocka_unit_test(test_cut_messages),
		cmocka_unit_test(test_damaged_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
