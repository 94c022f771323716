/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_LINUX_NETDEV_H
#define PORT_LINUX_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

/* What Linux says of a netdev, by name. One or two system calls each. */

/* The MTU, after it was set to `mtu` unless that is 0; or a negative errno. */
int linux_mtu(const char *name, uint16_t mtu);
int linux_mac(const char *name, struct rte_ether_addr *mac);
/* Whether it is up and has a carrier. *mbps: 0 if unknown. */
bool linux_link(const char *name, uint32_t *mbps);
/* Combined channels now, or 0 if it has none. */
uint32_t linux_combined_channels(const char *name);

#endif
