/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/tagged.h"

#include "stage/entrance.h"

static uint32_t attachment_find(const struct bgw_dataplane *dp, const struct tagged_frame *frame,
				uint16_t port)
{
	struct em_slot slot;

	if (unlikely(frame->tags.key == 0))
		return frame->tags.is_untagged ? dp->port_attachments[port].untagged : 0;
	slot = em_find_at(&dp->tags, frame->lookup);
	return likely(slot.bucket != NULL) ? em_value(slot) : 0;
}

static void attachments_find(const struct worker *worker, const struct tagged_burst *burst,
			     uint16_t port, uint32_t attachments[BURST_FRAMES])
{
	const struct bgw_dataplane *dp = worker->dp;

	for (uint32_t i = 0; i < burst->count; i++) {
		const uint32_t index = attachment_find(dp, &burst->frames[i], port);

		attachments[i] = index;
		/* Those of index 0, which nobody has, are as good as any. */
		rte_prefetch1(dp->attachments[index]);
		rte_prefetch1(&worker->attachment_traffic.rx[index]);
	}
}

static inline void frame_enter_tagged(struct worker *worker, struct intake *intake,
				      struct entrance *entrance, const struct tagged_frame *tagged)
{
	const struct frame_addresses addresses =
		frame_addresses_read(rte_pktmbuf_mtod(tagged->mbuf, const uint8_t *));

	if (likely(entrance->attachment != NULL))
		tags_strip(tagged->mbuf, tagged->tags.bytes, addresses);
	frame_enter(worker, intake, entrance, tagged->mbuf,
		    frame_origin(entrance->source, entrance->domain, FRAME_HAS_TCI,
				 tagged->tags.outer_tci, tagged->tags.inner_tci),
		    addresses);
}

void tagged_enter(struct worker *worker, struct intake *intake, const struct tagged_burst *burst,
		  uint16_t port)
{
	uint32_t attachments[BURST_FRAMES];
	struct intake local = *intake;

	attachments_find(worker, burst, port, attachments);
	for (uint32_t i = 0; i < burst->count;) {
		struct entrance entrance;

		entrance_open(worker->dp, attachments[i], &entrance);
		do
			frame_enter_tagged(worker, &local, &entrance, &burst->frames[i]);
		while (++i < burst->count && attachments[i] == entrance.index);
		entrance_close(worker, &entrance);
	}
	*intake = local;
}
