/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_GUARD_H
#define STAGE_GUARD_H

#include "object/bridge.h"
#include "stage/stage.h"

/*
 * What an attachment and a tunnel let in: the guards of an exchange's LAN.
 *
 * Addresses are given as keys of the FDB. Group addresses and zero are never in it, so the bridge
 * asks for them only once a lookup has failed: known stations pay nothing.
 */

/* The first byte on the wire is the lowest of the address. */
#define GUARD_GROUP_BIT (UINT64_C(1) << 16)

static inline bool guard_is_group(uint64_t key)
{
	return (key & GUARD_GROUP_BIT) != 0;
}

/* 01-80-C2-00-00-00 to -0F, IEEE 802.1Q-2018 table 8-1. */
static inline bool guard_is_link_local(uint64_t key)
{
	return (key >> 16 & UINT64_C(0xf0ffffffffff)) == UINT64_C(0x0000c28001);
}

static inline bool guard_source_is_bad(uint64_t key)
{
	return key >> 16 == 0 || guard_is_group(key);
}

/* Whether the link-local group `key` may pass from there, or there: `l2_control` as configured. */
static inline bool guard_link_local(uint64_t key, bool l2_control)
{
	const uint64_t last = key >> 56;

	/* MAC control (PAUSE) and slow protocols (LACP) never leave their link. */
	return l2_control && last != 0x01 && last != 0x02;
}

/* An attachment whose frames are subject to guard_admit(). */
static inline bool guard_is_needed(const struct attachment *attachment)
{
	return (attachment->flags & (ATTACHMENT_ADMIN_UP | ATTACHMENT_LISTS |
				     ATTACHMENT_STORM_LIMITS)) != ATTACHMENT_ADMIN_UP;
}

/*
 * State of the attachment, lists of sources and ethertypes, broadcast and multicast limits. False:
 * the frame was dropped.
 */
bool guard_admit(struct worker *worker, const struct attachment *attachment, struct rte_mbuf *mbuf);

/* Whether a frame to an unknown destination is within its attachment's limit. */
bool guard_unknown_unicast(struct worker *worker, const struct attachment *attachment);

#endif
