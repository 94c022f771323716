/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/tags.h"

/* The tags of a frame that leaves: VIDs of the attachment, priority of the tag it had, if any. */
static uint32_t tags_build(const struct attachment *attachment, const struct frame *frame,
			   uint8_t tags[8])
{
	rte_be16_t outer_tci = attachment->outer_tci;
	rte_be16_t inner_tci = attachment->inner_tci;

	if (frame->flags & FRAME_HAS_TCI) {
		outer_tci = (outer_tci & RTE_BE16(TCI_VID)) |
			    (rte_cpu_to_be_16(frame->outer_tci) & RTE_BE16(TCI_PRIORITY));
		inner_tci = (inner_tci & RTE_BE16(TCI_VID)) |
			    (rte_cpu_to_be_16(frame->inner_tci) & RTE_BE16(TCI_PRIORITY));
	}
	memcpy(tags, &attachment->outer_tpid, 2);
	memcpy(tags + 2, &outer_tci, 2);
	if (attachment->tags_bytes == 8) {
		const rte_be16_t inner_tpid = RTE_BE16(RTE_ETHER_TYPE_VLAN);

		memcpy(tags + 4, &inner_tpid, 2);
		memcpy(tags + 6, &inner_tci, 2);
	}
	return attachment->tags_bytes;
}

/* The addresses move into the header segment, the shared payload begins behind them. */
static bool replica_push(struct rte_mbuf *mbuf, const uint8_t *tags, uint32_t tags_bytes)
{
	const uint32_t addresses_bytes = 2 * RTE_ETHER_ADDR_LEN;
	const uint8_t *payload = rte_pktmbuf_mtod(mbuf->next, const uint8_t *);
	uint8_t *header;

	header = (uint8_t *)rte_pktmbuf_prepend(mbuf, (uint16_t)(addresses_bytes + tags_bytes));
	if (!header)
		return false;
	memcpy(header, payload, addresses_bytes);
	memcpy(header + addresses_bytes, tags, tags_bytes);
	mbuf->next->data_off = (uint16_t)(mbuf->next->data_off + addresses_bytes);
	mbuf->next->data_len = (uint16_t)(mbuf->next->data_len - addresses_bytes);
	mbuf->pkt_len -= addresses_bytes;
	return true;
}

static bool frame_push(struct rte_mbuf *mbuf, const uint8_t *tags, uint32_t tags_bytes)
{
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_prepend(mbuf, (uint16_t)tags_bytes);

	if (!bytes)
		return false;
	memmove(bytes, bytes + tags_bytes, 2 * RTE_ETHER_ADDR_LEN);
	memcpy(bytes + 2 * RTE_ETHER_ADDR_LEN, tags, tags_bytes);
	return true;
}

bool tags_push(const struct attachment *attachment, const struct frame *frame)
{
	uint8_t tags[8];
	uint32_t tags_bytes = 0;

	if (attachment->tags_bytes > 0)
		tags_bytes = tags_build(attachment, frame, tags);
	if (frame->flags & FRAME_REPLICA)
		return replica_push(frame->mbuf, tags, tags_bytes);
	return tags_bytes == 0 || frame_push(frame->mbuf, tags, tags_bytes);
}
