/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_HAPPENINGS_H
#define BGW_CONTROL_HAPPENINGS_H

/**
 * What is said of the things that happen (events.h): objects that change, MACs that are learned or
 * move, paths and peers that go up or down.
 *
 * Control thread only.
 */

#include <bgw/ref.h>
#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

struct bgw_uuid;
struct change;
struct control;
struct path;

/** For struct control. */
void happening_change(struct control *control, const struct change *change);

/** A worker saw a MAC at a place: a new one, or one that was elsewhere. */
void happening_mac(struct control *control, uint16_t domain, bgw_ref place,
		   const struct rte_ether_addr *mac, bool has_moved);

/** A remote gateway with which negotiation is on was found to be there, or not any more. */
void happening_peer(struct control *control, const struct bgw_uuid *gateway, bool is_up,
		    const char *reason);

/** For paths_watch(); the context is the control. */
void happening_path(void *context, const struct path *path);

#endif
