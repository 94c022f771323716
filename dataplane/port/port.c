/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <bgw/why.h>

#include "port/assign.h"
#include "port/device.h"
#include "port/driver.h"

/* Bursts of every other worker at once, and room for a nap of the owner. */
#define HANDOVER_FRAMES 2048

struct port port_table[BGW_MAX_PORTS];
struct port_worker port_worker_table[BGW_MAX_WORKERS];

/* What only control needs. */
struct port_entry {
	struct bgw_port_config config;
	struct port_device device;
	struct assign_result assigned;
	bool started;
};

static struct port_entry entries[BGW_MAX_PORTS];

static bool index_is_present(uint16_t index)
{
	return index < BGW_MAX_PORTS && port_table[index].present;
}

static int member_check(uint16_t index, const struct bgw_port_config *config, char *why,
			size_t why_size)
{
	if (index >= BGW_MAX_PORTS)
		return bgw_refuse(why, why_size, EINVAL, "more than %d ports", BGW_MAX_PORTS);
	if (index_is_present(index) || bgw_port_find(config->name) >= 0)
		return bgw_refuse(why, why_size, EEXIST, "there are two ports named \"%s\"",
				  config->name);
	if (config->tpid != 0 && config->tpid != RTE_ETHER_TYPE_VLAN &&
	    config->tpid != RTE_ETHER_TYPE_QINQ)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: tpid must be 0x8100 or 0x88a8, and is 0x%04x",
				  config->name, config->tpid);
	if (config->mtu != 0 && (config->mtu < 576 || config->mtu > BGW_PORT_MTU_MAX))
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: mtu must be 576 to %d, and is %u", config->name,
				  BGW_PORT_MTU_MAX, config->mtu);
	if (strlen(config->mirror) > 0 && config->role != BGW_PORT_UNDERLAY)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: mirror is for underlay ports alone: Linux must stay "
				  "silent on an access port",
				  config->name);
	return 0;
}

int bgw_port_add(uint16_t index, const struct bgw_port_config *config, char *why, size_t why_size)
{
	const struct port_driver *driver = port_driver_get(config->driver);
	struct port_entry *entry;
	int ret;

	ret = member_check(index, config, why, why_size);
	if (ret < 0)
		return ret;
	if (driver == NULL)
		return bgw_refuse(why, why_size, EINVAL, "port %s: there is no driver \"%s\"",
				  config->name, config->driver);
	if (config->mirror[0] != '\0' && driver->row.linux_sees_it)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: mirror is for ports that Linux does not have; with "
				  "driver %s Linux uses \"%s\" itself",
				  config->name, driver->row.name, config->device);
	entry = &entries[index];
	entry->config = *config;
	ret = port_device_open(&entry->device, driver, config, index, why, why_size);
	if (ret < 0)
		return ret;
	port_table[index] = (struct port){
		.ethdev_id = entry->device.ethdev_id,
		.role = (uint8_t)config->role,
		.admin_up = !config->admin_down,
		.tx_multi_segment = entry->device.indirect_mbufs,
		.linux_copies = driver->row.linux_copies,
		.tpid = rte_cpu_to_be_16(config->tpid ?: RTE_ETHER_TYPE_VLAN),
		.vlan = config->vlan,
		.mtu = entry->device.mtu,
		.mac = entry->device.mac,
		.tx_handover_owner = BGW_PORT_NO_WORKER,
		.present = true,
	};
	return 0;
}

static int queues_assign(char *why, size_t why_size)
{
	const uint16_t workers = (uint16_t)(rte_lcore_count() - 1);
	static struct assign_result results[BGW_MAX_PORTS];
	struct assign_port ports[BGW_MAX_PORTS];
	uint16_t count = 0;

	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (!index_is_present(i))
			continue;
		ports[count++] = (struct assign_port){
			.index = i,
			.ethdev_id = port_table[i].ethdev_id,
			.role = port_table[i].role,
			.rx_queues = entries[i].device.rx_queues,
			.tx_queues = entries[i].device.tx_queues,
			.mirror = port_table[i].mirror != NULL,
			.mbufs_unseen = entries[i].device.mbufs_unseen,
		};
	}
	if (assign_queues(ports, count, workers, results, port_worker_table) < 0)
		return bgw_refuse(why, why_size, ENOSPC,
				  "a worker would serve more than %d receive queues: give the "
				  "gateway more workers.cores or the ports fewer queues",
				  PORT_RX_MAX);
	for (uint16_t i = 0; i < count; i++) {
		struct port *port = &port_table[ports[i].index];

		entries[ports[i].index].assigned = results[i];
		memcpy(port->tx_queue, results[i].tx_queue, sizeof(port->tx_queue));
		port->tx_handover_owner = results[i].owner;
	}
	return 0;
}

static int handover_create(uint16_t index)
{
	struct port *port = &port_table[index];
	char name[32];

	if (!entries[index].assigned.handover)
		return 0;
	snprintf(name, sizeof(name), "handover_%u", index);
	port->tx_handover = rte_ring_create(name, HANDOVER_FRAMES, entries[index].device.numa_node,
					    RING_F_SC_DEQ);
	return port->tx_handover == NULL ? -ENOMEM : 0;
}

int bgw_port_start_all(char *why, size_t why_size)
{
	int ret = queues_assign(why, why_size);

	for (uint16_t i = 0; i < BGW_MAX_PORTS && ret == 0; i++) {
		if (!index_is_present(i))
			continue;
		if (handover_create(i) < 0)
			ret = bgw_refuse(why, why_size, ENOMEM,
					 "port %s: no memory for the ring between workers: raise "
					 "memory.mbytes",
					 entries[i].config.name);
		else
			ret = port_device_start(&entries[i].device, &entries[i].config, why,
						why_size);
		entries[i].started = ret == 0;
		bgw_port_follow(i);
	}
	if (ret < 0)
		bgw_port_stop_all();
	return ret;
}

static void handover_free(struct port *port)
{
	struct rte_mbuf *frame;

	if (port->tx_handover == NULL)
		return;
	while (rte_ring_dequeue(port->tx_handover, (void **)&frame) == 0)
		rte_pktmbuf_free(frame);
	rte_ring_free(port->tx_handover);
	port->tx_handover = NULL;
}

void bgw_port_stop_all(void)
{
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (entries[i].started)
			port_device_stop(&entries[i].device);
		entries[i].started = false;
		handover_free(&port_table[i]);
	}
	memset(port_worker_table, 0, sizeof(port_worker_table));
}

void bgw_port_remove_all(void)
{
	bgw_port_stop_all();
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++) {
		if (!index_is_present(i))
			continue;
		port_table[i].present = false;
		port_device_close(&entries[i].device);
		entries[i] = (struct port_entry){0};
	}
}

int bgw_port_admin_set(uint16_t index, bool up)
{
	if (!index_is_present(index))
		return -ENOENT;
	__atomic_store_n(&port_table[index].admin_up, up, __ATOMIC_RELAXED);
	entries[index].config.admin_down = !up;
	return 0;
}

int bgw_port_mac_set(uint16_t index, const struct rte_ether_addr *mac)
{
	if (!index_is_present(index))
		return -ENOENT;
	if (!rte_is_valid_assigned_ether_addr(mac))
		return -EINVAL;
	port_table[index].mac = *mac;
	entries[index].device.mac = *mac;
	return 0;
}

int bgw_port_mtu_set(uint16_t index, uint16_t mtu)
{
	if (!index_is_present(index))
		return -ENOENT;
	if (mtu < 68 || mtu > entries[index].device.mtu_max)
		return -ERANGE;
	__atomic_store_n(&port_table[index].mtu, mtu, __ATOMIC_RELAXED);
	entries[index].device.mtu = mtu;
	return 0;
}

int bgw_port_follow(uint16_t index)
{
	const struct bgw_port_driver *driver;
	struct port_entry *entry;

	if (!index_is_present(index))
		return -ENOENT;
	entry = &entries[index];
	driver = &port_driver_get(entry->config.driver)->row;
	/* Linux's end of a tap is another station, with an address of its own. */
	if (!driver->linux_sees_it ||
	    !port_device_follow(&entry->device, entry->config.device, driver->netdev))
		return 0;
	__atomic_store_n(&port_table[index].mtu, entry->device.mtu, __ATOMIC_RELAXED);
	port_table[index].mac = entry->device.mac;
	return 1;
}

int bgw_port_find(const char *name)
{
	for (uint16_t i = 0; i < BGW_MAX_PORTS; i++)
		if (index_is_present(i) && strcmp(entries[i].config.name, name) == 0)
			return i;
	return -ENOENT;
}

int bgw_port_info_get(uint16_t index, struct bgw_port_info *info)
{
	const struct port_entry *entry = &entries[index < BGW_MAX_PORTS ? index : 0];
	const struct port *port = &port_table[index < BGW_MAX_PORTS ? index : 0];
	struct rte_eth_link link;

	if (!index_is_present(index))
		return -ENOENT;
	*info = (struct bgw_port_info){
		.driver = &port_driver_get(entry->config.driver)->row,
		.role = entry->config.role,
		.tpid = rte_be_to_cpu_16(port->tpid),
		.mtu = port->mtu,
		.mtu_max = entry->device.mtu_max,
		.mac = port->mac,
		.admin_up = port->admin_up,
		.numa_node = entry->device.numa_node,
		.rx_queues = entry->device.rx_queues,
		.tx_queues = entry->device.tx_queues,
		.handover_worker =
			port->tx_handover != NULL ? port->tx_handover_owner : BGW_PORT_NO_WORKER,
	};
	snprintf(info->name, sizeof(info->name), "%s", entry->config.name);
	snprintf(info->device, sizeof(info->device), "%s", entry->config.device);
	snprintf(info->netdev, sizeof(info->netdev), "%.*s", IFNAMSIZ - 1,
		 info->driver->linux_sees_it ? entry->config.device : entry->config.mirror);
	memcpy(info->rx_worker, entry->assigned.rx_worker, sizeof(info->rx_worker));
	memcpy(info->tx_worker, entry->assigned.tx_worker, sizeof(info->tx_worker));
	if (info->driver->linux_sees_it) {
		info->link_up = entry->device.linux_link_up;
		info->link_mbps = entry->device.linux_link_mbps;
	} else if (rte_eth_link_get_nowait(port->ethdev_id, &link) == 0) {
		info->link_up = link.link_status == RTE_ETH_LINK_UP;
		info->link_mbps =
			link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
	}
	return 0;
}

int bgw_port_stats_get(uint16_t index, struct bgw_port_stats *stats)
{
	struct rte_eth_stats driver;
	int ret;

	if (!index_is_present(index))
		return -ENOENT;
	ret = rte_eth_stats_get(port_table[index].ethdev_id, &driver);
	if (ret < 0)
		return ret;
	*stats = (struct bgw_port_stats){
		.rx_missed = driver.imissed,
		.rx_errors = driver.ierrors,
		.rx_no_mbuf = driver.rx_nombuf,
		.tx_errors = driver.oerrors,
	};
	return 0;
}

int port_tx_owner(uint16_t port)
{
	return index_is_present(port) ? port_table[port].tx_handover_owner : -ENOENT;
}
