/* SPDX-License-Identifier: BSD-3-Clause */
#include "port.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <bgw/memif_peer.h>
#include <bgw/why.h>

#define RX_MBUFS 8192
/* A driver may keep as many as its ring has descriptors, twice over, until it is called again. */
#define TX_MBUFS	4096
#define CACHE_MBUFS	256
#define DESCRIPTORS	1024
#define DATA_ROOM	(RTE_PKTMBUF_HEADROOM + 2048)
#define MBUF_EXTRA	256 /* the mbuf itself, its pool's header */
#define OVERHEAD_MBYTES 64
#define ANY_NODE	((unsigned int)SOCKET_ID_ANY)
#define LINK_STEP_NS	20000000u

bool port_is_pci(const char *device)
{
	unsigned int domain, bus, slot, function;
	int end = 0;

	if (sscanf(device, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function, &end) == 4)
		return device[end] == '\0';
	end = 0;
	return sscanf(device, "%x:%x.%x%n", &bus, &slot, &function, &end) == 3 &&
	       device[end] == '\0';
}

/* Room for the longest frame with its tunnel, in one piece. */
static uint16_t tx_data_room(const struct options *options)
{
	uint32_t longest = 0;
	uint32_t tunnel = 0;

	for (uint16_t i = 0; i < options->frames_count; i++)
		for (uint16_t s = 0; s < options->frames[i].mix.count; s++)
			longest = RTE_MAX(longest, options->frames[i].mix.sizes[s]);
	for (uint16_t i = 0; i < options->ports_count; i++)
		tunnel = RTE_MAX(tunnel, frame_tunnel_bytes(&options->ports[i].tunnel));
	longest += tunnel + RTE_PKTMBUF_HEADROOM;
	return (uint16_t)RTE_MAX(RTE_ALIGN_CEIL(longest, 64u), (uint32_t)DATA_ROOM);
}

unsigned int port_memory_mbytes(const struct options *options)
{
	const uint64_t tx = 2ull * options->pairs_count * TX_MBUFS *
			    (tx_data_room(options) + (uint64_t)MBUF_EXTRA);
	const uint64_t rx = (uint64_t)RX_MBUFS * options->ports_count *
			    (tx_data_room(options) + (uint64_t)MBUF_EXTRA);

	if (options->memory_mbytes != 0)
		return (unsigned int)options->memory_mbytes;
	return (unsigned int)((tx + rx) * 9 / 8 >> 20) + OVERHEAD_MBYTES;
}

/*
 * Buffers of a sending stream are zero and stay so behind what it writes: see transmit.c. Nobody
 * else has them.
 */
static void mbuf_clear(struct rte_mempool *pool, void *context, void *object, unsigned int index)
{
	struct rte_mbuf *mbuf = object;

	(void)pool;
	(void)context;
	(void)index;
	memset(mbuf->buf_addr, 0, mbuf->buf_len);
}

static int pools_create(struct ports *ports, const struct options *options, char *why,
			size_t why_size)
{
	const uint16_t room = tx_data_room(options);

	ports->rx_pool =
		rte_pktmbuf_pool_create("bgwgen_rx", RX_MBUFS * (unsigned int)options->ports_count,
					CACHE_MBUFS, 0, room, SOCKET_ID_ANY);
	for (int i = 0; i < 2 * options->pairs_count && ports->rx_pool != NULL; i++) {
		char name[32];

		snprintf(name, sizeof(name), "bgwgen_tx%d", i);
		ports->tx_pools[i] = rte_pktmbuf_pool_create(name, TX_MBUFS, CACHE_MBUFS, 0, room,
							     SOCKET_ID_ANY);
		if (ports->tx_pools[i] == NULL)
			break;
		rte_mempool_obj_iter(ports->tx_pools[i], mbuf_clear, NULL);
	}
	if (ports->rx_pool == NULL || ports->tx_pools[2 * options->pairs_count - 1] == NULL)
		return bgw_refuse(why, why_size, ENOMEM,
				  "--memory %u: the packet buffers do not fit (%s): give more, or "
				  "none to take as much as needed",
				  port_memory_mbytes(options), rte_strerror(rte_errno));
	return 0;
}

static int device_probe(const struct port_options *port, uint16_t *ethdev, char *why,
			size_t why_size)
{
	const size_t length = strcspn(port->device, ",");
	char name[RTE_DEV_NAME_MAX_LEN];
	const char *arguments = port->device[length] != '\0' ? port->device + length + 1 : "";

	if (length >= sizeof(name))
		return bgw_refuse(why, why_size, EINVAL,
				  "--port %s: the name of the device is longer than %zu characters",
				  port->name, sizeof(name) - 1);
	memcpy(name, port->device, length);
	name[length] = '\0';
	if (!port_is_pci(port->device) && rte_eal_hotplug_add("vdev", name, arguments) < 0)
		return bgw_refuse(why, why_size, EINVAL,
				  "--port %s: DPDK refuses the device \"%s\": name one of its "
				  "virtual devices with right arguments, as net_memif0,role=client,"
				  "socket-abstract=no,socket=PATH, or a PCI address",
				  port->name, port->device);
	if (rte_eth_dev_get_port_by_name(name, ethdev) < 0)
		return bgw_refuse(why, why_size, ENODEV,
				  "--port %s: %s is no network device that DPDK can use%s",
				  port->name, name,
				  port_is_pci(name) ? ": bind it to vfio-pci" : "");
	return 0;
}

static int device_start(struct ports *ports, const struct options *options, uint16_t index,
			char *why, size_t why_size)
{
	const struct port_options *port = &options->ports[index];
	struct rte_eth_conf conf = {0};
	struct rte_eth_dev_info info;
	uint16_t rx_descriptors = DESCRIPTORS;
	uint16_t tx_descriptors = DESCRIPTORS;
	uint16_t ethdev;
	int ret = device_probe(port, &ethdev, why, why_size);

	if (ret < 0)
		return ret;
	ports->ethdevs[ports->count++] = ethdev;
	ret = rte_eth_dev_info_get(ethdev, &info);
	if (ret == 0) {
		const uint32_t mtu = tx_data_room(options) - RTE_PKTMBUF_HEADROOM - 18u;

		if (port_is_pci(port->device))
			conf.rxmode.mtu = RTE_MIN(mtu, (uint32_t)info.max_mtu);
		ret = rte_eth_dev_configure(ethdev, 1, 1, &conf);
	}
	ret = ret ? ret
		  : rte_eth_dev_adjust_nb_rx_tx_desc(ethdev, &rx_descriptors, &tx_descriptors);
	ret = ret ? ret
		  : rte_eth_rx_queue_setup(ethdev, 0, rx_descriptors, ANY_NODE, NULL,
					   ports->rx_pool);
	ret = ret ? ret : rte_eth_tx_queue_setup(ethdev, 0, tx_descriptors, ANY_NODE, NULL);
	ret = ret ? ret : rte_eth_dev_start(ethdev);
	if (ret < 0)
		/* Many drivers answer -1 whatever it was, and say more themselves. */
		return bgw_refuse(why, why_size, -ret,
				  "--port %s: the device does not start%s%s; see above, and note "
				  "that a memif client needs its server to be there",
				  port->name, ret != -1 ? ": " : "",
				  ret != -1 ? rte_strerror(-ret) : "");
	/* Devices that cannot be told take every frame. */
	rte_eth_promiscuous_enable(ethdev);
	return 0;
}

static int link_wait(struct ports *ports, const struct options *options, uint16_t index,
		     const volatile sig_atomic_t *interrupted, char *why, size_t why_size)
{
	const struct timespec step = {0, LINK_STEP_NS};
	uint64_t waited_ns = 0;
	struct rte_eth_link link = {0};

	while (rte_eth_link_get_nowait(ports->ethdevs[index], &link) < 0 || !link.link_status) {
		if (*interrupted)
			return bgw_refuse(why, why_size, EINTR, "ended by a signal");
		if (waited_ns >= options->link_wait_ns)
			return bgw_refuse(why, why_size, ENETDOWN,
					  "--port %s: no link in %.1f s: is the other side up?",
					  options->ports[index].name,
					  (double)options->link_wait_ns / 1e9);
		nanosleep(&step, NULL);
		waited_ns += LINK_STEP_NS;
	}
	/* A virtual device names a speed that means nothing. */
	if (port_is_pci(options->ports[index].device) &&
	    link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN) {
		const double bps = link.link_speed * 1e6;

		if (ports->line_rate_bps <= 0 || bps < ports->line_rate_bps)
			ports->line_rate_bps = bps;
	}
	return 0;
}

int ports_open(struct ports *ports, const struct options *options,
	       const volatile sig_atomic_t *interrupted, char *why, size_t why_size)
{
	int ret;

	memset(ports, 0, sizeof(*ports));
	ret = pools_create(ports, options, why, why_size);
	for (uint16_t i = 0; i < options->ports_count && ret == 0; i++)
		ret = device_start(ports, options, i, why, why_size);
	for (uint16_t i = 0; i < options->ports_count && ret == 0; i++)
		ret = link_wait(ports, options, i, interrupted, why, why_size);
	for (uint16_t i = 0; i < ports->count && ret == 0; i++)
		bgw_memif_peer_watch(ports->ethdevs[i]);
	if (options->line_rate_bps > 0)
		ports->line_rate_bps = options->line_rate_bps;
	return ret;
}

void ports_close(struct ports *ports)
{
	while (ports->count > 0) {
		const uint16_t ethdev = ports->ethdevs[--ports->count];

		bgw_memif_peer_unwatch(ethdev);
		bgw_memif_peer_run(ethdev, rte_eth_dev_stop);
		bgw_memif_peer_run(ethdev, rte_eth_dev_close);
	}
	for (int i = 0; i < GENERATOR_STREAMS_MAX; i++)
		rte_mempool_free(ports->tx_pools[i]);
	rte_mempool_free(ports->rx_pool);
}
