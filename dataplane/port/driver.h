/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_DRIVER_H
#define PORT_DRIVER_H

#include <stddef.h>

#include <bgw/port.h>

/*
 * A driver kind: what it can do, and how its device comes to be. Each is one file; the table is in
 * driver.c.
 */
struct port_driver {
	struct bgw_port_driver row; /* what control sees */
	/*
	 * Takes the outer tag off and leaves it in vlan_tci with RTE_MBUF_F_RX_VLAN |
	 * RTE_MBUF_F_RX_VLAN_STRIPPED: it is put back with the port's TPID.
	 */
	bool rx_vlan_stripped;
	uint16_t forgets_mbufs; /* a queue's, that its close does not give back */
	const char *hint;	/* why its queues may fail, for the operator; may be NULL */
	/*
	 * Refuses what the driver could not do, and removes what a killed process left in the way.
	 * May be NULL.
	 */
	int (*check)(const struct bgw_port_config *config, char *why, size_t why_size);
	/*
	 * Writes the name of the DPDK device of port `index` and the arguments of its driver.
	 * `queues`: how many pairs the port will use. -ENAMETOOLONG, -EINVAL.
	 */
	int (*device)(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
		      char *name, size_t name_size, char *args, size_t args_size);
	/* How many queues when config says none; NULL: one a worker, as far as there are. */
	uint16_t (*queues)(const struct bgw_port_config *config, uint16_t workers);
	/* The largest MTU that its buffers carry; NULL: what the DPDK device says. */
	uint16_t (*mtu_max)(void);
};

extern const struct port_driver port_driver_af_xdp;
extern const struct port_driver port_driver_af_packet;
extern const struct port_driver port_driver_tap;
extern const struct port_driver port_driver_memif;
extern const struct port_driver port_driver_pci;
extern const struct port_driver port_driver_vdev;

/* NULL if the row is unknown. */
const struct port_driver *port_driver_get(const char *name);

/* snprintf of a device name or arguments: -ENAMETOOLONG if it does not fit. */
__attribute__((format(printf, 3, 4))) int port_driver_print(char *out, size_t size,
							    const char *format, ...);

/* Refuses with a sentence if the netdev `device` is missing. */
int port_driver_check_netdev(const struct bgw_port_config *config, char *why, size_t why_size);

/* Refuses if the process lacks capability `number` (called `name`) and says for what. */
int port_driver_check_capability(const struct bgw_port_config *config, int number, const char *name,
				 char *why, size_t why_size);

#endif
