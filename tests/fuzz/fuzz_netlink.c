/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "netlink/message.h"
#include "underlay.h"

/* A Linux that answers every question with the last thing it said of the kind. */
struct world {
	struct netlink_route route;
	struct netlink_neighbour neighbour;
	uint64_t now_ms;
};

static uint64_t now_ms(void *context)
{
	return ((struct world *)context)->now_ms;
}

static void timer_set(void *context, uint64_t delay_ms)
{
	(void)context;
	(void)delay_ms;
}

static int route_get(void *context, const struct bgw_address *destination,
		     const struct bgw_address *source, struct netlink_route *route)
{
	(void)destination;
	(void)source;
	*route = ((struct world *)context)->route;
	return 0;
}

static int neighbour_get(void *context, int ifindex, const struct bgw_address *ip,
			 struct netlink_neighbour *neighbour)
{
	(void)ifindex;
	(void)ip;
	*neighbour = ((struct world *)context)->neighbour;
	return neighbour->ifindex != 0 ? 0 : -ENOENT;
}

static int neighbour_manage(void *context, int ifindex, const struct bgw_address *ip, bool *managed)
{
	(void)context;
	(void)ip;
	*managed = ifindex % 2 == 0;
	return 0;
}

static int neighbour_use(void *context, int ifindex, const struct bgw_address *ip)
{
	(void)context;
	(void)ifindex;
	(void)ip;
	return 0;
}

static void path_changed(void *context, const struct underlay_path_state *state)
{
	(void)context;
	MUST(memchr(state->reason, '\0', sizeof(state->reason)) && state->reason[0] != '\0');
	MUST(state->state != UNDERLAY_UP || state->port == 1);
}

/* What a value may be, whatever the message was. */
static void check(const struct netlink_message *message)
{
	switch (message->kind) {
	case NETLINK_KIND_LINK:
		MUST(message->link.ifindex > 0 && message->link.parent >= 0);
		MUST(memchr(message->link.name, '\0', sizeof(message->link.name)));
		MUST(message->link.admin_up || !message->link.carrier);
		break;
	case NETLINK_KIND_ADDRESS:
		MUST(message->address.ifindex > 0);
		MUST(message->address.prefix.length <=
		     (message->address.prefix.ip.family == 4 ? 32 : 128));
		break;
	case NETLINK_KIND_ROUTE:
		MUST(message->route.ifindex >= 0);
		break;
	default:
		MUST(message->neighbour.ifindex > 0);
		MUST(message->neighbour.ip.family == 4 || message->neighbour.ip.family == 6);
		break;
	}
}

static void take(struct world *world, struct underlay *underlay, const struct nlmsghdr *header)
{
	struct netlink_message message;
	int rc = netlink_message_parse(header, &message);

	MUST(rc == 0 || rc == -EBADMSG || rc == -EOPNOTSUPP);
	if (rc < 0)
		return;
	check(&message);
	if (message.kind == NETLINK_KIND_ROUTE)
		world->route = message.route;
	if (message.kind == NETLINK_KIND_NEIGHBOUR)
		world->neighbour = message.neighbour;
	underlay_message(underlay, &message);
}

/* Netlink messages one after the other, as in datagrams of a socket. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bgw_address none, remote = {4, {192, 0, 2, 9}},
					      local = {4, {10, 1, 0, 1}};
	struct underlay_port port = {.index = 1, .name = "wan0", .netdev = "e0", .admin_up = true};
	struct world world = {.now_ms = 1000};
	struct underlay_environment environment = {
		.context = &world,
		.now_ms = now_ms,
		.timer_set = timer_set,
		.route_get = route_get,
		.neighbour_get = neighbour_get,
		.neighbour_manage = neighbour_manage,
		.neighbour_use = neighbour_use,
		.neighbour_delete = neighbour_use,
	};
	struct underlay *underlay = underlay_create(&environment, &none);
	uint8_t *copy = fuzz_copy(data, size, 0);
	const struct nlmsghdr *header;
	const uint8_t *at = copy;
	struct underlay_path *path;
	size_t left = size;

	MUST(underlay && underlay_port_set(underlay, &port) == 0);
	path = underlay_path_add(underlay, &remote, &local, path_changed, NULL);
	MUST(path);
	underlay_dump_begin(underlay, NETLINK_KIND_NEIGHBOUR);
	while ((header = netlink_message_next(&at, &left)) != NULL) {
		take(&world, underlay, header);
		world.now_ms += 100;
		underlay_timer(underlay);
	}
	underlay_dump_end(underlay, NETLINK_KIND_NEIGHBOUR);
	underlay_path_remove(path);
	underlay_destroy(underlay);
	free(copy);
	return 0;
}
