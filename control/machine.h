/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_MACHINE_H
#define BGW_CONTROL_MACHINE_H

/**
 * The machine under the gateway, as the configuration names it: EAL, packet buffers, netdevs taken
 * over, ports, mirrors, and what underlay ports steer to the workers. The index of a port is its
 * place in the configuration.
 *
 * Order: machine_create() before any other thread exists (EAL puts the caller on the control CPUs
 * and what it starts inherits them), machine_ports_start(), workers; workers stopped,
 * machine_destroy(). The second happens with everything published, so that the first frame finds a
 * complete gateway. Control thread.
 */

#include <stddef.h>
#include <stdint.h>

#include <bgw/bridge.h>

#include "config.h"
#include "error.h"

struct machine;

/** NULL with *error set: one sentence. Whatever it changed is then as it was. */
struct machine *machine_create(const struct config *config, struct error *error);

/** Starts every port. Negative with *error set. */
int machine_ports_start(struct machine *machine, struct error *error);

/**
 * Tells the underlay ports that Linux shares which addresses are tunnel endpoints of ours: what
 * goes to them by a tunnel protocol is not Linux's. To be called whenever they change. Copies.
 */
int machine_steer_set(struct machine *machine, const struct bgw_ip *addresses, uint32_t count);

/** Stops and removes the ports, puts the netdevs back and ends EAL. NULL is fine. */
void machine_destroy(struct machine *machine);

#endif
