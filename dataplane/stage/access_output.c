/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/departure.h"
#include "stage/stage.h"

/* Ethernet's minimum, without FCS. */
#define FRAME_MIN_BYTES 60

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

static bool tags_push(const struct attachment *attachment, const struct frame *frame)
{
	uint8_t tags[8];
	uint32_t tags_bytes = 0;

	if (attachment->tags_bytes > 0)
		tags_bytes = tags_build(attachment, frame, tags);
	if (frame->flags & FRAME_REPLICA)
		return replica_push(frame->mbuf, tags, tags_bytes);
	return tags_bytes == 0 || frame_push(frame->mbuf, tags, tags_bytes);
}

static bool frame_pad(struct rte_mbuf *mbuf)
{
	const uint16_t missing_bytes = (uint16_t)(FRAME_MIN_BYTES - mbuf->pkt_len);
	char *tail = rte_pktmbuf_append(mbuf, missing_bytes);

	if (!tail)
		return false;
	memset(tail, 0, missing_bytes);
	return true;
}

/* A port's MTU counts neither addresses and ethertype nor tags: one or two of them. */
static uint32_t kept_tags_bytes(const struct frame *frame)
{
	if (!(frame->flags & FRAME_TAGGED))
		return 0;
	return frame_is_tag(frame_ethertype(frame_bytes(frame) + 4)) ? 8 : 4;
}

/* What frames that leave by one attachment have in common. */
struct exit {
	bgw_ref target;
	uint16_t port;
	bool plain; /* nothing to check of an untagged frame but its length */
	int reason; /* why nothing may leave, or -1 */
	uint32_t longest;
	const struct attachment *attachment;
	struct bgw_traffic_counters *traffic;
};

static int attachment_check(const struct attachment *attachment)
{
	if (unlikely(!attachment))
		return BGW_DROP_STALE_TARGET;
	if (unlikely(!(attachment->flags & ATTACHMENT_ADMIN_UP)))
		return BGW_DROP_ATTACHMENT_DOWN;
	if (unlikely(!port_table[attachment->port].present))
		return BGW_DROP_NO_PORT;
	return -1;
}

static struct exit exit_open(struct worker *worker, bgw_ref target)
{
	const uint32_t index = bgw_ref_index(target);
	const struct attachment *attachment =
		__atomic_load_n(&worker->dp->attachments[index], __ATOMIC_ACQUIRE);
	struct exit exit = {
		.target = target,
		.reason = attachment_check(attachment),
		.attachment = attachment,
		.traffic = &worker->attachment_counters[index].counters,
	};

	if (likely(exit.reason < 0)) {
		exit.port = attachment->port;
		exit.plain = attachment->tags_bytes == 0;
		exit.longest = (uint32_t)port_table[exit.port].mtu + RTE_ETHER_HDR_LEN;
	}
	return exit;
}

/* Whether the frame may leave: a drop reason, or -1. */
static int frame_check(const struct exit *exit, const struct frame *frame)
{
	const struct attachment *attachment = exit->attachment;

	if (unlikely(exit->reason >= 0))
		return exit->reason;
	if (unlikely(frame->flags & FRAME_TAGGED) && !(attachment->flags & ATTACHMENT_KEEPS_TAGS))
		return BGW_DROP_INNER_VLAN;
	if (unlikely(frame->flags & FRAME_LINK_LOCAL) &&
	    !(attachment->flags & ATTACHMENT_L2_CONTROL))
		return BGW_DROP_LINK_LOCAL;
	if (unlikely(frame->mbuf->pkt_len > exit->longest) &&
	    frame->mbuf->pkt_len > exit->longest + kept_tags_bytes(frame))
		return BGW_DROP_OVERSIZED;
	return -1;
}

/* Brings the frame into the form in which it leaves: a drop reason, or -1. */
static int frame_finish(const struct exit *exit, const struct frame *frame)
{
	const int reason = frame_check(exit, frame);

	if (unlikely(reason >= 0))
		return reason;
	if ((exit->attachment->tags_bytes > 0 || (frame->flags & FRAME_REPLICA)) &&
	    unlikely(!tags_push(exit->attachment, frame)))
		return BGW_DROP_NO_HEADROOM;
	if (unlikely(frame->mbuf->pkt_len < FRAME_MIN_BYTES) && !frame_pad(frame->mbuf))
		return BGW_DROP_NO_MBUF;
	return -1;
}

void stage_access_output(struct worker *worker, struct lane *lane)
{
	const enum bgw_stage outer =
		stage_enter(&worker->clock, BGW_STAGE_ACCESS_OUTPUT, lane->count);
	struct exit exit = exit_open(worker, lane->frames[0].target);
	struct departure departure;

	departure_begin(&departure);
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct frame *frame = &lane->frames[i];
		struct rte_mbuf *mbuf = frame->mbuf;
		const uint32_t length = mbuf->pkt_len;

		if (unlikely(frame->target != exit.target))
			exit = exit_open(worker, frame->target);
		if (unlikely(!exit.plain || length < FRAME_MIN_BYTES || length > exit.longest ||
			     (frame->flags & (FRAME_TAGGED | FRAME_LINK_LOCAL | FRAME_REPLICA)) !=
				     0)) {
			const int reason = frame_finish(&exit, frame);

			if (unlikely(reason >= 0)) {
				worker_drop_at(worker, mbuf, (enum bgw_drop)reason, frame->target);
				continue;
			}
		}
		exit.traffic->tx_pkts++;
		exit.traffic->tx_bytes += length;
		departure_add(worker, &departure, exit.port, mbuf);
	}
	departure_end(worker, &departure);
	lane->count = 0;
	stage_leave(&worker->clock, outer);
}
