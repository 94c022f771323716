/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_TAGS_H
#define STAGE_TAGS_H

#include "object/bridge.h"
#include "stage/frame.h"

#include "port/port.h"

/* The tags of a frame: the attachment that they belong to, and how many are to be taken off. */
struct tags {
	uint32_t attachment;
	uint32_t strip_bytes;
	uint16_t outer_tci;
	uint16_t inner_tci;
};

static inline uint32_t tags_lookup(const struct bgw_dataplane *dp, uint16_t port,
				   uint16_t outer_vid, uint16_t inner_vid)
{
	const uint64_t key = tags_key(port, outer_vid, inner_vid);
	const struct em_slot slot = em_find(&dp->tags, key);

	return slot.bucket ? em_value(slot) : 0;
}

static inline uint16_t tag_tci(const uint8_t *tag)
{
	return rte_be_to_cpu_16(*(const unaligned_uint16_t *)(tag + 2));
}

/*
 * A tag of VID 0 carries a priority and is no tag otherwise; a second tag belongs to QinQ
 * attachments, and to no other if its VID is not 0.
 */
static inline struct tags tags_resolve(const struct bgw_dataplane *dp, const struct port *port,
				       uint16_t port_index, const uint8_t *bytes, uint32_t length)
{
	const uint8_t *tag = bytes + FRAME_ETHERTYPE_OFFSET;
	struct tags tags = {.strip_bytes = FRAME_TAG_BYTES};
	uint16_t inner_vid = 0;

	if (frame_ethertype(bytes) != port->tpid)
		return tags;
	tags.outer_tci = tag_tci(tag);
	if (frame_is_tag(frame_ethertype(bytes + 4))) {
		if (frame_ethertype(bytes + 4) != RTE_BE16(RTE_ETHER_TYPE_VLAN) ||
		    length < RTE_ETHER_HDR_LEN + 2 * FRAME_TAG_BYTES)
			return tags;
		tags.strip_bytes = 2 * FRAME_TAG_BYTES;
		tags.inner_tci = tag_tci(tag + 4);
		inner_vid = tags.inner_tci & TCI_VID;
		if (frame_is_tag(frame_ethertype(bytes + 8)))
			return tags;
	}
	if ((tags.outer_tci & TCI_VID) != 0)
		tags.attachment = tags_lookup(dp, port_index, tags.outer_tci & TCI_VID, inner_vid);
	else if (inner_vid == 0)
		tags.attachment = dp->port_attachments[port_index].untagged;
	return tags;
}

static inline void tags_strip(struct rte_mbuf *mbuf, uint32_t strip_bytes)
{
	uint8_t *bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);

	memmove(bytes + strip_bytes, bytes, 2 * RTE_ETHER_ADDR_LEN);
	rte_pktmbuf_adj(mbuf, (uint16_t)strip_bytes);
}

/*
 * Puts the attachment's tags on a frame that leaves by it; of a replica, its addresses as well move
 * from the shared payload into its own header segment. False: no room before the frame.
 */
bool tags_push(const struct attachment *attachment, const struct frame *frame);

#endif
