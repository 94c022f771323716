/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_DEVICE_H
#define PORT_DEVICE_H

#include <stddef.h>

#include <bgw/port.h>

#include "port/driver.h"

/* The DPDK device of a port. Control thread. */
struct port_device {
	char name[64]; /* as DPDK calls it */
	const char *bus;
	uint16_t ethdev_id;
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint16_t mtu;
	uint16_t mtu_max;
	int numa_node;
	bool indirect_mbufs;
	bool mbufs_unseen;
	uint32_t forgotten_mbufs; /* what its close will not give back */
	struct rte_ether_addr mac;
	/* Of a port that Linux has too; the drivers of such know no link. */
	unsigned int ifindex;
	bool linux_link_up;
	uint32_t linux_link_mbps;
};

/* Creates it, with its queues; undoes everything on an error, which it puts in a sentence. */
int port_device_open(struct port_device *device, const struct port_driver *driver,
		     const struct bgw_port_config *config, uint16_t index, char *why,
		     size_t why_size);
int port_device_start(const struct port_device *device, const struct bgw_port_config *config,
		      char *why, size_t why_size);
void port_device_stop(const struct port_device *device);
/* Reads MTU, address and link of the netdev `name`. Whether any of them changed. */
bool port_device_follow(struct port_device *device, const char *name, bool own_mac);
void port_device_close(struct port_device *device);

#endif
