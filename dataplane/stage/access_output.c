/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/departure.h"
#include "stage/stage.h"
#include "stage/tags.h"

/* Ethernet's minimum, without FCS. */
#define FRAME_MIN_BYTES 60

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
	struct traffic *sent;
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
		.sent = &worker->attachment_traffic.tx[index],
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
	if (unlikely(transmit_refuses(exit->port, frame->mbuf)))
		return BGW_DROP_CHAINED;
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

/* Frames to one attachment. */
static inline void run_leave(struct worker *worker, const struct frame *frame,
			     const struct frame *end, struct departure *departure)
{
	const struct exit exit = exit_open(worker, frame->target);
	uint64_t pkts = 0;
	uint64_t bytes = 0;

	if (likely(exit.reason < 0))
		departure_to(worker, departure, exit.port);
	for (; frame < end; frame++) {
		struct rte_mbuf *mbuf = frame->mbuf;
		const uint32_t length = mbuf->pkt_len;

		if (unlikely(!exit.plain || length < FRAME_MIN_BYTES || length > exit.longest ||
			     (frame->flags & (FRAME_TAGGED | FRAME_LINK_LOCAL | FRAME_REPLICA)) !=
				     0)) {
			const int reason = frame_finish(&exit, frame);

			if (unlikely(reason >= 0)) {
				worker_drop_at(worker, mbuf, (enum bgw_drop)reason, frame->target);
				continue;
			}
		}
		pkts++;
		bytes += length;
		departure_add(departure, mbuf);
	}
	exit.sent->pkts += pkts;
	exit.sent->bytes += bytes;
}

void stage_access_output(struct worker *worker, struct lane *lane)
{
	const enum bgw_stage outer =
		stage_enter(&worker->clock, BGW_STAGE_ACCESS_OUTPUT, lane->count);
	struct departure departure;
	struct runs runs;

	runs_find(&runs, lane, worker->attachment_traffic.tx);
	for (uint32_t run = 0; run < runs.count; run++)
		rte_prefetch1(worker->dp->attachments[bgw_ref_index(runs.first[run]->target)]);
	departure_begin(&departure);
	for (uint32_t run = 0; run < runs.count; run++)
		run_leave(worker, runs.first[run], runs.first[run + 1], &departure);
	departure_end(worker, &departure);
	lane->count = 0;
	stage_leave(&worker->clock, outer);
}
