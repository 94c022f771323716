/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_ENTRANCE_H
#define STAGE_ENTRANCE_H

#include "object/bridge.h"
#include "stage/bridge.h"
#include "stage/guard.h"
#include "stage/stage.h"

/* What the frames of one attachment have in common, and what a burst brought of them. */
struct entrance {
	uint32_t index;
	bgw_ref source;
	uint16_t domain;
	bool guarded;
	const struct attachment *attachment; /* NULL: there is none */
	uint64_t rx_pkts;
	uint64_t rx_bytes;
};

static inline void entrance_open(const struct bgw_dataplane *dp, uint32_t index,
				 struct entrance *entrance)
{
	/* No attachment has index 0. */
	const struct attachment *attachment =
		__atomic_load_n(&dp->attachments[index], __ATOMIC_ACQUIRE);

	entrance->index = index;
	entrance->attachment = attachment;
	entrance->rx_pkts = 0;
	entrance->rx_bytes = 0;
	entrance->source = bgw_ref_attachment(index);
	entrance->domain = 0;
	entrance->guarded = false;
	if (likely(attachment != NULL)) {
		entrance->domain = attachment->domain;
		entrance->guarded = guard_is_needed(attachment);
	}
}

static inline void entrance_close(struct worker *worker, const struct entrance *entrance)
{
	struct traffic *received;

	if (entrance->rx_pkts == 0)
		return;
	received = &worker->attachment_traffic.rx[entrance->index];
	received->pkts += entrance->rx_pkts;
	received->bytes += entrance->rx_bytes;
}

/* A frame of the attachment: hands it to the bridge, or drops it. */
static inline void frame_enter(struct worker *worker, struct intake *intake,
			       struct entrance *entrance, struct rte_mbuf *mbuf, frame_word origin,
			       struct frame_addresses addresses)
{
	if (unlikely(!entrance->attachment)) {
		worker_drop(worker, mbuf, BGW_DROP_NO_ATTACHMENT);
		return;
	}
	entrance->rx_pkts++;
	entrance->rx_bytes += mbuf->data_len;
	if (unlikely(entrance->guarded) && !guard_admit(worker, entrance->attachment, mbuf))
		return;
	intake_add(intake, mbuf, origin, entrance->domain, addresses);
}

#endif
