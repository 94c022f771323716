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
	uint16_t outer_vid;
	uint16_t inner_vid;
	/* As they lie in a frame, outer first; PCP and DEI are those for frames that had none. */
	uint64_t tags;
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

/*
 * Of an IPv6 address it is a hash with the secrets of the table, so that nobody can choose an
 * address whose key another one has. Bits 63 and 62 are 0 and 1; IPv4 has neither.
 */
static inline uint64_t neighbour_key(const struct em_table *table, uint16_t domain,
				     const struct bgw_ip *ip)
{
	uint64_t halves[2];
	uint64_t hash;

	if (ip->family == 4)
		return (uint64_t)domain << 32 | ip->v4;
	memcpy(halves, ip->v6, sizeof(halves));
	hash = em_hash(table, halves[0]);
	hash = em_hash(table, hash ^ halves[1]);
	hash = em_hash(table, hash ^ domain);
	return (hash & ~(UINT64_C(1) << 63)) | UINT64_C(1) << 62;
}

#endif
