/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <bgw/memif_peer.h>
#include <bgw/why.h>

#include "port/linux_netdev.h"
#include "port/log_capture.h"
#include "port/pool.h"

#define DEFAULT_DESC 1024

static int probe(struct port_device *device, const char *args, const struct bgw_port_config *config,
		 char *why, size_t why_size)
{
	struct log_capture log;
	char line[256];
	int ret;

	if (strcmp(device->bus, "pci") == 0) {
		if (rte_eth_dev_get_port_by_name(device->name, &device->ethdev_id) < 0)
			return bgw_refuse(why, why_size, ENODEV,
					  "port %s: DPDK cannot use PCI device %s: bind it to "
					  "vfio-pci, or check that DPDK has a driver for it",
					  config->name, device->name);
		return 0;
	}
	log_capture_begin(&log);
	ret = rte_eal_hotplug_add(device->bus, device->name, args);
	log_capture_end(&log, ret < 0, line, sizeof(line));
	/* Many drivers answer -1 whatever it was. */
	if (ret < 0)
		return bgw_refuse(why, why_size, EINVAL, "port %s: driver %s refuses \"%s,%s\": %s",
				  config->name, config->driver, device->name, args, line);
	if (rte_eth_dev_get_port_by_name(device->name, &device->ethdev_id) < 0) {
		rte_eal_hotplug_remove(device->bus, device->name);
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: \"%s\" is no network device of DPDK", config->name,
				  device->name);
	}
	return 0;
}

static uint16_t least(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

static int queue_counts(struct port_device *device, const struct port_driver *driver,
			const struct bgw_port_config *config, const struct rte_eth_dev_info *info,
			char *why, size_t why_size)
{
	const uint16_t workers = (uint16_t)(rte_lcore_count() - 1);
	uint16_t wanted = config->rx_queues;

	if (wanted == 0)
		wanted = driver->queues != NULL ? driver->queues(config, workers)
						: least(workers, info->max_rx_queues);
	if (wanted > info->max_rx_queues || wanted > BGW_MAX_WORKERS)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: %u receive queues are too many: the device has %u, "
				  "and the gateway uses at most %d",
				  config->name, wanted, info->max_rx_queues, BGW_MAX_WORKERS);
	device->rx_queues = wanted;
	if (driver->row.paired_queues) {
		device->tx_queues = wanted;
		return 0;
	}
	wanted = config->tx_queues != 0 ? config->tx_queues : least(workers, info->max_tx_queues);
	if (wanted == 0 || wanted > info->max_tx_queues || wanted > BGW_MAX_WORKERS)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: %u transmit queues do not do: the device has %u, and "
				  "the gateway uses 1 to %d",
				  config->name, wanted, info->max_tx_queues, BGW_MAX_WORKERS);
	device->tx_queues = wanted;
	return 0;
}

static bool is_ring(const char *name)
{
	return strncmp(name, "net_ring", 8) == 0;
}

/* Drivers that neither claim nor refuse chains, and take them. */
static bool vdev_takes_chains(const char *name)
{
	return strncmp(name, "net_pcap", 8) == 0 || is_ring(name) ||
	       strncmp(name, "net_null", 8) == 0;
}

static void mtu_read(struct port_device *device, const struct port_driver *driver,
		     const struct bgw_port_config *config, const struct rte_eth_dev_info *info)
{
	int mtu = config->mtu;
	const uint16_t limit = driver->mtu_max != NULL ? driver->mtu_max() : info->max_mtu;

	device->mtu_max = least(limit, BGW_PORT_MTU_MAX);
	if (driver->row.linux_sees_it)
		mtu = linux_mtu(config->device, config->mtu);
	device->mtu = mtu > 0 ? (uint16_t)mtu : RTE_ETHER_MTU;
}

static int configure(const struct port_device *device, const struct port_driver *driver,
		     const struct rte_eth_dev_info *info)
{
	const bool is_pci = strcmp(device->bus, "pci") == 0;
	struct rte_eth_conf conf = {0};
	const uint32_t room =
		rte_pktmbuf_data_room_size(bgw_mbuf_pool(device->numa_node)) - RTE_PKTMBUF_HEADROOM;

	if (driver->rx_vlan_stripped)
		conf.rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
	conf.txmode.offloads |= info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (is_pci) {
		conf.rxmode.mtu = device->mtu;
		if (device->mtu + 26u > room)
			conf.rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
		if (device->rx_queues > 1) {
			conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
			conf.rx_adv_conf.rss_conf.rss_hf =
				info->flow_type_rss_offloads &
				(RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP);
		}
	}
	return rte_eth_dev_configure(device->ethdev_id, device->rx_queues, device->tx_queues,
				     &conf);
}

static uint16_t ring_size(uint16_t wanted, uint16_t preferred)
{
	if (wanted != 0)
		return wanted;
	return preferred != 0 ? preferred : DEFAULT_DESC;
}

static int queues_setup(const struct port_device *device, const struct bgw_port_config *config,
			const struct rte_eth_dev_info *info)
{
	struct rte_mempool *pool = bgw_mbuf_pool(device->numa_node);
	const unsigned int node = (unsigned int)device->numa_node;
	uint16_t rx_desc = ring_size(config->rx_desc, info->default_rxportconf.ring_size);
	uint16_t tx_desc = ring_size(config->tx_desc, info->default_txportconf.ring_size);
	int ret;

	ret = rte_eth_dev_adjust_nb_rx_tx_desc(device->ethdev_id, &rx_desc, &tx_desc);
	for (uint16_t q = 0; q < device->tx_queues && ret == 0; q++)
		ret = rte_eth_tx_queue_setup(device->ethdev_id, q, tx_desc, node, NULL);
	for (uint16_t q = 0; q < device->rx_queues && ret == 0; q++)
		ret = rte_eth_rx_queue_setup(device->ethdev_id, q, rx_desc, node, NULL, pool);
	return ret;
}

/*
 * A driver that fills its rings from the pool fails, or forwards for a while and then starves, when
 * the pool cannot fill them and hold what was sent and is not given back yet.
 */
static int check_mbufs(const struct port_device *device, const struct port_driver *driver,
		       const struct bgw_port_config *config, char *why, size_t why_size)
{
	const struct rte_mempool *pool = bgw_mbuf_pool(device->numa_node);
	const uint32_t rings = (uint32_t)driver->forgets_mbufs * device->rx_queues;
	const uint32_t wanted = rings + (rte_mempool_in_use_count(pool) + rings) / 2;
	const uint32_t left = rte_mempool_avail_count(pool);

	if (rings == 0 || left >= wanted)
		return 0;
	return bgw_refuse(why, why_size, ENOBUFS,
			  "port %s: its %u queues of driver %s need %u packet buffers, and %u are "
			  "left: raise memory.mbufs by %u or more",
			  config->name, device->rx_queues, config->driver, wanted, left,
			  wanted - left);
}

static int open_probed(struct port_device *device, const struct port_driver *driver,
		       const struct bgw_port_config *config, char *why, size_t why_size)
{
	struct rte_eth_dev_info info;
	struct log_capture log;
	char line[256];
	int ret;

	ret = rte_eth_dev_info_get(device->ethdev_id, &info);
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret, "port %s: the device does not answer: %s",
				  config->name, strerror(-ret));
	device->numa_node = rte_eth_dev_socket_id(device->ethdev_id);
	if (device->numa_node < 0)
		device->numa_node = 0;
	device->indirect_mbufs = driver->row.indirect_mbufs &&
				 ((info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0 ||
				  vdev_takes_chains(device->name));
	device->mbufs_unseen = is_ring(device->name);
	ret = queue_counts(device, driver, config, &info, why, why_size);
	if (ret < 0)
		return ret;
	mtu_read(device, driver, config, &info);
	if (driver->row.linux_sees_it)
		device->ifindex = if_nametoindex(config->device);
	if (device->mtu > device->mtu_max)
		return bgw_refuse(why, why_size, ERANGE,
				  "port %s: its MTU is %u, and driver %s with buffers of %u bytes "
				  "carries at most %u: lower the MTU or raise "
				  "memory.mbuf_bytes",
				  config->name, device->mtu, config->driver,
				  rte_pktmbuf_data_room_size(bgw_mbuf_pool(device->numa_node)) -
					  RTE_PKTMBUF_HEADROOM,
				  device->mtu_max);
	ret = check_mbufs(device, driver, config, why, why_size);
	if (ret < 0)
		return ret;
	log_capture_begin(&log);
	ret = configure(device, driver, &info);
	if (ret == 0)
		ret = queues_setup(device, config, &info);
	if (ret == 0)
		ret = rte_eth_macaddr_get(device->ethdev_id, &device->mac);
	log_capture_end(&log, ret < 0, line, sizeof(line));
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret,
				  "port %s: its %u receive and %u transmit queues cannot be set "
				  "up: %s (%s)%s",
				  config->name, device->rx_queues, device->tx_queues,
				  strerror(-ret), line, driver->hint != NULL ? driver->hint : "");
	device->forgotten_mbufs = (uint32_t)driver->forgets_mbufs * device->rx_queues;
	pool_driver_holds((int32_t)device->forgotten_mbufs);
	return 0;
}

int port_device_open(struct port_device *device, const struct port_driver *driver,
		     const struct bgw_port_config *config, uint16_t index, char *why,
		     size_t why_size)
{
	const uint16_t workers = (uint16_t)(rte_lcore_count() - 1);
	uint16_t queues = config->rx_queues;
	struct bgw_mbuf_usage before;
	struct bgw_mbuf_usage after;
	char args[1024];
	int ret;

	*device = (struct port_device){
		.bus = strcmp(driver->row.name, "pci") == 0 ? "pci" : "vdev",
	};
	ret = driver->check != NULL ? driver->check(config, why, why_size) : 0;
	if (ret < 0)
		return ret;
	if (queues == 0)
		queues = driver->queues != NULL ? driver->queues(config, workers) : workers;
	ret = driver->device(config, index, queues, device->name, sizeof(device->name), args,
			     sizeof(args));
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret,
				  "port %s: device and devargs are too long together",
				  config->name);
	ret = probe(device, args, config, why, why_size);
	if (ret < 0)
		return ret;
	bgw_mbuf_usage_get(&before);
	ret = open_probed(device, driver, config, why, why_size);
	if (ret < 0) {
		port_device_close(device);
		bgw_mbuf_usage_get(&after);
		if (driver->forgets_mbufs > 0)
			pool_driver_wrote_off(after.in_use - before.in_use);
	}
	return ret;
}

int port_device_start(const struct port_device *device, const struct bgw_port_config *config,
		      char *why, size_t why_size)
{
	struct log_capture log;
	char line[256];
	int ret;

	log_capture_begin(&log);
	ret = rte_eth_dev_start(device->ethdev_id);
	/* Where it cannot be switched the device takes every frame, or netdev_prepare did it. */
	if (ret == 0 && config->role == BGW_PORT_ACCESS)
		rte_eth_promiscuous_enable(device->ethdev_id);
	log_capture_end(&log, ret < 0, line, sizeof(line));
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret, "port %s does not start: %s (%s)",
				  config->name, strerror(-ret), line);
	bgw_memif_peer_watch(device->ethdev_id);
	return 0;
}

bool port_device_follow(struct port_device *device, const char *name, bool own_mac)
{
	const struct port_device before = *device;
	const int mtu = linux_mtu(name, 0);

	if (mtu > 0)
		device->mtu = mtu < device->mtu_max ? (uint16_t)mtu : device->mtu_max;
	if (own_mac)
		linux_mac(name, &device->mac);
	/* A netdev that was deleted and made again has the name, and none of our queues. */
	device->linux_link_up = linux_link(name, &device->linux_link_mbps) &&
				if_nametoindex(name) == device->ifindex;
	return before.mtu != device->mtu || before.linux_link_up != device->linux_link_up ||
	       !rte_is_same_ether_addr(&before.mac, &device->mac);
}

void port_device_stop(const struct port_device *device)
{
	/* An AF_XDP queue frees what was sent when it is next used, and not when it is closed. */
	for (uint16_t round = 0; round < 2; round++)
		for (uint16_t q = 0; q < device->tx_queues; q++)
			rte_eth_tx_burst(device->ethdev_id, q, NULL, 0);
	bgw_memif_peer_unwatch(device->ethdev_id);
	bgw_memif_peer_run(device->ethdev_id, rte_eth_dev_stop);
}

void port_device_close(struct port_device *device)
{
	bgw_memif_peer_run(device->ethdev_id, rte_eth_dev_close);
	pool_driver_holds(-(int32_t)device->forgotten_mbufs);
	pool_driver_wrote_off(device->forgotten_mbufs);
	rte_eal_hotplug_remove(device->bus, device->name);
}
