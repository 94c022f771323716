/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OBJECT_TUNNEL_H
#define OBJECT_TUNNEL_H

#include <bgw/drop.h>
#include <bgw/tunnel.h>

#include "dataplane.h"
#include "encap/ecn.h"
#include "encap/outer_header.h"

/* Peers, paths and connections as workers see them: immutable once published. */

/* Value of the table of peers. */
#define PEER_INDEX_MASK 0x00ffffffu
#define PEER_NVGRE	0x80000000u

/* Begins to look for the peer of a received packet's addresses: peer_find_at() ends it. */
static inline struct em_lookup peer_begin(const struct bgw_dataplane *dp, uint64_t addresses)
{
	return em_begin(&dp->peers, addresses);
}

/* The peer, as the table of peers has it. Addresses come from outside: those that are no key, all
 * bits 0 or all 1, would be found in an empty or a freed slot. */
static inline struct em_slot peer_find_at(const struct bgw_dataplane *dp, struct em_lookup lookup)
{
	return likely(em_is_key(lookup.key)) ? em_find_at(&dp->peers, lookup)
					     : (struct em_slot){NULL, 0};
}

static inline struct em_slot peer_find(const struct bgw_dataplane *dp, uint64_t addresses)
{
	return likely(em_is_key(addresses)) ? em_find(&dp->peers, addresses)
					    : (struct em_slot){NULL, 0};
}

#define PATH_IS_UP UINT8_MAX

/* PATH_IS_UP, or why frames for a path in that state are dropped. */
uint8_t path_state_drop(enum bgw_path_state state);

struct path {
	struct outer_header header;
	uint16_t port;
	uint16_t inner_max_bytes; /* the longest inner frame, without FCS, that fits the path */
	uint16_t mtu_bytes;	  /* the inner IP packet's, as told to hosts */
	uint8_t encap;
	uint8_t drop; /* PATH_IS_UP, or why frames for it are dropped: enum bgw_drop */
	struct tos_rule tos_rule;
} __rte_cache_aligned;

#define CONNECTION_PATH_BITS 21

/*
 * A connection: one word, which is read and written at once, so that traffic over thousands of them
 * meets one line of memory for eight, and a change is one store. All bits 0: there is none.
 */
union connection {
	uint64_t word;
	struct {
		uint64_t domain : 16; /* never 0 */
		uint64_t segmentation_id : 24;
		uint64_t path : CONNECTION_PATH_BITS;
		uint64_t admin_up : 1;
		uint64_t mtu_signal : 1;
	};
};

static inline union connection connection_get(const struct bgw_dataplane *dp, uint32_t index)
{
	return (union connection){
		.word = __atomic_load_n(&dp->connections[index].word, __ATOMIC_ACQUIRE)};
}

/* The path of the connection, NULL if one of the two is not there. */
static inline const struct path *connection_path(const struct bgw_dataplane *dp,
						 union connection connection)
{
	/* No path has index 0. */
	return __atomic_load_n(&dp->paths[connection.path], __ATOMIC_ACQUIRE);
}

/* In place of the key of a tunnel that has none: a bit beyond all that a key on the wire can have.
 */
#define KEYLESS (UINT64_C(1) << 39)

/* `key` as on the wire, in host order, or KEYLESS. */
static inline uint64_t connection_key(uint32_t peer, enum bgw_encap encap, uint64_t key)
{
	_Static_assert(BGW_ENCAP_COUNT <= KEYLESS >> 32, "an encapsulation does not reach KEYLESS");
	return (uint64_t)peer << 40 | (uint64_t)encap << 32 | key;
}

struct own_addresses {
	uint32_t count;
	struct bgw_ip addresses[];
};

/* Whether the address is one of the gateway's own. */
static inline bool underlay_address_is_ours(const struct bgw_dataplane *dp, rte_be32_t address)
{
	const struct own_addresses *own = __atomic_load_n(&dp->own_addresses, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; own && i < own->count; i++) {
		if (own->addresses[i].family == 4 && own->addresses[i].v4 == address)
			return true;
	}
	return false;
}

#endif
