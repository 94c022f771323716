/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_REQUEST_PRIVATE_H
#define BGW_CONTROL_NETLINK_REQUEST_PRIVATE_H

/** How requests are made and sent, for the files of control/netlink/. */

#include <libmnl/libmnl.h>

#include "request.h"

/** A message in the request's memory, to be filled. */
struct nlmsghdr *netlink_request_begin(struct netlink_request *request, uint16_t type,
				       uint16_t flags);

/** Sends it and waits for its acknowledgement or, with `answer`, its answer. */
int netlink_request_run(struct netlink_request *request, const struct nlmsghdr *question,
			struct netlink_message *answer);

/** Sends it with NLM_F_DUMP and gives each message of the answer to `take`, until the end. */
typedef void netlink_take(void *arg, const struct nlmsghdr *header);
int netlink_request_dump(struct netlink_request *request, struct nlmsghdr *question,
			 netlink_take *take, void *arg);

/** The same of what the question's header and attributes name, by the kernel's own filter: the
 * header has nothing that is not meant so. */
int netlink_request_dump_filtered(struct netlink_request *request, struct nlmsghdr *question,
				  netlink_take *take, void *arg);

size_t netlink_ip_bytes(const struct bgw_address *ip);
uint8_t netlink_ip_family(const struct bgw_address *ip);

#endif
