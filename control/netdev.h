/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_NETDEV_H
#define CONTROL_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A Linux netdev that a port takes over: made fit before the port is added, and put back as it was
 * when the gateway ends.
 *
 * - One gateway to a netdev: an abstract socket is its lock, which dies with the process.
 * - Offloads that leave frames unfinished are off (VLAN tag beside the frame, GRO, LRO): such
 * frames would travel broken through a tunnel, where ping works and TCP hangs.
 * - AF_XDP: the channel count is what the port asks for, because frames of a queue that no worker
 *   claims go to Linux.
 * - An access netdev is silent, or its own Linux stack would talk onto the exchange's LAN: no IPv6,
 *   no ARP, no addresses (it is refused if there are any, unless told), promiscuous.
 *
 * What was there before is written to a file in the runtime directory ($RUNTIME_DIRECTORY, else
 * /run/bgw), so that a start after kill -9 restores the original at its end. Control thread;
 * blocks for a few system calls.
 */

struct netdev_request {
	const char *name;
	bool access;	      /* make it silent */
	bool af_xdp;	      /* claim every queue */
	bool allow_addresses; /* access: do not refuse addresses on it */
	uint16_t queues;      /* af_xdp: how many; 0: as many as `workers`, at most what it has */
	uint16_t workers;
};

struct netdev;

/* NULL and errno; `why` then has the operator's sentence. Nothing is left changed on an error. */
struct netdev *netdev_prepare(const struct netdev_request *request, char *why, size_t why_size);

/* How many queues the port must use (struct bgw_port_config.rx_queues); 0: the driver decides. */
uint16_t netdev_queues(const struct netdev *netdev);

/* Puts back what was changed, as far as the netdev still exists. After the port was removed. */
void netdev_restore(struct netdev *netdev);

#endif
