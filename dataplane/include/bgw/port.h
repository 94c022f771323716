/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PORT_H
#define BGW_PORT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>

#include <bgw/dataplane.h>

/*
 * The machine: EAL, packet buffers, and the ports of the gateway.
 *
 * Order of life, all on the control thread:
 *
 *   bgw_eal_start, bgw_port_add for each port, bgw_exception_start (bgw/exception.h),
 *   bgw_port_start_all, then the workers (bgw/worker.h);
 *   workers stopped, bgw_port_stop_all, bgw_exception_stop, bgw_port_remove_all, bgw_eal_stop.
 *
 * Functions that take (why, why_size) write one sentence for the operator there when they fail:
 * which limit or member, and what to do. They return 0 or a negative errno.
 *
 * Workers are numbered from 0, in the order of worker_cores; worker w runs on EAL's lcore w + 1.
 */

#define BGW_PORT_NAME_SIZE   64
#define BGW_PORT_DEVICE_SIZE 128 /* a netdev name, a PCI address */
#define BGW_PORT_MTU_MAX     9200
#define BGW_MBUF_HEADROOM    128 /* before the frame in each packet buffer */

struct bgw_eal_config {
	const uint16_t *control_cores; /* CPUs of the control thread and of DPDK's own threads */
	uint16_t control_cores_count;
	const uint16_t *worker_cores; /* one worker each */
	uint16_t worker_cores_count;
	bool hugepages;			/* false: ordinary memory, no PCI device then */
	uint32_t memory_mbytes;		/* reserved at start; 0: 1,024 */
	uint32_t mbufs;			/* packet buffers of each NUMA node; 0: 65,536 */
	uint16_t mbuf_data_room;	/* bytes of a buffer, headroom included; 0: 2,176 */
	const char *const *pci_devices; /* the PCI addresses that ports name, and no other */
	uint16_t pci_devices_count;
};

int bgw_eal_start(const struct bgw_eal_config *config, char *why, size_t why_size);
void bgw_eal_stop(void);

/* The pool of packet buffers of a NUMA node (that of the first worker, if the node has none). */
struct rte_mempool *bgw_mbuf_pool(int numa_node);

/*
 * The AF_XDP driver keeps 2,048 buffers of each queue in its fill ring (driver_held) and never
 * gives them back, not even when it is closed: bgw_port_remove_all() then writes them off. So when
 * all ports have been removed and nothing leaked, in_use is 0.
 */
struct bgw_mbuf_usage {
	uint32_t size;
	uint32_t in_use;      /* held by driver rings, by workers, or in flight */
	uint32_t driver_held; /* part of in_use: what af_xdp ports keep as long as they exist */
};

/* Summed over the pools. */
void bgw_mbuf_usage_get(struct bgw_mbuf_usage *usage);

enum bgw_port_role {
	BGW_PORT_ACCESS,
	BGW_PORT_UNDERLAY,
};

struct bgw_memif_config {
	char socket[108]; /* path of the unix socket */
	uint32_t id;
	bool server;
	bool zero_copy;	 /* client only */
	char secret[24]; /* "" for none */
};

struct bgw_port_config {
	char name[BGW_PORT_NAME_SIZE];
	char driver[16];		   /* a row of the driver table: bgw_port_driver_find() */
	char device[BGW_PORT_DEVICE_SIZE]; /* netdev, PCI address; tap: its Linux name */
	char devargs[512]; /* vdev: all of it; others: further arguments of the driver, or "" */
	enum bgw_port_role role;
	uint16_t tpid;	    /* of the outer tag on this port: 0x8100 (also if 0) or 0x88a8 */
	uint16_t vlan;	    /* underlay: VID of the tag of its traffic, 0: untagged */
	uint16_t rx_queues; /* 0: one for each worker, as far as the driver has them */
	uint16_t tx_queues; /* 0: likewise; ignored where a driver pairs its queues */
	uint16_t rx_desc;   /* 0: the driver's own choice */
	uint16_t tx_desc;
	uint16_t mtu; /* of the Ethernet payload; 0: what the device has */
	bool admin_down;
	char mirror[IFNAMSIZ]; /* Linux name of the tap mirror; "" for none */
	char xdp_program[256]; /* af_xdp: path of the object file, see control/xdp.h */
	struct bgw_memif_config memif;
};

/* What a kind of driver can do: a row of the driver table. */
struct bgw_port_driver {
	const char *name;
	bool netdev;	    /* `device` is a Linux netdev that exists before the port */
	bool linux_sees_it; /* Linux has the port as a netdev, so needs no mirror */
	bool linux_copies;  /* Linux gets each received frame too and must be kept from answering */
	bool xdp;	    /* receives through an XDP program */
	bool paired_queues; /* as many tx as rx queues; a pair belongs to one worker */
	bool indirect_mbufs; /* sends multi-segment and indirect mbufs */
	bool needs_hugepages;
};

/* NULL and ENOENT if there is no such driver. */
const struct bgw_port_driver *bgw_port_driver_find(const char *name);
/* Row `i` of the table, NULL after the last: for the message that lists them. */
const struct bgw_port_driver *bgw_port_driver_at(unsigned int i);

/*
 * Creates the DPDK device of port `index` (0 .. BGW_MAX_PORTS-1) and configures its queues. With
 * af_xdp this attaches the XDP program. Errors (each with its sentence): -EEXIST index or name
 * taken, -ENODEV no such device, -EINVAL a member, -ENOMEM too few buffers.
 */
int bgw_port_add(uint16_t index, const struct bgw_port_config *config, char *why, size_t why_size);

/*
 * Assigns queues to workers and starts every port. Must run before the workers do: the assignment
 * does not change under them.
 */
int bgw_port_start_all(char *why, size_t why_size);
/* Stops every port; driver rings give their buffers back. Workers must have stopped. */
void bgw_port_stop_all(void);
void bgw_port_remove_all(void);

/* Workers obey at once: a port that is down drops what it receives and sends nothing. */
int bgw_port_admin_set(uint16_t index, bool up);
/* The address in frames that leave by the port, and of its mirror. Ports that Linux has follow it.
 */
int bgw_port_mac_set(uint16_t index, const struct rte_ether_addr *mac);
/* -ERANGE: the driver or the size of the buffers does not allow it. */
int bgw_port_mtu_set(uint16_t index, uint16_t mtu);

/*
 * Takes over what Linux says of a port that it has too: MTU (as far as the port carries it),
 * address and link. To be called every second or so. 1: something changed, 0, -ENOENT: no such
 * port.
 */
int bgw_port_follow(uint16_t index);

#define BGW_PORT_NO_WORKER UINT8_MAX

struct bgw_port_info {
	char name[BGW_PORT_NAME_SIZE];
	const struct bgw_port_driver *driver;
	char device[BGW_PORT_DEVICE_SIZE];
	char netdev[IFNAMSIZ]; /* how Linux calls it: the netdev, tap or mirror; "" for none */
	enum bgw_port_role role;
	uint16_t tpid;
	uint16_t mtu;
	uint16_t mtu_max; /* what driver and buffers allow */
	struct rte_ether_addr mac;
	bool admin_up;
	bool link_up;
	uint32_t link_mbps; /* 0: unknown */
	int numa_node;
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint8_t rx_worker[BGW_MAX_WORKERS]; /* of each rx queue */
	uint8_t tx_worker[BGW_MAX_WORKERS]; /* of each tx queue */
	uint8_t handover_worker; /* sends for workers without a tx queue, else BGW_PORT_NO_WORKER */
};

/* -ENOENT: no such port. Reads the link from the driver, or as bgw_port_follow() found it last. */
int bgw_port_info_get(uint16_t index, struct bgw_port_info *info);
/* The index of the port of this name, or -ENOENT. */
int bgw_port_find(const char *name);

/*
 * What the driver counted since the port was added. Frames that workers took and gave are in
 * bgw/counter.h: those here never reached a worker, or left it and were not sent.
 */
struct bgw_port_stats {
	uint64_t rx_missed;  /* the worker did not fetch them in time */
	uint64_t rx_errors;  /* broken on the wire */
	uint64_t rx_no_mbuf; /* no buffer was free */
	uint64_t tx_errors;
};

int bgw_port_stats_get(uint16_t index, struct bgw_port_stats *stats);

#endif
