/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/tunnel.h"
#include "stage/stage.h"

void stage_too_big(struct worker *worker)
{
	for (uint32_t i = 0; i < worker->too_big.count; i++) {
		const struct frame *frame = &worker->too_big.frames[i];

		worker_place_counters(worker, frame->target)->too_big_pkts++;
		worker_drop_at(worker, frame->mbuf, BGW_DROP_TOO_BIG, frame->target);
	}
	worker->too_big.count = 0;
}
