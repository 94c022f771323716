/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_TAGS_H
#define STAGE_TAGS_H

#include "object/bridge.h"
#include "stage/frame.h"

#include "port/port.h"

/* The tags of a frame, as they say which attachment it belongs to. */
struct tags {
	uint64_t key;	  /* tags_key(); 0: not by a lookup */
	bool is_untagged; /* with a key of 0: to that of untagged frames, else to none */
	uint8_t bytes;	  /* to be taken off */
	uint16_t outer_tci;
	uint16_t inner_tci;
};

static inline uint16_t tag_tci(const uint8_t *tag)
{
	return rte_be_to_cpu_16(*(const unaligned_uint16_t *)(tag + 2));
}

/*
 * A tag of VID 0 carries a priority and is no tag otherwise; a second tag belongs to QinQ
 * attachments, and to no other if its VID is not 0.
 */
static inline struct tags tags_read(const struct port *port, uint16_t port_index,
				    const uint8_t *bytes, uint32_t length)
{
	const uint8_t *tag = bytes + FRAME_ETHERTYPE_OFFSET;
	struct tags tags = {.bytes = FRAME_TAG_BYTES};
	uint16_t inner_vid = 0;

	if (frame_ethertype(bytes) != port->tpid)
		return tags;
	tags.outer_tci = tag_tci(tag);
	tags.inner_tci = tags.outer_tci;
	if (frame_is_tag(frame_ethertype(bytes + 4))) {
		if (frame_ethertype(bytes + 4) != RTE_BE16(RTE_ETHER_TYPE_VLAN) ||
		    length < RTE_ETHER_HDR_LEN + 2 * FRAME_TAG_BYTES)
			return tags;
		tags.bytes = 2 * FRAME_TAG_BYTES;
		tags.inner_tci = tag_tci(tag + 4);
		inner_vid = tags.inner_tci & TCI_VID;
		if (frame_is_tag(frame_ethertype(bytes + 8)))
			return tags;
	}
	if ((tags.outer_tci & TCI_VID) != 0)
		tags.key = tags_key(port_index, tags.outer_tci & TCI_VID, inner_vid);
	else
		tags.is_untagged = inner_vid == 0;
	return tags;
}

/* Takes the tags off a frame that has these addresses. */
static inline void tags_strip(struct rte_mbuf *mbuf, uint32_t strip_bytes,
			      struct frame_addresses addresses)
{
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_adj(mbuf, (uint16_t)strip_bytes);

	*(unaligned_uint64_t *)bytes = addresses.first;
	*(unaligned_uint64_t *)(bytes + 4) = addresses.last;
}

/*
 * Puts the attachment's tags on a frame that leaves by it; of a replica, its addresses as well move
 * from the shared payload into its own header segment. False: no room before the frame.
 */
bool tags_push(const struct attachment *attachment, const struct frame *frame);

#endif
