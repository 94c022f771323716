/* SPDX-License-Identifier: BSD-3-Clause */
#include "conntrack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/attribute.h"

/* Flows forgotten in one go; the dump goes on after them. */
#define MAX_FLOWS  1024
#define FLOW_BYTES 256
#define READ_BYTES (64u << 10)
/* Of netlink and of nfnetlink, with room. */
#define HEADER_BYTES 64

struct flow {
	uint8_t bytes[FLOW_BYTES];
	size_t size;
};

struct search {
	const struct agent_nat *nat;
	struct flow *flows;
	size_t count;
	bool more;
};

static uint8_t family_of(const struct agent_nat *nat)
{
	return nat->internal.ip.family == 4 ? AF_INET : AF_INET6;
}

static bool read_ip(const struct nlattr *attribute, uint8_t family, struct bgw_address *ip)
{
	return attribute != NULL && netlink_attribute_ip(attribute, family, ip) == 0;
}

/* Whether a flow of this tuple is, or would be, translated. */
static bool is_translated(const struct nlattr *tuple, const struct agent_nat *nat)
{
	const struct nlattr *parts[CTA_TUPLE_MAX + 1], *ips[CTA_IP_MAX + 1];
	bool is_ipv4 = nat->internal.ip.family == 4;
	struct bgw_address source, destination;

	if (tuple == NULL || netlink_attributes_nested(tuple, parts, CTA_TUPLE_MAX) < 0 ||
	    parts[CTA_TUPLE_IP] == NULL ||
	    netlink_attributes_nested(parts[CTA_TUPLE_IP], ips, CTA_IP_MAX) < 0 ||
	    !read_ip(ips[is_ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC], family_of(nat), &source) ||
	    !read_ip(ips[is_ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST], family_of(nat), &destination))
		return false;
	return agent_network_has(&nat->remapping, &destination) ||
	       (nat->peer.ip.family != 0 && agent_network_has(&nat->internal, &source) &&
		agent_network_has(&nat->peer, &destination) &&
		!agent_network_has(&nat->internal, &destination));
}

/* Keeps what names the flow: its tuple, its zone and its id. */
static int take_flow(const struct nlmsghdr *header, void *arg)
{
	const struct nlattr *attributes[CTA_MAX + 1];
	static const uint16_t names[] = {CTA_TUPLE_ORIG, CTA_ZONE, CTA_ID};
	struct search *search = arg;
	struct flow *flow = &search->flows[search->count];

	if (netlink_attributes(header, sizeof(struct nfgenmsg), attributes, CTA_MAX) < 0 ||
	    !is_translated(attributes[CTA_TUPLE_ORIG], search->nat))
		return MNL_CB_OK;
	if (search->count == MAX_FLOWS) {
		search->more = true;
		return MNL_CB_OK;
	}
	flow->size = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct nlattr *attribute = attributes[names[i]];
		size_t bytes = attribute != NULL ? MNL_ALIGN(attribute->nla_len) : 0;

		if (flow->size + bytes > FLOW_BYTES)
			return MNL_CB_OK;
		if (bytes > 0)
			memcpy(flow->bytes + flow->size, attribute, bytes);
		flow->size += bytes;
	}
	search->count++;
	return MNL_CB_OK;
}

static struct nlmsghdr *begin(void *buffer, uint16_t type, uint16_t flags, uint8_t family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *message;

	header->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	message->nfgen_family = family;
	message->version = NFNETLINK_V0;
	return header;
}

/* 0, or negative errno: of the kernel, or of the socket. */
static int run(struct mnl_socket *socket, const struct nlmsghdr *header, mnl_cb_t take, void *arg)
{
	uint8_t *answer = malloc(READ_BYTES);
	int rc = answer != NULL ? MNL_CB_OK : -ENOMEM;

	if (rc > 0 && mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		rc = -errno;
	while (rc > 0) {
		ssize_t bytes = mnl_socket_recvfrom(socket, answer, READ_BYTES);

		rc = bytes < 0 ? -1
			       : mnl_cb_run(answer, (size_t)bytes, 0, mnl_socket_get_portid(socket),
					    take, arg);
		if (rc < 0)
			rc = -errno;
	}
	free(answer);
	return rc;
}

static int forget_some(struct mnl_socket *socket, struct search *search)
{
	uint8_t buffer[HEADER_BYTES + FLOW_BYTES] __attribute__((aligned(8)));
	int rc;

	search->count = 0;
	search->more = false;
	rc = run(socket, begin(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family_of(search->nat)),
		 take_flow, search);
	for (size_t i = 0; i < search->count && rc == 0; i++) {
		struct nlmsghdr *header =
			begin(buffer, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family_of(search->nat));

		memcpy(mnl_nlmsg_get_payload_tail(header), search->flows[i].bytes,
		       search->flows[i].size);
		header->nlmsg_len += (uint32_t)search->flows[i].size;
		rc = run(socket, header, NULL, NULL);
		if (rc == -ENOENT)
			rc = 0; /* it ended meanwhile */
	}
	return rc;
}

int conntrack_forget(const struct agent_nat *nat)
{
	struct search search = {.nat = nat, .flows = malloc(MAX_FLOWS * sizeof(struct flow))};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int rc = 0;

	if (socket == NULL || search.flows == NULL ||
	    mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		rc = errno != 0 ? -errno : -ENOMEM;
	do {
		if (rc == 0)
			rc = forget_some(socket, &search);
	} while (rc == 0 && search.more);
	if (socket != NULL)
		mnl_socket_close(socket);
	free(search.flows);
	return rc;
}
