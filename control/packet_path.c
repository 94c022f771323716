/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_path.h"

#include <bgw/encap.h>
#include <bgw/tunnel.h>
#include <bgw/worker.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "forwarding.h"
#include "machine.h"
#include "underlay_control.h"

#define POLL_MS 5

struct packet_path {
	struct loop_timer *poll;
	bool running;
};

struct bgw_ip packet_path_ip(const struct bgw_address *address)
{
	struct bgw_ip ip = {.family = address->family};

	memcpy(ip.v6, address->bytes, address->family == 4 ? 4 : 16);
	return ip;
}

/* A deleted object's index rests a while, so there are more than objects. */
static uint32_t with_spare(uint32_t count)
{
	return count + count / 4 + 64;
}

struct bgw_limits packet_path_limits(const struct config *config)
{
	const struct config_tables *tables = &config->tables;
	uint32_t domains = with_spare(tables->networks + tables->gateways);

	return (struct bgw_limits){
		.macs = tables->macs,
		.connections = with_spare(tables->connections),
		.attachments = with_spare(tables->attachments),
		.domains = domains <= BGW_MAX_DOMAIN_ID ? domains : BGW_MAX_DOMAIN_ID + 1,
		.paths = with_spare(tables->remote_gateways * (BGW_ENCAP_COUNT + 1)),
		.peers = with_spare(tables->remote_gateways),
		.neighbours = with_spare(tables->macs),
		.workers = (uint16_t)config->workers.cores.count,
	};
}

static void poll_dataplane(void *arg)
{
	struct control *control = arg;

	bgw_dataplane_poll(control->dataplane);
}

int packet_path_own_addresses_set(struct control *control, const struct bgw_ip *addresses,
				  uint32_t count)
{
	int taken = bgw_own_addresses_set(control->dataplane, addresses, count);
	int steered = machine_steer_set(control->machine, addresses, count);

	return taken < 0 ? taken : steered;
}

static int tables_make(struct control *control, struct error *error)
{
	const struct bgw_limits limits = packet_path_limits(&control->config);

	control->dataplane = bgw_dataplane_create(&limits);
	if (control->dataplane == NULL)
		return error_set(error, BGW_ERROR_UNAVAILABLE,
				 "the tables do not fit into memory (%s); raise memory.mbytes or "
				 "lower tables.macs",
				 strerror(errno));
	bgw_vxlan_port_set(control->dataplane, (uint16_t)control->config.vxlan.port);
	control->packet_path->poll =
		loop_timer_create(control->loop, POLL_MS, POLL_MS, poll_dataplane, control);
	return control->packet_path->poll != NULL
		       ? 0
		       : error_set(error, BGW_ERROR_INTERNAL, "no memory for the control thread");
}

int packet_path_start(struct control *control, struct error *error)
{
	control->packet_path = calloc(1, sizeof(*control->packet_path));
	if (control->packet_path == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the control thread");
	control->machine = machine_create(&control->config, error);
	if (control->machine == NULL)
		return -EINVAL;
	return tables_make(control, error);
}

int packet_path_run(struct control *control, struct error *error)
{
	int rc;

	rc = machine_ports_start(control->machine, error);
	if (rc < 0)
		return rc;
	/* Their links are known from here on: the first frame must not find them down. */
	underlay_control_ports_changed(control);
	/* What was replayed waits to be published; nothing is in use yet, so this is no wait. */
	while (!forwarding_settle(control))
		bgw_dataplane_poll(control->dataplane);
	rc = bgw_workers_start(control->dataplane,
			       control->config.workers.idle == CONFIG_IDLE_SLEEP);
	if (rc < 0)
		return error_set(error, BGW_ERROR_UNAVAILABLE, "the workers cannot start: %s",
				 strerror(-rc));
	control->packet_path->running = true;
	/* Their links are up from now on; the first tunnel need not wait for it. */
	underlay_control_ports_changed(control);
	return 0;
}

void packet_path_halt(struct control *control)
{
	if (control->packet_path == NULL || !control->packet_path->running)
		return;
	bgw_workers_stop(control->dataplane);
	control->packet_path->running = false;
}

void packet_path_stop(struct control *control)
{
	if (control->packet_path == NULL)
		return;
	packet_path_halt(control);
	loop_timer_close(control->packet_path->poll);
	/* The dataplane's memory is EAL's, which ends with the machine. */
	bgw_dataplane_destroy(control->dataplane);
	machine_destroy(control->machine);
	free(control->packet_path);
	control->dataplane = NULL;
	control->machine = NULL;
	control->packet_path = NULL;
}
