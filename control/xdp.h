/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_XDP_H
#define CONTROL_XDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bgw/bridge.h>

/*
 * The programs of drivers-conf/xdp on netdevs, and the maps that tell them what is the gateway's.
 * Control thread. Each function blocks for a few system calls.
 *
 *   af_xdp    xdp_program_path() into the port's configuration, xdp_stale_remove(), bgw_port_add()
 *             (DPDK's driver attaches the program), for an underlay port then xdp_steer_open()
 *   af_packet bgw_port_add(), then xdp_guard_open()
 *
 * and for underlay ports xdp_steer_set() whenever the addresses or ports change. Removing the port
 * detaches an XDP program; xdp_steer_close() detaches a guard.
 */

/*
 * The object file for a port: "steer" (underlay: tunnels to the workers, the rest to Linux) or
 * "take" (access: everything), in the build directory or where it is installed. -ENOENT.
 */
int xdp_program_path(bool underlay, char *path, size_t path_size, char *why, size_t why_size);

/*
 * Removes the XDP program that a killed process left on a netdev: ours, known by name and tag.
 * -EBUSY: it is somebody else's, which is left alone. -EPERM: whose it is cannot be seen. The
 * netdev's lock (netdev.h) must be held.
 */
int xdp_stale_remove(const char *netdev, char *why, size_t why_size);

struct xdp_steer;

/*
 * The maps of the steering program that is attached to `netdev` and that this process loaded. NULL
 * and errno.
 */
struct xdp_steer *xdp_steer_open(const char *netdev, char *why, size_t why_size);

/*
 * Attaches the guard of an af_packet port at ingress, in place of one that a killed process left.
 * Of an underlay port Linux does not see what xdp_steer_set() names, of an access port it sees
 * nothing. NULL and errno.
 */
struct xdp_steer *xdp_guard_open(const char *netdev, bool underlay, char *why, size_t why_size);

struct xdp_steer_spec {
	const struct bgw_ip *addresses; /* own tunnel endpoints */
	uint32_t addresses_count;
	const uint16_t *udp_ports; /* 4789, host order */
	uint32_t udp_ports_count;
	const uint8_t *protocols; /* IPPROTO_GRE */
	uint32_t protocols_count;
	uint16_t vlan; /* VID of the underlay, 0: untagged */
};

/*
 * Makes the maps say what `spec` says: adds before it removes, so that what is in both is steered
 * all the time. Negative errno: what was there may be mixed; calling again finishes it. Does
 * nothing to the guard of an access port.
 */
int xdp_steer_set(struct xdp_steer *steer, const struct xdp_steer_spec *spec);
void xdp_steer_close(struct xdp_steer *steer);

#endif
