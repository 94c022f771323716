/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/bridge.h"
#include "stage/guard.h"
#include "stage/normalise.h"
#include "stage/stage.h"
#include "stage/tags.h"

/* What the frames of one attachment have in common, and what a burst brought of them. */
struct entrance {
	uint32_t index;
	const struct attachment *attachment; /* NULL: there is none */
	bool guarded;
	struct frame frame; /* as its frames begin */
	uint64_t rx_pkts;
	uint64_t rx_bytes;
};

static struct entrance entrance_open(const struct bgw_dataplane *dp, uint32_t index)
{
	struct entrance entrance = {.index = index};

	if (index != 0)
		entrance.attachment = __atomic_load_n(&dp->attachments[index], __ATOMIC_ACQUIRE);
	if (likely(entrance.attachment != NULL)) {
		entrance.guarded = guard_is_needed(entrance.attachment);
		entrance.frame.source = bgw_ref_attachment(index);
		entrance.frame.domain = entrance.attachment->domain;
	}
	return entrance;
}

static void entrance_close(struct worker *worker, const struct entrance *entrance)
{
	struct bgw_traffic_counters *traffic;

	if (entrance->rx_pkts == 0)
		return;
	traffic = &worker->attachment_counters[entrance->index].counters;
	traffic->rx_pkts += entrance->rx_pkts;
	traffic->rx_bytes += entrance->rx_bytes;
}

/* A frame of the attachment, which begins as `frame`: hands it to the bridge, or drops it. */
static void frame_enter(struct worker *worker, struct intake *intake, struct entrance *entrance,
			struct rte_mbuf *mbuf, struct frame frame)
{
	if (unlikely(!entrance->attachment)) {
		worker_drop(worker, mbuf, BGW_DROP_NO_ATTACHMENT);
		return;
	}
	entrance->rx_pkts++;
	entrance->rx_bytes += mbuf->data_len;
	if (entrance->guarded && !guard_admit(worker, entrance->attachment, mbuf))
		return;
	intake_add(intake, mbuf, frame.origin, frame.domain,
		   rte_pktmbuf_mtod(mbuf, const uint8_t *));
}

/*
 * A frame whose tags say which attachment it belongs to: takes them off. `entrance` is that of the
 * tagged frame before it.
 */
static void frame_enter_tagged(struct worker *worker, struct intake *intake,
			       const struct port_rx *rx, struct entrance *entrance,
			       struct rte_mbuf *mbuf)
{
	const struct tags tags =
		tags_resolve(worker->dp, &port_table[rx->port], rx->port,
			     rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len);
	struct frame frame;

	if (tags.attachment != entrance->index) {
		entrance_close(worker, entrance);
		*entrance = entrance_open(worker->dp, tags.attachment);
	}
	if (likely(entrance->attachment != NULL))
		tags_strip(mbuf, tags.strip_bytes);
	frame = entrance->frame;
	frame.flags = FRAME_HAS_TCI;
	frame.outer_tci = tags.outer_tci;
	frame.inner_tci = tags.strip_bytes == 8 ? tags.inner_tci : tags.outer_tci;
	frame_enter(worker, intake, entrance, mbuf, frame);
}

/* Any frame but those of frames_enter(). */
static __rte_noinline void frame_enter_unusual(struct worker *worker, struct intake *intake,
					       const struct port_rx *rx, struct entrance *untagged,
					       struct entrance *tagged, struct rte_mbuf *mbuf)
{
	const bool whole_port = worker->dp->port_attachments[rx->port].whole_port != 0;
	struct frame frame = untagged->frame;
	int reason;

	mbuf->port = rx->port;
	worker->port_counters[rx->port].rx_bytes += mbuf->pkt_len;
	reason = normalise(&port_table[rx->port], mbuf);
	if (unlikely(reason >= 0)) {
		worker_drop(worker, mbuf, (enum bgw_drop)reason);
		return;
	}
	if (!frame_is_tag(frame_ethertype(rte_pktmbuf_mtod(mbuf, const uint8_t *)))) {
		frame_enter(worker, intake, untagged, mbuf, frame);
	} else if (whole_port) {
		frame.flags = FRAME_TAGGED;
		frame_enter(worker, intake, untagged, mbuf, frame);
	} else {
		frame_enter_tagged(worker, intake, rx, tagged, mbuf);
	}
}

/*
 * Hands untagged frames to the bridge, up to the first that is not, or all of them if the
 * attachment has guards. Answers how many.
 */
static inline uint32_t frames_enter(struct worker *worker, struct intake *intake,
				    struct entrance *entrance, const struct port_rx *rx,
				    struct rte_mbuf **mbufs, uint32_t count)
{
	const uint16_t port = rx->port;
	const frame_word origin = entrance->frame.origin;
	const uint16_t domain = entrance->frame.domain;
	struct intake local = *intake;
	uint64_t bytes = 0;
	uint32_t i;

	if (unlikely(!entrance->attachment || entrance->guarded))
		return 0;
	for (i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		const uint8_t *at = rte_pktmbuf_mtod(mbuf, const uint8_t *);

		normalise_prefetch(mbufs, i, count);
		if (unlikely(!frame_is_normal(mbuf) || frame_is_tag(frame_ethertype(at))))
			break;
		mbuf->port = port;
		bytes += mbuf->data_len;
		intake_add(&local, mbuf, origin, domain, at);
	}
	*intake = local;
	entrance->rx_pkts += i;
	entrance->rx_bytes += bytes;
	worker->port_counters[port].rx_bytes += bytes;
	return i;
}

void stage_access_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			uint32_t count)
{
	const struct port_attachments *attachments = &worker->dp->port_attachments[rx->port];
	struct entrance untagged =
		entrance_open(worker->dp, attachments->whole_port != 0 ? attachments->whole_port
								       : attachments->untagged);
	struct entrance tagged = {0};
	struct intake intake = intake_open(worker);
	enum bgw_stage outer;
	uint32_t i = 0;

	if (unlikely(!port_table[rx->port].admin_up)) {
		normalise_port_down(worker, rx, mbufs, count);
		return;
	}
	outer = stage_enter(&worker->clock, BGW_STAGE_ACCESS_INPUT, count);
	worker->port_counters[rx->port].rx_pkts += count;
	while ((i += frames_enter(worker, &intake, &untagged, rx, mbufs + i, count - i)) < count)
		frame_enter_unusual(worker, &intake, rx, &untagged, &tagged, mbufs[i++]);
	entrance_close(worker, &untagged);
	entrance_close(worker, &tagged);
	intake_close(worker, &intake);
	stage_leave(&worker->clock, outer);
}
