/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_PACKET_PATH_H
#define BGW_CONTROL_PACKET_PATH_H

/**
 * What is needed before an object can be published, and what makes frames flow afterwards: the
 * machine's ports (machine.h), the dataplane's tables, the gateway's own addresses and the workers.
 *
 * Control thread only.
 */

#include <bgw/bridge.h>
#include <bgw/dataplane.h>

#include "error.h"

struct bgw_address;
struct config;
struct control;

/** Whether the ports of a configuration make sense to their drivers, as far as the file alone can
 * tell. 0 or negative with *error set. */
int packet_path_check(const struct config *config, struct error *error);

/** Ports and tables: sets control->machine, ->dataplane and what publishes to it (forwarding.h).
 * Negative with *error set; packet_path_stop() cleans up. */
int packet_path_start(struct control *control, struct error *error);
/** Ports and workers run from here on: with all that was stored published. */
int packet_path_run(struct control *control, struct error *error);
/** Workers end, so that nothing is in use while resources are taken down. */
void packet_path_halt(struct control *control);
/** The rest. May be called whatever was started. */
void packet_path_stop(struct control *control);

/** Sizes of the dataplane's tables, as the configuration asks for them; the same at every call. */
struct bgw_limits packet_path_limits(const struct config *config);

/** The gateway's own addresses on the underlay, wherever they are known from: workers take tunnel
 * traffic to them, and netdevs steer it to the workers. Replaces the set; at most 64. 0 or negative
 * errno. */
int packet_path_own_addresses_set(struct control *control, const struct bgw_ip *addresses,
				  uint32_t count);

/** An address of the API as the dataplane has it. */
struct bgw_ip packet_path_ip(const struct bgw_address *address);

#endif
