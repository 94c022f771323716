/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXCEPTION_TAP_H
#define EXCEPTION_TAP_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

/* A Linux tap, non-blocking. It exists as long as its descriptor is open. */
struct tap {
	char name[IFNAMSIZ];
	int fd;
};

/* -EBUSY: the name is taken. -EPERM, -ENOENT: no /dev/net/tun. */
int tap_open(struct tap *tap, const char *name);
void tap_close(struct tap *tap);

int tap_mac_set(const struct tap *tap, const struct rte_ether_addr *mac);
int tap_mtu_set(const struct tap *tap, uint16_t mtu);
/* The carrier, which is what Linux sees of the port's link; the tap itself is brought up with it.
 */
int tap_link_set(const struct tap *tap, bool up);

/* Writes all segments. 0 or a negative errno: -EIO, the tap is down. */
int tap_write(const struct tap *tap, const struct rte_mbuf *frame);
/* Reads one frame into an empty mbuf. 1, 0 if there is none, -EMSGSIZE: it did not fit. */
int tap_read(const struct tap *tap, struct rte_mbuf *frame);

#endif
