/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_NETDEV_STATE_H
#define CONTROL_NETDEV_STATE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* The settings of a netdev that the gateway changes, and how Linux is asked for them. */

struct netdev_state {
	bool up;
	bool promiscuous;
	bool arp;
	bool has_ipv6; /* the kernel has IPv6 for this netdev */
	bool ipv6_disabled;
	bool has_gro;
	bool gro;
	bool has_offloads;
	bool rxvlan;
	bool lro;
	bool has_channels;
	uint32_t rx_channels; /* of a netdev without combined ones */
	uint32_t tx_channels;
	uint32_t combined_channels;
	uint32_t max_combined_channels;
};

/* 0 or a negative errno: -ENODEV if it is gone. */
int netdev_state_read(const char *name, struct netdev_state *state);
/* Makes `name` go from `from` to `to`: changes nothing else. The first error, after trying all. */
int netdev_state_write(const char *name, const struct netdev_state *from,
		       const struct netdev_state *to);

/* One line of text, for the file that outlives a killed process. */
int netdev_state_format(const struct netdev_state *state, char *text, size_t size);
/* -EINVAL: not such a line. */
int netdev_state_parse(struct netdev_state *state, const char *text);

#endif
