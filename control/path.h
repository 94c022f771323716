/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_PATH_H
#define BGW_CONTROL_PATH_H

/**
 * Paths of the dataplane (bgw/tunnel.h): one for each remote address, local address, encapsulation,
 * key form, TTL and DSCP, shared by all connections that need the same. Published when first
 * acquired, again on each change of the underlay, withdrawn with the last connection.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stdint.h>

#include <bgw/encap.h>

#include "values.h"

struct bgw_dataplane;
struct indexes;
struct path;
struct paths;
struct underlay;
struct underlay_path_state;

struct path_key {
	struct bgw_address remote;
	struct bgw_address local; /**< underlay_source() */
	enum bgw_encap encap;
	bool keyless; /**< GRE without key */
	uint8_t ttl;
	int8_t dscp; /**< 0 to 63, or BGW_DSCP_COPY */
};

/** `dp` may be NULL (nothing forwards then). NULL without memory. */
struct paths *paths_create(struct bgw_dataplane *dp, struct underlay *underlay,
			   struct indexes *indexes, uint16_t vxlan_udp_port);
/** Every path must have been released. Accepts NULL. */
void paths_destroy(struct paths *paths);

/** NULL and errno: ENOMEM, or ENOSPC when every path index is in use or rests. */
struct path *path_acquire(struct paths *paths, const struct path_key *key);
/** Accepts NULL. The connection must not use its index any more. */
void path_release(struct path *path);

const struct path_key *path_key(const struct path *path);
/** While a watcher is called: whether the path went up or down by this change. */
bool path_turned(const struct path *path);
/** For struct bgw_connection_spec. */
uint32_t path_index(const struct path *path);
const struct underlay_path_state *path_state(const struct path *path);
/** Bytes of inner Ethernet payload (without the 14 of its header) that fit; 0 while not up. */
uint16_t path_inner_mtu_bytes(const struct path *path);

/** Publishes what the dataplane had no room for. To be called every few milliseconds, after
 * bgw_dataplane_poll(). */
void paths_tick(struct paths *paths);

/** Called after a path changed, or was made and is up, for those who show or depend on its state.
 * One watcher. */
typedef void path_changed(void *context, const struct path *path);
void paths_watch(struct paths *paths, path_changed *changed, void *context);

#endif
