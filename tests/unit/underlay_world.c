/* SPDX-License-Identifier: BSD-3-Clause */
#include "underlay_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink/request.h"

struct bgw_address world_ip(const char *text)
{
	struct bgw_address ip;

	assert_int_equal(bgw_address_parse(text, &ip), 0);
	return ip;
}

struct bgw_mac world_mac(const char *text)
{
	struct bgw_mac mac;

	assert_int_equal(bgw_mac_parse(text, &mac), 0);
	return mac;
}

void world_assert_mac(const struct bgw_mac *mac, const char *text)
{
	char is[BGW_MAC_TEXT_SIZE];

	assert_string_equal(bgw_mac_format(mac, is), text);
}

struct netlink_neighbour *world_neighbour_find(struct world *world, const struct bgw_address *ip)
{
	for (size_t i = 0; i < WORLD_NEIGHBOURS; i++)
		if (world->neighbours[i].ifindex != 0 &&
		    bgw_address_equal(&world->neighbours[i].ip, ip))
			return &world->neighbours[i];
	return NULL;
}

static struct netlink_neighbour *neighbour_place(struct world *world, int ifindex,
						 const struct bgw_address *ip)
{
	struct netlink_neighbour *found = world_neighbour_find(world, ip);

	for (size_t i = 0; i < WORLD_NEIGHBOURS && found == NULL; i++)
		if (world->neighbours[i].ifindex == 0) {
			found = &world->neighbours[i];
			memset(found, 0, sizeof(*found));
			found->ifindex = ifindex;
			found->ip = *ip;
		}
	assert_non_null(found);
	return found;
}

static uint64_t now_ms(void *context)
{
	return ((struct world *)context)->now_ms;
}

static void timer_set(void *context, uint64_t delay_ms)
{
	struct world *world = context;

	world->timer_ms = world->now_ms + delay_ms;
}

static int route_get(void *context, const struct bgw_address *destination,
		     const struct bgw_address *source, struct netlink_route *route)
{
	struct world *world = context;

	(void)destination;
	world->lookups++;
	world->looked_up_from = *source;
	if (world->route_rc == 0)
		*route = world->route;
	return world->route_rc;
}

static int neighbour_get(void *context, int ifindex, const struct bgw_address *ip,
			 struct netlink_neighbour *neighbour)
{
	const struct netlink_neighbour *found = world_neighbour_find(context, ip);

	if (found == NULL || found->ifindex != ifindex)
		return -ENOENT;
	*neighbour = *found;
	return 0;
}

static int neighbour_manage(void *context, int ifindex, const struct bgw_address *ip, bool *managed)
{
	struct world *world = context;
	struct netlink_neighbour *entry = neighbour_place(world, ifindex, ip);

	world->managed++;
	/* As the kernel does, which takes these states away. */
	assert_int_equal(entry->state & (NUD_PERMANENT | NUD_NOARP), 0);
	if (entry->state == 0)
		entry->state = NUD_INCOMPLETE;
	entry->managed = world->manages;
	entry->protocol = NETLINK_PROTOCOL_BGW;
	*managed = world->manages;
	return 0;
}

static int neighbour_use(void *context, int ifindex, const struct bgw_address *ip)
{
	struct world *world = context;
	struct netlink_neighbour *entry = neighbour_place(world, ifindex, ip);

	world->used++;
	assert_int_equal(entry->state & (NUD_PERMANENT | NUD_NOARP), 0);
	if (entry->state == 0 || entry->state == NUD_FAILED)
		entry->state = NUD_INCOMPLETE;
	return 0;
}

static int neighbour_delete(void *context, int ifindex, const struct bgw_address *ip)
{
	struct world *world = context;
	struct netlink_neighbour *entry = world_neighbour_find(world, ip);

	(void)ifindex;
	world->deleted++;
	if (entry == NULL)
		return -ENOENT;
	entry->ifindex = 0;
	return 0;
}

static void own_changed(void *context)
{
	((struct world *)context)->own_changes++;
}

void world_make(struct world *world)
{
	struct underlay_environment environment = {
		.context = world,
		.now_ms = now_ms,
		.timer_set = timer_set,
		.route_get = route_get,
		.neighbour_get = neighbour_get,
		.neighbour_manage = neighbour_manage,
		.neighbour_use = neighbour_use,
		.neighbour_delete = neighbour_delete,
	};
	struct underlay_port port = {.index = 5, .name = "wan0", .netdev = "e0", .admin_up = true};
	struct bgw_address no_vtep = {0};

	memset(world, 0, sizeof(*world));
	world->now_ms = 1000000;
	world->timer_ms = UNDERLAY_NEVER;
	world->manages = true;
	world->route.type = RTN_UNICAST;
	world->route.ifindex = WORLD_E0;
	world->route.gateway = world_ip(WORLD_HOP);
	world->underlay = underlay_create(&environment, &no_vtep);
	assert_non_null(world->underlay);
	assert_int_equal(underlay_port_set(world->underlay, &port), 0);
	assert_int_equal(underlay_own_watch(world->underlay, own_changed, world), 0);
	world_link(world, WORLD_E0, "e0", true, true);
	world_address(world, WORLD_E0, "10.1.0.1/24", true);
}

void world_start(struct world *world)
{
	underlay_dump_begin(world->underlay, NETLINK_KIND_NEIGHBOUR);
	for (size_t i = 0; i < WORLD_NEIGHBOURS; i++) {
		struct netlink_message message;

		memset(&message, 0, sizeof(message));
		message.kind = NETLINK_KIND_NEIGHBOUR;
		message.neighbour = world->neighbours[i];
		if (message.neighbour.ifindex != 0)
			underlay_message(world->underlay, &message);
	}
	underlay_dump_end(world->underlay, NETLINK_KIND_NEIGHBOUR);
}

void world_end(struct world *world)
{
	underlay_destroy(world->underlay);
	world->underlay = NULL;
}

int world_setup(void **state)
{
	static struct world world;

	world_make(&world);
	world_start(&world);
	*state = &world;
	return 0;
}

int world_teardown(void **state)
{
	world_end(*state);
	return 0;
}

void world_pass(struct world *world, uint64_t ms)
{
	uint64_t end_ms = world->now_ms + ms;

	while (world->timer_ms <= end_ms) {
		if (world->timer_ms > world->now_ms)
			world->now_ms = world->timer_ms;
		world->timer_ms = UNDERLAY_NEVER;
		underlay_timer(world->underlay);
	}
	world->now_ms = end_ms;
}

static void path_changed(void *context, const struct underlay_path_state *state)
{
	struct world *world = context;

	world->changes++;
	world->last = *state;
}

struct underlay_path *world_path(struct world *world, const char *remote)
{
	struct bgw_address to = world_ip(remote), from = world_ip("10.1.0.1");
	struct underlay_path *path =
		underlay_path_add(world->underlay, &to, &from, path_changed, world);

	assert_non_null(path);
	return path;
}

struct underlay_path *world_path_up(struct world *world)
{
	struct underlay_path *path = world_path(world, WORLD_REMOTE);

	world_neighbour(world, WORLD_HOP, NUD_REACHABLE, WORLD_MAC_A);
	assert_int_equal(underlay_path_state(path)->state, UNDERLAY_UP);
	return path;
}

static void link_message(struct world *world, int ifindex, const char *name, bool admin_up,
			 bool carrier, int parent, uint16_t vlan)
{
	struct netlink_message message;

	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_LINK;
	message.link.ifindex = ifindex;
	snprintf(message.link.name, sizeof(message.link.name), "%s", name);
	message.link.ethernet = true;
	message.link.admin_up = admin_up;
	message.link.carrier = carrier;
	message.link.mac = world_mac("02:00:00:00:00:01");
	message.link.mtu_bytes = 1500;
	message.link.parent = parent;
	message.link.vlan = vlan;
	underlay_message(world->underlay, &message);
}

void world_link(struct world *world, int ifindex, const char *name, bool admin_up, bool carrier)
{
	link_message(world, ifindex, name, admin_up, carrier, 0, 0);
}

void world_vlan(struct world *world, int ifindex, const char *name, int parent, uint16_t vlan)
{
	link_message(world, ifindex, name, true, true, parent, vlan);
}

void world_link_remove(struct world *world, int ifindex)
{
	struct netlink_message message;

	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_LINK;
	message.removed = true;
	message.link.ifindex = ifindex;
	underlay_message(world->underlay, &message);
}

void world_address(struct world *world, int ifindex, const char *prefix, bool there)
{
	struct netlink_message message;

	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_ADDRESS;
	message.removed = !there;
	message.address.ifindex = ifindex;
	message.address.usable = true;
	assert_int_equal(bgw_prefix_parse(prefix, &message.address.prefix), 0);
	underlay_message(world->underlay, &message);
}

void world_neighbour(struct world *world, const char *ip, uint16_t state, const char *mac)
{
	struct bgw_address address = world_ip(ip);
	struct netlink_neighbour *entry = neighbour_place(world, WORLD_E0, &address);
	struct netlink_message message;

	entry->state = state;
	entry->mac = mac != NULL ? world_mac(mac) : (struct bgw_mac){0};
	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_NEIGHBOUR;
	message.removed = state == 0;
	message.neighbour = *entry;
	if (state == 0)
		entry->ifindex = 0;
	underlay_message(world->underlay, &message);
}

void world_route_event(struct world *world)
{
	struct netlink_message message;

	memset(&message, 0, sizeof(message));
	message.kind = NETLINK_KIND_ROUTE;
	underlay_message(world->underlay, &message);
}
