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

int guard_check_lists(struct worker *worker, const struct attachment *attachment,
		      const uint8_t *bytes, uint32_t length)
{
	const uint64_t destination = guard_address(bytes + FRAME_DESTINATION_OFFSET);

	if (!source_is_allowed(attachment, bytes + FRAME_SOURCE_OFFSET))
		return BGW_DROP_SOURCE_NOT_ALLOWED;
	if (!ethertype_is_allowed(attachment, bytes, length))
		return BGW_DROP_ETHERTYPE_NOT_ALLOWED;
	if (destination == UINT64_C(0xffffffffffff))
		return storm_conforms(worker, attachment, STORM_BROADCAST)
			       ? -1
			       : BGW_DROP_BROADCAST_LIMIT;
	if ((destination & GUARD_GROUP_BIT) != 0)
		return storm_conforms(worker, attachment, STORM_MULTICAST)
			       ? -1
			       : BGW_DROP_MULTICAST_LIMIT;
	return -1;
}

bool guard_unknown_unicast(struct worker *worker, const struct attachment *attachment)
{
	return storm_conforms(worker, attachment, STORM_UNKNOWN_UNICAST);
}
