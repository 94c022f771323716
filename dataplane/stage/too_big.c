/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>

#include "icmp/too_big.h"
#include "object/tunnel.h"
#include "stage/stage.h"

/* At most 100 answers in any second, of which so many may come at once. */
#define ANSWERS_AT_ONCE	   10
#define ANSWERS_PER_SECOND (100 - ANSWERS_AT_ONCE)

/* The meter's interval, and how far ahead of the rate answers may come. */
static uint64_t interval_cycles(void)
{
	return rte_get_tsc_hz() / ANSWERS_PER_SECOND;
}

static uint64_t burst_cycles(void)
{
	return interval_cycles() * (ANSWERS_AT_ONCE - 1);
}

/*
 * Whether an answer could be sent now. Frames that no answer can be made of take nothing from the
 * rate, so the meter is asked before the answer is made and charged after.
 */
static bool answer_is_due(const struct worker *worker, uint32_t connection)
{
	return atomic_load_explicit(&worker->dp->signal_meters[connection], memory_order_relaxed) <=
	       worker->now_cycles + burst_cycles();
}

/*
 * Turns the frame into the answer to its sender. False: there is none. A flooded frame is not
 * answered: nobody knows whether its destination is there.
 */
static bool frame_answer(struct worker *worker, struct frame *frame)
{
	const struct bgw_dataplane *dp = worker->dp;
	const uint32_t index = bgw_ref_index(frame->target);
	const union connection connection = connection_get(dp, index);
	const struct path *path = connection_path(dp, connection);
	struct rte_mbuf *mbuf = frame->mbuf;
	struct icmp_answer answer;

	if (!path || !connection.mtu_signal || !bgw_ref_is_attachment(frame->source) ||
	    (frame->flags & FRAME_FLOODED) || rte_pktmbuf_headroom(mbuf) < ICMP_TOO_BIG_ROOM ||
	    !answer_is_due(worker, index))
		return false;
	answer = icmp_too_big_build(rte_pktmbuf_mtod(mbuf, uint8_t *), mbuf->data_len,
				    path->inner_max_bytes);
	if (answer.length == 0 || !meter_conforms(&dp->signal_meters[index], worker->now_cycles,
						  interval_cycles(), burst_cycles()))
		return false;
	mbuf->data_off = (uint16_t)(mbuf->data_off - answer.prepended);
	mbuf->data_len = (uint16_t)answer.length;
	mbuf->pkt_len = answer.length;
	frame->target = frame->source;
	return true;
}

void stage_too_big(struct worker *worker)
{
	struct lane *answers = &worker->to_attachments;
	const enum bgw_stage outer =
		stage_enter(&worker->clock, BGW_STAGE_TOO_BIG, worker->too_big.count);

	for (uint32_t i = 0; i < worker->too_big.count; i++) {
		struct frame *frame = &worker->too_big.frames[i];
		struct bgw_port_counters *counters = &worker->port_counters[frame->mbuf->port];
		struct traffic_losses *losses = worker_losses(worker, frame->target);

		losses->too_big_pkts++;
		if (!frame_answer(worker, frame)) {
			worker_drop_at(worker, frame->mbuf, BGW_DROP_TOO_BIG, frame->target);
			continue;
		}
		losses->dropped_pkts++;
		counters->drops[BGW_DROP_TOO_BIG]++;
		counters->originated++;
		if (answers->count == BURST_FRAMES)
			stage_access_output(worker, answers);
		lane_add(answers, frame);
	}
	worker->too_big.count = 0;
	if (answers->count > 0)
		stage_access_output(worker, answers);
	stage_leave(&worker->clock, outer);
}
