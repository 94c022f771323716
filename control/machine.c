/* SPDX-License-Identifier: BSD-3-Clause */
#include "machine.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/exception.h>
#include <bgw/port.h>

#include "log.h"
#include "netdev.h"
#include "tuning.h"
#include "xdp.h"

#define WHY_SIZE sizeof(((struct error *)NULL)->message)

struct machine_port {
	struct netdev *netdev;	 /* NULL: the port has none, or it is DPDK's alone */
	struct xdp_steer *steer; /* NULL: nothing to keep Linux from */
};

struct machine {
	const struct config *config;
	struct tuning *tuning;
	bool eal_runs;
	struct machine_port ports[BGW_MAX_PORTS];
};

static int refuse(struct error *error, const char *why)
{
	return error_set(error, BGW_ERROR_INTERNAL, "%s", why);
}

static uint16_t cores_copy(const struct bgw_list *list, uint16_t *cores, uint16_t max)
{
	const uint32_t *items = list->items;
	uint16_t count = 0;

	for (uint32_t i = 0; i < list->count && count < max; i++)
		cores[count++] = (uint16_t)items[i];
	return count;
}

static int eal_start(struct machine *machine, struct error *error)
{
	const struct config *config = machine->config;
	uint16_t control_cores[BGW_MAX_WORKERS];
	uint16_t worker_cores[BGW_MAX_WORKERS];
	const char *pci[BGW_MAX_PORTS];
	char why[WHY_SIZE];
	struct bgw_eal_config eal = {
		.control_cores = control_cores,
		.control_cores_count =
			cores_copy(&config->control.cores, control_cores, BGW_MAX_WORKERS),
		.worker_cores = worker_cores,
		.worker_cores_count =
			cores_copy(&config->workers.cores, worker_cores, BGW_MAX_WORKERS),
		.hugepages = config->memory.hugepages,
		.memory_mbytes = config->memory.mbytes,
		.mbufs = config->memory.mbufs,
		.pci_devices = pci,
	};

	if (config->memory.mbuf_bytes != 0)
		eal.mbuf_data_room = (uint16_t)(config->memory.mbuf_bytes + BGW_MBUF_HEADROOM);
	for (uint32_t i = 0; i < config->ports.count; i++) {
		const struct config_port *port = config_port_at(config, i);

		if (strcmp(port->driver, "pci") == 0 && port->device != NULL)
			pci[eal.pci_devices_count++] = port->device;
	}
	if (bgw_eal_start(&eal, why, sizeof(why)) < 0)
		return refuse(error, why);
	machine->eal_runs = true;
	return 0;
}

static void text_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

static void port_config_fill(struct bgw_port_config *port, const struct config_port *from)
{
	*port = (struct bgw_port_config){
		.role = from->role == BGW_ROLE_UNDERLAY ? BGW_PORT_UNDERLAY : BGW_PORT_ACCESS,
		.tpid = (uint16_t)from->tpid,
		.vlan = (uint16_t)from->vlan,
		.rx_queues = (uint16_t)from->rx_queues,
		.tx_queues = (uint16_t)from->tx_queues,
		.rx_desc = (uint16_t)from->rx_desc,
		.tx_desc = (uint16_t)from->tx_desc,
		.mtu = (uint16_t)from->mtu,
		.memif =
			{
				.id = from->memif.id,
				.server = from->memif.mode == CONFIG_MEMIF_SERVER,
				.zero_copy = from->memif.zero_copy,
			},
	};
	text_copy(port->name, sizeof(port->name), from->name);
	text_copy(port->driver, sizeof(port->driver), from->driver);
	text_copy(port->device, sizeof(port->device), from->device);
	text_copy(port->devargs, sizeof(port->devargs), from->devargs);
	text_copy(port->mirror, sizeof(port->mirror), from->mirror);
	text_copy(port->memif.socket, sizeof(port->memif.socket), from->memif.socket);
	text_copy(port->memif.secret, sizeof(port->memif.secret), from->memif.secret);
}

/* Makes the netdev fit, before DPDK looks at it. */
static int netdev_take(struct machine *machine, uint32_t i, struct bgw_port_config *port, char *why)
{
	const struct config_port *from = config_port_at(machine->config, i);
	const struct bgw_port_driver *driver = bgw_port_driver_find(port->driver);
	const struct netdev_request request = {
		.name = port->device,
		.access = port->role == BGW_PORT_ACCESS,
		.af_xdp = driver != NULL && driver->xdp,
		.allow_addresses = from->allow_addresses,
		.queues = port->rx_queues,
		.workers = (uint16_t)machine->config->workers.cores.count,
	};

	if (driver == NULL || !driver->netdev)
		return 0;
	machine->ports[i].netdev = netdev_prepare(&request, why, WHY_SIZE);
	if (machine->ports[i].netdev == NULL)
		return -errno;
	if (!driver->xdp)
		return 0;
	port->rx_queues = netdev_queues(machine->ports[i].netdev);
	if (xdp_stale_remove(port->device, why, WHY_SIZE) < 0)
		return -EBUSY;
	return xdp_program_path(port->role == BGW_PORT_UNDERLAY, port->xdp_program,
				sizeof(port->xdp_program), why, WHY_SIZE);
}

/* What Linux must not see of a port that it shares. */
static int steer_open(struct machine *machine, uint32_t i, const struct bgw_port_config *port,
		      char *why)
{
	const struct bgw_port_driver *driver = bgw_port_driver_find(port->driver);
	const bool underlay = port->role == BGW_PORT_UNDERLAY;
	struct xdp_steer **steer = &machine->ports[i].steer;

	if (driver->xdp && underlay)
		*steer = xdp_steer_open(port->device, why, WHY_SIZE);
	else if (driver->linux_copies)
		*steer = xdp_guard_open(port->device, underlay, why, WHY_SIZE);
	else
		return 0;
	return *steer == NULL ? -errno : 0;
}

static int port_add(struct machine *machine, uint32_t i, struct error *error)
{
	struct bgw_port_config port;
	char why[WHY_SIZE];
	int ret;

	port_config_fill(&port, config_port_at(machine->config, i));
	tuning_apply(machine->tuning, &port);
	ret = netdev_take(machine, i, &port, why);
	if (ret == 0)
		ret = bgw_port_add((uint16_t)i, &port, why, sizeof(why));
	if (ret == 0)
		ret = steer_open(machine, i, &port, why);
	return ret < 0 ? refuse(error, why) : 0;
}

struct machine *machine_create(const struct config *config, struct error *error)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	char why[WHY_SIZE];
	int ret;

	if (machine == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory");
		return NULL;
	}
	machine->config = config;
	machine->tuning = tuning_load(why, sizeof(why));
	ret = machine->tuning == NULL ? refuse(error, why) : eal_start(machine, error);
	if (ret == 0 && config->ports.count > BGW_MAX_PORTS)
		ret = error_set(error, BGW_ERROR_INTERNAL, "ports has %u items, and at most %d do",
				config->ports.count, BGW_MAX_PORTS);
	for (uint32_t i = 0; i < config->ports.count && ret == 0; i++)
		ret = port_add(machine, i, error);
	if (ret == 0 && bgw_exception_start(why, sizeof(why)) < 0)
		ret = refuse(error, why);
	if (ret < 0) {
		machine_destroy(machine);
		return NULL;
	}
	return machine;
}

int machine_ports_start(struct machine *machine, struct error *error)
{
	char why[WHY_SIZE];

	(void)machine;
	return bgw_port_start_all(why, sizeof(why)) < 0 ? refuse(error, why) : 0;
}

int machine_steer_set(struct machine *machine, const struct bgw_ip *addresses, uint32_t count)
{
	const uint16_t udp_ports[] = {(uint16_t)machine->config->vxlan.port,
				      (uint16_t)machine->config->negotiation.udp.port};
	const uint8_t protocols[] = {IPPROTO_GRE};
	int first = 0;

	for (uint32_t i = 0; i < machine->config->ports.count; i++) {
		const struct xdp_steer_spec spec = {
			.addresses = addresses,
			.addresses_count = count,
			.udp_ports = udp_ports,
			.udp_ports_count = udp_ports[1] != 0 ? 2 : 1,
			.protocols = protocols,
			.protocols_count = 1,
			.vlan = (uint16_t)config_port_at(machine->config, i)->vlan,
		};
		int ret;

		if (machine->ports[i].steer == NULL)
			continue;
		ret = xdp_steer_set(machine->ports[i].steer, &spec);
		if (ret < 0)
			log_error("port %s: what it steers cannot be set: %s",
				  config_port_at(machine->config, i)->name, strerror(-ret));
		first = first < 0 ? first : ret;
	}
	return first;
}

/* With no port left nobody may hold a buffer: one that is missing was leaked on the way. */
static void buffers_account(void)
{
	struct bgw_mbuf_usage usage;

	bgw_mbuf_usage_get(&usage);
	if (usage.in_use == 0)
		log_info("all %u packet buffers are back", usage.size);
	else
		log_error("%u of %u packet buffers are missing", usage.in_use, usage.size);
}

void machine_destroy(struct machine *machine)
{
	if (machine == NULL)
		return;
	if (machine->eal_runs) {
		bgw_port_stop_all();
		bgw_exception_stop();
	}
	for (uint32_t i = 0; i < BGW_MAX_PORTS; i++)
		xdp_steer_close(machine->ports[i].steer);
	if (machine->eal_runs) {
		bgw_port_remove_all();
		buffers_account();
	}
	for (uint32_t i = 0; i < BGW_MAX_PORTS; i++)
		netdev_restore(machine->ports[i].netdev);
	if (machine->eal_runs)
		bgw_eal_stop();
	tuning_destroy(machine->tuning);
	free(machine);
}
