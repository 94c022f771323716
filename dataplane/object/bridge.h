/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OBJECT_BRIDGE_H
#define OBJECT_BRIDGE_H

#include <string.h>

#include <bgw/bridge.h>

#include "dataplane.h"

/* Domains, attachments and neighbours as workers see them: immutable once published. */

enum storm_class {
	STORM_BROADCAST,
	STORM_MULTICAST,
	STORM_UNKNOWN_UNICAST,
	STORM_CLASSES,
};

#define ATTACHMENT_ADMIN_UP	      0x01
#define ATTACHMENT_L2_CONTROL	      0x02 /* carries link-local groups but PAUSE and LACP */
#define ATTACHMENT_REFUSE_NEW_SOURCES 0x04
#define ATTACHMENT_KEEPS_TAGS	      0x08 /* kind PORT */
#define ATTACHMENT_STORM_LIMITS	      0x10
#define ATTACHMENT_LISTS	      0x20 /* of sources or ethertypes */

struct attachment {
	uint32_t index;
	uint16_t port;
	uint16_t domain;
	uint8_t flags;
	uint8_t kind;
	uint8_t tags_bytes; /* of the tags pushed on frames that leave: 0, 4 or 8 */
	uint8_t reserved;
	/* TPID and TCI as on the wire; the TCI's PCP and DEI are those for frames that had none. */
	rte_be16_t outer_tpid;
	rte_be16_t outer_tci;
	rte_be16_t inner_tci;
	uint16_t allowed_sources_count;
	uint16_t allowed_ethertypes_count;
	uint32_t storm_cycles[STORM_CLASSES]; /* between two packets at the limit; 0: no limit */
	uint64_t storm_burst_cycles[STORM_CLASSES];
	rte_be16_t allowed_ethertypes[BGW_MAX_ALLOWED_ETHERTYPES];
	struct rte_ether_addr allowed_sources[]; /* allowed_sources_count */
} __rte_cache_aligned;

struct domain {
	uint16_t id;
	bool suppress;
	/* Attachments first: a frame from a tunnel is flooded to them alone (split horizon). */
	uint32_t attachments_count;
	uint32_t targets_count;
	bgw_ref targets[];
};

struct neighbour {
	uint64_t key;
	struct bgw_neighbour_spec spec;
};

/*
 * Keys of the exact-match tables. None is 0 or ~0: a domain and a port have a bit that is set, and
 * a domain one that is not (BGW_MAX_DOMAIN_ID).
 */

static inline uint64_t fdb_key(uint16_t domain, const void *mac)
{
	uint64_t bytes;

	memcpy(&bytes, mac, sizeof(bytes));
	return bytes << 16 | domain;
}

static inline uint64_t tags_key(uint16_t port, uint16_t outer_vid, uint16_t inner_vid)
{
	return UINT64_C(1) << 48 | (uint64_t)port << 32 | (uint64_t)outer_vid << 16 | inner_vid;
}

static inline uint64_t neighbour_key(uint16_t domain, const struct bgw_ip *ip)
{
	uint64_t halves[2];

	if (ip->family == 4)
		return (uint64_t)domain << 32 | ip->v4;
	/*
	 * The neighbour's own address is compared after the lookup, so this has to spread and no
	 * more; the odd multipliers are those of SplitMix64.
	 */
	memcpy(halves, ip->v6, sizeof(halves));
	halves[0] = (halves[0] ^ domain) * UINT64_C(0xbf58476d1ce4e5b9);
	halves[1] = (halves[1] ^ halves[0] >> 32) * UINT64_C(0x94d049bb133111eb);
	return (halves[0] ^ halves[1] ^ halves[1] >> 31) | UINT64_C(1) << 62;
}

#endif
