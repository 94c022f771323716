/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/guard.h"

static bool source_is_allowed(const struct attachment *attachment, const uint8_t *source)
{
	if (attachment->allowed_sources_count == 0)
		return true;
	for (uint16_t i = 0; i < attachment->allowed_sources_count; i++) {
		if (memcmp(&attachment->allowed_sources[i], source, RTE_ETHER_ADDR_LEN) == 0)
			return true;
	}
	return false;
}

/* Of a frame whose tags are kept, what counts is the ethertype behind them. */
static rte_be16_t innermost_ethertype(const uint8_t *bytes, uint32_t length)
{
	uint32_t offset = 0;

	while (frame_is_tag(frame_ethertype(bytes + offset)) &&
	       length >= offset + RTE_ETHER_HDR_LEN + 4)
		offset += 4;
	return frame_ethertype(bytes + offset);
}

static bool ethertype_is_allowed(const struct attachment *attachment, const uint8_t *bytes,
				 uint32_t length)
{
	const rte_be16_t ethertype = innermost_ethertype(bytes, length);

	if (attachment->allowed_ethertypes_count == 0)
		return true;
	for (uint16_t i = 0; i < attachment->allowed_ethertypes_count; i++) {
		if (attachment->allowed_ethertypes[i] == ethertype)
			return true;
	}
	return false;
}

static bool storm_conforms(struct worker *worker, const struct attachment *attachment,
			   enum storm_class class)
{
	if (attachment->storm_cycles[class] == 0)
		return true;
	return meter_conforms(&worker->dp->storm_meters[attachment->index][class],
			      worker->now_cycles, attachment->storm_cycles[class],
			      attachment->storm_burst_cycles[class]);
}

/* A drop reason, or -1. */
static int attachment_check(struct worker *worker, const struct attachment *attachment,
			    const uint8_t *bytes, uint32_t length)
{
	const uint64_t destination = fdb_key(0, bytes + FRAME_DESTINATION_OFFSET);

	if (!(attachment->flags & ATTACHMENT_ADMIN_UP))
		return BGW_DROP_ATTACHMENT_DOWN;
	if (guard_source_is_bad(fdb_key(0, bytes + FRAME_SOURCE_OFFSET)))
		return BGW_DROP_BAD_SOURCE;
	/* What is dropped in any case takes nothing from the limits. */
	if (guard_is_link_local(destination) &&
	    !guard_link_local(destination, attachment->flags & ATTACHMENT_L2_CONTROL))
		return BGW_DROP_LINK_LOCAL;
	if (!source_is_allowed(attachment, bytes + FRAME_SOURCE_OFFSET))
		return BGW_DROP_SOURCE_NOT_ALLOWED;
	if (!ethertype_is_allowed(attachment, bytes, length))
		return BGW_DROP_ETHERTYPE_NOT_ALLOWED;
	if (destination >> 16 == UINT64_C(0xffffffffffff))
		return storm_conforms(worker, attachment, STORM_BROADCAST)
			       ? -1
			       : BGW_DROP_BROADCAST_LIMIT;
	if (guard_is_group(destination))
		return storm_conforms(worker, attachment, STORM_MULTICAST)
			       ? -1
			       : BGW_DROP_MULTICAST_LIMIT;
	return -1;
}

bool guard_admit(struct worker *worker, const struct attachment *attachment, struct rte_mbuf *mbuf)
{
	const int reason = attachment_check(
		worker, attachment, rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len);

	if (likely(reason < 0))
		return true;
	worker_drop_at(worker, mbuf, (enum bgw_drop)reason, bgw_ref_attachment(attachment->index));
	return false;
}

bool guard_unknown_unicast(struct worker *worker, const struct attachment *attachment)
{
	return storm_conforms(worker, attachment, STORM_UNKNOWN_UNICAST);
}
