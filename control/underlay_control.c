/* SPDX-License-Identifier: BSD-3-Clause */
#include "underlay_control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/bridge.h>
#include <bgw/port.h>

#include "control.h"
#include "log.h"
#include "packet_path.h"
#include "underlay_linux.h"

#define PORTS_MS 1000
#define MAX_OWN	 64 /* bgw_own_addresses_set() */

struct underlay_control {
	struct underlay_linux *following;
	struct loop_timer *ports_timer;
};

static void own_changed(void *context)
{
	struct control *control = context;
	struct bgw_address own[MAX_OWN];
	struct bgw_ip addresses[MAX_OWN];
	size_t count = underlay_own_addresses(control->underlay, own, MAX_OWN);
	int rc;

	if (count > MAX_OWN) {
		log_warning("the underlay has %zu addresses; tunnels can end at the first %d only",
			    count, MAX_OWN);
		count = MAX_OWN;
	}
	for (size_t i = 0; i < count; i++)
		addresses[i] = packet_path_ip(&own[i]);
	rc = packet_path_own_addresses_set(control, addresses, (uint32_t)count);
	if (rc < 0)
		log_error("the underlay's addresses could not be given to the workers: %s",
			  strerror(-rc));
}

/* The ends of a tap are two stations: what Linux has on it is the far end's, not the port's. */
static bool is_in_linux(const struct config_port *port, const struct bgw_port_info *info)
{
	return info->netdev[0] != '\0' &&
	       (strcmp(port->driver, "tap") != 0 || (port->mirror != NULL && port->mirror[0]));
}

static void port_put(struct underlay *underlay, uint16_t index, const struct config_port *from)
{
	struct bgw_port_info info;
	struct underlay_port port = {.index = index, .vlan = (uint16_t)from->vlan};

	if (bgw_port_info_get(index, &info) < 0)
		return;
	snprintf(port.name, sizeof(port.name), "%s", info.name);
	if (is_in_linux(from, &info))
		snprintf(port.netdev, sizeof(port.netdev), "%s", info.netdev);
	port.admin_up = info.admin_up;
	port.link_up = info.link_up;
	port.mtu_bytes = info.mtu;
	memcpy(port.mac.bytes, info.mac.addr_bytes, sizeof(port.mac.bytes));
	if (underlay_port_set(underlay, &port) < 0)
		log_error("no memory for underlay port %s", info.name);
}

void underlay_control_ports_changed(struct control *control)
{
	if (control->underlay == NULL)
		return;
	for (uint32_t i = 0; i < control->config.ports.count; i++) {
		const struct config_port *port = config_port_at(&control->config, i);

		if (port->role == BGW_ROLE_UNDERLAY)
			port_put(control->underlay, (uint16_t)i, port);
	}
}

static void ports_turn(void *context)
{
	const struct control *control = context;

	for (uint32_t i = 0; i < control->config.ports.count; i++)
		bgw_port_follow((uint16_t)i);
	underlay_control_ports_changed(context);
}

static int statics_put(struct control *control)
{
	const struct config_underlay *config = &control->config.underlay;
	const struct bgw_prefix *addresses = config->addresses.items;
	const struct config_neighbour *neighbours = config->neighbours.items;
	int rc = 0;

	for (uint32_t i = 0; i < config->addresses.count && rc == 0; i++)
		rc = underlay_static_address_add(control->underlay, &addresses[i]);
	for (uint32_t i = 0; i < config->neighbours.count && rc == 0; i++) {
		const struct config_port *port =
			config_port_find(&control->config, neighbours[i].port);
		ptrdiff_t index = port - config_port_at(&control->config, 0);

		rc = underlay_static_neighbour_add(control->underlay, &neighbours[i].ip,
						   &neighbours[i].mac, (uint16_t)index);
	}
	return rc;
}

int underlay_control_start(struct control *control, struct error *error)
{
	struct underlay_control *self = calloc(1, sizeof(*self));
	char why[256];
	int rc;

	if (self == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the underlay");
	control->underlay_control = self;
	self->following = underlay_linux_open(control->loop, &control->config.underlay.vtep, why,
					      sizeof(why));
	if (self->following == NULL)
		return error_set(error, BGW_ERROR_UNAVAILABLE, "%s", why);
	control->underlay = underlay_linux_get(self->following);
	underlay_udp_port_set(control->underlay, (uint16_t)control->config.vxlan.port);
	self->ports_timer =
		loop_timer_create(control->loop, PORTS_MS, PORTS_MS, ports_turn, control);
	rc = self->ports_timer == NULL ? -ENOMEM : statics_put(control);
	if (rc == 0)
		rc = underlay_own_watch(control->underlay, own_changed, control);
	if (rc < 0)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the underlay");
	underlay_control_ports_changed(control);
	rc = underlay_linux_start(self->following, why, sizeof(why));
	if (rc < 0)
		return error_set(error, BGW_ERROR_UNAVAILABLE, "%s", why);
	own_changed(control);
	return 0;
}

void underlay_control_stop(struct control *control)
{
	struct underlay_control *self = control->underlay_control;

	if (self == NULL)
		return;
	loop_timer_close(self->ports_timer);
	underlay_linux_close(self->following);
	free(self);
	control->underlay = NULL;
	control->underlay_control = NULL;
}
