/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_UNDERLAY_LINUX_H
#define BGW_CONTROL_UNDERLAY_LINUX_H

/**
 * The underlay on the real machine: netlink sockets of this network namespace, a raw socket for
 * ICMP errors, timers of the control thread's loop.
 *
 * Order at start: underlay_linux_open(), underlay_port_set() for each underlay port, static ones,
 * then underlay_linux_start(); after it own addresses and routes are known, so that stored objects
 * can be replayed.
 */

#include <stddef.h>

#include "underlay.h"

struct loop;
struct underlay_linux;

/** NULL and errno, with a sentence in `why`. */
struct underlay_linux *underlay_linux_open(struct loop *loop, const struct bgw_address *vtep,
					   char *why, size_t why_size);
struct underlay *underlay_linux_get(struct underlay_linux *linux_underlay);
/** Reads what Linux has now, and follows it from then on. 0 or negative errno. */
int underlay_linux_start(struct underlay_linux *linux_underlay, char *why, size_t why_size);
/** Every path must have been removed. Accepts NULL. */
void underlay_linux_close(struct underlay_linux *linux_underlay);

#endif
