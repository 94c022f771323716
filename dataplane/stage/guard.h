/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_GUARD_H
#define STAGE_GUARD_H

#include "object/bridge.h"
#include "stage/stage.h"

/*
 * What an attachment and a tunnel let in: the guards of an exchange's LAN.
 */

/* Lists of sources and ethertypes, broadcast and multicast limits. A drop reason, or -1. */
int guard_check_lists(struct worker *worker, const struct attachment *attachment,
		      const uint8_t *bytes, uint32_t length);

static inline uint64_t guard_address(const uint8_t *mac)
{
	return *(const unaligned_uint64_t *)mac & UINT64_C(0xffffffffffff);
}

/* The first byte on the wire is the lowest of the word. */
#define GUARD_GROUP_BIT UINT64_C(1)

/* 01-80-C2-00-00-00 to -0F, IEEE 802.1Q-2018 table 8-1. */
static inline bool guard_is_link_local(uint64_t destination)
{
	return (destination & UINT64_C(0xf0ffffffffff)) == UINT64_C(0x0000c28001);
}

/* MAC control (PAUSE) and slow protocols (LACP) never leave their link. */
static inline bool guard_is_never_tunneled(uint64_t destination)
{
	const uint64_t last = destination >> 40;

	return last == 0x01 || last == 0x02;
}

static inline bool guard_source_is_bad(uint64_t source)
{
	return source == 0 || (source & GUARD_GROUP_BIT) != 0;
}

/* Link-local groups: false if the frame may not pass; else it is marked, if it is one. */
static inline bool guard_link_local(struct frame *frame, uint64_t destination, bool l2_control)
{
	if (likely(!guard_is_link_local(destination)))
		return true;
	frame->flags |= FRAME_LINK_LOCAL;
	return l2_control && !guard_is_never_tunneled(destination);
}

/* Whether the frame may enter by the attachment; if not it was dropped. */
static inline bool guard_admit(struct worker *worker, const struct attachment *attachment,
			       struct frame *frame)
{
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const uint64_t destination = guard_address(bytes + FRAME_DESTINATION_OFFSET);
	int reason = -1;

	if (unlikely(!(attachment->flags & ATTACHMENT_ADMIN_UP)))
		reason = BGW_DROP_ATTACHMENT_DOWN;
	else if (unlikely(guard_source_is_bad(guard_address(bytes + FRAME_SOURCE_OFFSET))))
		reason = BGW_DROP_BAD_SOURCE;
	else if (unlikely(!guard_link_local(frame, destination,
					    attachment->flags & ATTACHMENT_L2_CONTROL)))
		reason = BGW_DROP_LINK_LOCAL;
	else if (unlikely(attachment->flags & (ATTACHMENT_LISTS | ATTACHMENT_STORM_LIMITS)))
		reason = guard_check_lists(worker, attachment, bytes, mbuf->data_len);
	if (likely(reason < 0))
		return true;
	worker_drop_at(worker, mbuf, (enum bgw_drop)reason, frame->source);
	return false;
}

/* Whether a frame to an unknown destination is within its attachment's limit. */
bool guard_unknown_unicast(struct worker *worker, const struct attachment *attachment);

#endif
