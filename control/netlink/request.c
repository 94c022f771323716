/* SPDX-License-Identifier: BSD-3-Clause */
#include "request.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attribute.h"
#include "request_private.h"
#include "socket.h"

#define RECEIVE_BYTES (64u << 10)
#define ANSWER_BYTES  32768u
#define DUMP_TRIES    8

struct netlink_request {
	int fd;
	uint32_t sequence;
	char said[NETLINK_SAID_SIZE]; /* of the last refusal */
	uint8_t ask[512] __attribute__((aligned(8)));
	uint8_t answer[ANSWER_BYTES] __attribute__((aligned(8)));
};

struct netlink_request *netlink_request_open(void)
{
	struct netlink_request *request = calloc(1, sizeof(*request));

	if (request == NULL)
		return NULL;
	request->fd = netlink_socket_open(RECEIVE_BYTES);
	if (request->fd < 0) {
		int failure = errno;

		free(request);
		errno = failure;
		return NULL;
	}
	/* Refusals come with a reason, and without the message that was refused. */
	setsockopt(request->fd, SOL_NETLINK, NETLINK_EXT_ACK, &(int){1}, sizeof(int));
	setsockopt(request->fd, SOL_NETLINK, NETLINK_CAP_ACK, &(int){1}, sizeof(int));
	return request;
}

void netlink_request_close(struct netlink_request *request)
{
	if (request == NULL)
		return;
	close(request->fd);
	free(request);
}

const char *netlink_request_said(const struct netlink_request *request)
{
	return request->said;
}

struct nlmsghdr *netlink_request_begin(struct netlink_request *request, uint16_t type,
				       uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(request->ask);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = ++request->sequence;
	return header;
}

size_t netlink_ip_bytes(const struct bgw_address *ip)
{
	return ip->family == 4 ? 4 : 16;
}

uint8_t netlink_ip_family(const struct bgw_address *ip)
{
	return ip->family == 4 ? AF_INET : AF_INET6;
}

/* What the kernel says beside its error, if it does. */
static void said_keep(struct netlink_request *request, const struct nlmsghdr *header)
{
	const struct nlattr *attributes[NLMSGERR_ATTR_MAX + 1];

	request->said[0] = '\0';
	if ((header->nlmsg_flags & NLM_F_ACK_TLVS) == 0 ||
	    netlink_attributes(header, sizeof(struct nlmsgerr), attributes, NLMSGERR_ATTR_MAX) < 0)
		return;
	if (netlink_attribute_text(attributes[NLMSGERR_ATTR_MSG], request->said,
				   sizeof(request->said)) < 0)
		request->said[0] = '\0';
}

/* The kernel's verdict on one message: 1 when it is a wanted answer, else 0 (an acknowledgement) or
 * its error. */
static int verdict(struct netlink_request *request, const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(header);

	if (header->nlmsg_type != NLMSG_ERROR)
		return 1;
	if (mnl_nlmsg_get_payload_len(header) < sizeof(*error) || error->error > 0)
		return -EBADMSG;
	said_keep(request, header);
	return error->error;
}

/* One datagram of an answer. Its bytes, or negative errno. */
static ssize_t answer_receive(struct netlink_request *request)
{
	ssize_t bytes;

	do
		bytes = netlink_socket_receive(request->fd, request->answer,
					       sizeof(request->answer), MSG_DONTWAIT);
	while (bytes == -EINTR || bytes == -EBADMSG);
	return bytes == -EAGAIN ? -EIO : bytes;
}

int netlink_request_run(struct netlink_request *request, const struct nlmsghdr *question,
			struct netlink_message *answer)
{
	request->said[0] = '\0';
	if (send(request->fd, question, question->nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t bytes = answer_receive(request);
		const uint8_t *at = request->answer;
		const struct nlmsghdr *header;
		size_t left = bytes > 0 ? (size_t)bytes : 0;

		if (bytes < 0)
			return (int)bytes;
		while ((header = netlink_message_next(&at, &left)) != NULL) {
			int rc;

			if (header->nlmsg_seq != request->sequence)
				continue; /* of a question that was given up */
			rc = verdict(request, header);
			if (rc <= 0)
				return rc == 0 && answer != NULL ? -EIO : rc;
			if (answer != NULL)
				return netlink_message_parse(header, answer);
		}
	}
}

/* 1: there is more; 0: that was the end; negative errno. */
static int dump_part(struct netlink_request *request, size_t bytes, bool *interrupted,
		     netlink_take *take, void *arg)
{
	const uint8_t *at = request->answer;
	const struct nlmsghdr *header;

	while ((header = netlink_message_next(&at, &bytes)) != NULL) {
		if (header->nlmsg_seq != request->sequence)
			continue;
		if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
			*interrupted = true;
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR) {
			int rc = verdict(request, header);

			return rc < 0 ? rc : -EBADMSG;
		}
		take(arg, header);
	}
	return 1;
}

int netlink_request_dump(struct netlink_request *request, struct nlmsghdr *question,
			 netlink_take *take, void *arg)
{
	int rc;

	question->nlmsg_flags |= NLM_F_DUMP;
	for (unsigned int tries = 0; tries < DUMP_TRIES; tries++) {
		bool interrupted = false;

		question->nlmsg_seq = ++request->sequence;
		if (send(request->fd, question, question->nlmsg_len, 0) < 0)
			return -errno;
		do {
			ssize_t bytes = answer_receive(request);

			rc = bytes < 0 ? (int)bytes
				       : dump_part(request, (size_t)bytes, &interrupted, take, arg);
		} while (rc > 0);
		/* What changed amid the dump may be missing from it. */
		if (rc < 0 || !interrupted)
			return rc;
	}
	return -EINTR;
}

static void filter_set(struct netlink_request *request, int is_filtered)
{
	setsockopt(request->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &is_filtered,
		   sizeof(is_filtered));
}

int netlink_request_dump_filtered(struct netlink_request *request, struct nlmsghdr *question,
				  netlink_take *take, void *arg)
{
	int rc;

	filter_set(request, 1);
	rc = netlink_request_dump(request, question, take, arg);
	filter_set(request, 0);
	return rc;
}

int netlink_route_get(struct netlink_request *request, const struct bgw_address *destination,
		      const struct bgw_address *source, struct netlink_route *route)
{
	struct nlmsghdr *header = netlink_request_begin(request, RTM_GETROUTE, 0);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	struct netlink_message answer;
	int rc;

	info->rtm_family = netlink_ip_family(destination);
	info->rtm_dst_len = (uint8_t)(netlink_ip_bytes(destination) * 8);
	mnl_attr_put(header, RTA_DST, netlink_ip_bytes(destination), destination->bytes);
	if (source->family != 0) {
		if (source->family != destination->family)
			return -EINVAL;
		info->rtm_src_len = info->rtm_dst_len;
		mnl_attr_put(header, RTA_SRC, netlink_ip_bytes(source), source->bytes);
	}
	rc = netlink_request_run(request, header, &answer);
	if (rc == 0 && answer.kind != NETLINK_KIND_ROUTE)
		rc = -EBADMSG;
	if (rc == 0)
		*route = answer.route;
	return rc;
}

static struct nlmsghdr *ask_neighbour(struct netlink_request *request, uint16_t type,
				      uint16_t flags, int ifindex, const struct bgw_address *ip,
				      uint16_t state, uint8_t neighbour_flags)
{
	struct nlmsghdr *header = netlink_request_begin(request, type, flags);
	struct ndmsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	info->ndm_family = netlink_ip_family(ip);
	info->ndm_ifindex = ifindex;
	info->ndm_state = state;
	info->ndm_flags = neighbour_flags;
	mnl_attr_put(header, NDA_DST, netlink_ip_bytes(ip), ip->bytes);
	return header;
}

int netlink_neighbour_get(struct netlink_request *request, int ifindex,
			  const struct bgw_address *ip, struct netlink_neighbour *neighbour)
{
	struct nlmsghdr *header = ask_neighbour(request, RTM_GETNEIGH, 0, ifindex, ip, 0, 0);
	struct netlink_message answer;
	int rc = netlink_request_run(request, header, &answer);

	if (rc == 0 && answer.kind != NETLINK_KIND_NEIGHBOUR)
		rc = -EBADMSG;
	if (rc == 0)
		*neighbour = answer.neighbour;
	return rc;
}

int netlink_neighbour_use(struct netlink_request *request, int ifindex,
			  const struct bgw_address *ip)
{
	struct nlmsghdr *header =
		ask_neighbour(request, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
			      ifindex, ip, NUD_NONE, NTF_USE);

	return netlink_request_run(request, header, NULL);
}

int netlink_neighbour_manage(struct netlink_request *request, int ifindex,
			     const struct bgw_address *ip, bool *managed)
{
	struct nlmsghdr *header =
		ask_neighbour(request, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
			      ifindex, ip, NUD_NONE, 0);
	struct netlink_neighbour made;
	int rc;

	mnl_attr_put_u32(header, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	mnl_attr_put_u8(header, NDA_PROTOCOL, NETLINK_PROTOCOL_BGW);
	rc = netlink_request_run(request, header, NULL);
	if (rc < 0)
		return rc;
	/* A kernel that does not know the flag ignores it, and has made an entry that it will not
	 * resolve on its own. */
	*managed = netlink_neighbour_get(request, ifindex, ip, &made) == 0 && made.managed;
	return *managed ? 0 : netlink_neighbour_use(request, ifindex, ip);
}

int netlink_neighbour_delete(struct netlink_request *request, int ifindex,
			     const struct bgw_address *ip)
{
	return netlink_request_run(
		request, ask_neighbour(request, RTM_DELNEIGH, NLM_F_ACK, ifindex, ip, NUD_NONE, 0),
		NULL);
}
