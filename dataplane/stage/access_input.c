/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/guard.h"
#include "stage/normalise.h"
#include "stage/stage.h"

/* The tags of a frame: the attachment that they belong to, and how many are to be taken off. */
struct tags {
	uint32_t attachment;
	uint32_t strip_bytes;
	uint16_t outer_tci;
	uint16_t inner_tci;
};

static uint32_t tags_lookup(const struct bgw_dataplane *dp, uint16_t port, uint16_t outer_vid,
			    uint16_t inner_vid)
{
	const uint64_t key = tags_key(port, outer_vid, inner_vid);
	const struct em_slot slot = em_find(&dp->tags, key, em_hash(&dp->tags, key));

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
static struct tags tags_resolve(const struct bgw_dataplane *dp, const struct port *port,
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

static void tags_strip(struct rte_mbuf *mbuf, uint32_t strip_bytes)
{
	uint8_t *bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);

	memmove(bytes + strip_bytes, bytes, 2 * RTE_ETHER_ADDR_LEN);
	rte_pktmbuf_adj(mbuf, (uint16_t)strip_bytes);
}

/* Finds the attachment and takes its tags off. NULL: dropped. */
static const struct attachment *frame_claim(struct worker *worker, const struct port *port,
					    uint16_t port_index, struct frame *frame)
{
	const struct bgw_dataplane *dp = worker->dp;
	const uint32_t whole_port = dp->port_attachments[port_index].whole_port;
	struct rte_mbuf *mbuf = frame->mbuf;
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const struct attachment *attachment;
	uint32_t index = dp->port_attachments[port_index].untagged;

	frame->flags = 0;
	if (whole_port != 0) {
		index = whole_port;
		if (frame_is_tag(frame_ethertype(bytes)))
			frame->flags = FRAME_TAGGED;
	} else if (unlikely(frame_is_tag(frame_ethertype(bytes)))) {
		const struct tags tags = tags_resolve(dp, port, port_index, bytes, mbuf->data_len);

		index = tags.attachment;
		if (index != 0) {
			frame->flags = FRAME_HAS_TCI;
			frame->outer_tci = tags.outer_tci;
			frame->inner_tci = tags.strip_bytes == 8 ? tags.inner_tci : tags.outer_tci;
			tags_strip(mbuf, tags.strip_bytes);
		}
	}
	attachment = index != 0 ? __atomic_load_n(&dp->attachments[index], __ATOMIC_ACQUIRE) : NULL;
	if (unlikely(!attachment)) {
		worker_drop(worker, mbuf, BGW_DROP_NO_ATTACHMENT);
		return NULL;
	}
	return attachment;
}

void stage_access_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			uint32_t count)
{
	const struct port *port = &port_table[rx->port];
	struct bgw_port_counters *counters = &worker->port_counters[rx->port];
	struct lane *input = &worker->input;
	uint64_t bytes = 0;

	input->count = 0;
	for (uint32_t i = 0; i < RTE_MIN(count, 4u); i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		struct frame *frame = &input->frames[input->count];
		const struct attachment *attachment;
		struct bgw_traffic_counters *traffic;
		int reason;

		if (i + 4 < count)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + 4], void *));
		bytes += mbuf->pkt_len;
		mbuf->port = rx->port;
		reason = normalise(port, mbuf);
		if (unlikely(reason >= 0)) {
			worker_drop(worker, mbuf, (enum bgw_drop)reason);
			continue;
		}
		frame->mbuf = mbuf;
		attachment = frame_claim(worker, port, rx->port, frame);
		if (unlikely(!attachment))
			continue;
		frame->source = bgw_ref_attachment(attachment->index);
		frame->domain = attachment->domain;
		traffic = &worker->attachment_counters[attachment->index];
		traffic->rx_pkts++;
		traffic->rx_bytes += mbuf->data_len;
		if (unlikely(!guard_admit(worker, attachment, frame)))
			continue;
		input->count++;
	}
	counters->rx_pkts += count;
	counters->rx_bytes += bytes;
	stage_bridge(worker);
}
