/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/tags.h"

/* Tags as they lie in a frame, the outer one first: up to eight bytes. */
typedef uint64_t tags_word;

#define TAGS_PRIORITY \
	((tags_word)RTE_BE16(TCI_PRIORITY) << 16 | (tags_word)RTE_BE16(TCI_PRIORITY) << 48)

/* The tags of a frame that leaves: VIDs of the attachment, priority of the tag it had, if any. */
static tags_word tags_build(const struct attachment *attachment, const struct frame *frame)
{
	const tags_word had = (tags_word)rte_cpu_to_be_16(frame->outer_tci) << 16 |
			      (tags_word)rte_cpu_to_be_16(frame->inner_tci) << 48;

	if (!(frame->flags & FRAME_HAS_TCI))
		return attachment->tags;
	return (attachment->tags & ~TAGS_PRIORITY) | (had & TAGS_PRIORITY);
}

/* Writes addresses and tags, in registers until then, so that no store is read back. */
static void header_write(uint8_t *header, struct frame_addresses addresses, tags_word tags,
			 uint32_t tags_bytes)
{
	*(unaligned_uint64_t *)header = addresses.first;
	*(unaligned_uint64_t *)(header + 4) = addresses.last;
	if (tags_bytes == 2 * FRAME_TAG_BYTES)
		*(unaligned_uint64_t *)(header + FRAME_ETHERTYPE_OFFSET) = tags;
	else if (tags_bytes == FRAME_TAG_BYTES)
		*(unaligned_uint32_t *)(header + FRAME_ETHERTYPE_OFFSET) = (uint32_t)tags;
}

/* The addresses move into the header segment, the shared payload begins behind them. */
static bool replica_push(struct rte_mbuf *mbuf, tags_word tags, uint32_t tags_bytes)
{
	const uint32_t addresses_bytes = 2 * RTE_ETHER_ADDR_LEN;
	uint8_t *header =
		(uint8_t *)rte_pktmbuf_prepend(mbuf, (uint16_t)(addresses_bytes + tags_bytes));

	if (!header)
		return false;
	header_write(header, frame_addresses_read(rte_pktmbuf_mtod(mbuf->next, const uint8_t *)),
		     tags, tags_bytes);
	mbuf->next->data_off = (uint16_t)(mbuf->next->data_off + addresses_bytes);
	mbuf->next->data_len = (uint16_t)(mbuf->next->data_len - addresses_bytes);
	mbuf->pkt_len -= addresses_bytes;
	return true;
}

static bool frame_push(struct rte_mbuf *mbuf, tags_word tags, uint32_t tags_bytes)
{
	const struct frame_addresses addresses =
		frame_addresses_read(rte_pktmbuf_mtod(mbuf, const uint8_t *));
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_prepend(mbuf, (uint16_t)tags_bytes);

	if (!bytes)
		return false;
	header_write(bytes, addresses, tags, tags_bytes);
	return true;
}

bool tags_push(const struct attachment *attachment, const struct frame *frame)
{
	const uint32_t tags_bytes = attachment->tags_bytes;
	const tags_word tags = tags_build(attachment, frame);

	if (frame->flags & FRAME_REPLICA)
		return replica_push(frame->mbuf, tags, tags_bytes);
	return tags_bytes == 0 || frame_push(frame->mbuf, tags, tags_bytes);
}
