/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/entrance.h"
#include "stage/normalise.h"
#include "stage/stage.h"
#include "stage/tagged.h"

/* Any frame but those of frames_enter(). */
static __rte_noinline void frame_enter_unusual(struct worker *worker, struct intake *intake,
					       const struct port_rx *rx, struct entrance *untagged,
					       struct tagged_burst *tagged, struct rte_mbuf *mbuf)
{
	uint16_t flags = 0;
	const uint8_t *bytes;
	int reason;

	mbuf->port = rx->port;
	worker->port_counters[rx->port].rx_bytes += mbuf->pkt_len;
	reason = normalise(&port_table[rx->port], mbuf);
	if (unlikely(reason >= 0)) {
		worker_drop(worker, mbuf, (enum bgw_drop)reason);
		return;
	}
	bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	if (frame_is_tag(frame_ethertype(bytes))) {
		/* What it was opened as: control may have put another in its place since. */
		if (!untagged->attachment ||
		    !(untagged->attachment->flags & ATTACHMENT_KEEPS_TAGS)) {
			tagged_add(tagged, worker->dp, rx->port, mbuf);
			return;
		}
		flags = FRAME_TAGGED;
	}
	frame_enter(worker, intake, untagged, mbuf,
		    frame_origin(untagged->source, untagged->domain, flags, 0, 0),
		    frame_addresses_read(bytes));
}

/*
 * Hands untagged frames to the bridge, up to the first that is not. Answers how many. One loop for
 * attachments with guards and one for those without.
 */
static __rte_always_inline uint32_t frames_enter_as(struct worker *worker, struct intake *intake,
						    struct entrance *entrance,
						    const struct port_rx *rx,
						    struct rte_mbuf **mbufs, uint32_t count,
						    const bool guarded)
{
	const uint16_t port = rx->port;
	const frame_word origin = frame_origin(entrance->source, entrance->domain, 0, 0, 0);
	const uint16_t domain = entrance->domain;
	struct intake local = *intake;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		const uint8_t *at = rte_pktmbuf_mtod(mbuf, const uint8_t *);

		normalise_prefetch(mbufs, i, count);
		if (unlikely(!frame_is_normal(mbuf) || frame_is_tag(frame_ethertype(at))))
			break;
		mbuf->port = port;
		bytes += mbuf->data_len;
		if (guarded && unlikely(!guard_admit(worker, entrance->attachment, mbuf)))
			continue;
		intake_add(&local, mbuf, origin, domain, frame_addresses_read(at));
	}
	*intake = local;
	entrance->rx_pkts += i;
	entrance->rx_bytes += bytes;
	worker->port_counters[port].rx_bytes += bytes;
	return i;
}

/* Apart, so that the usual loop has all registers. */
static __rte_noinline uint32_t frames_enter_guarded(struct worker *worker, struct intake *intake,
						    struct entrance *entrance,
						    const struct port_rx *rx,
						    struct rte_mbuf **mbufs, uint32_t count)
{
	return frames_enter_as(worker, intake, entrance, rx, mbufs, count, true);
}

static inline uint32_t frames_enter(struct worker *worker, struct intake *intake,
				    struct entrance *entrance, const struct port_rx *rx,
				    struct rte_mbuf **mbufs, uint32_t count)
{
	if (unlikely(!entrance->attachment))
		return 0;
	if (unlikely(entrance->guarded))
		return frames_enter_guarded(worker, intake, entrance, rx, mbufs, count);
	return frames_enter_as(worker, intake, entrance, rx, mbufs, count, false);
}

void stage_access_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			uint32_t count)
{
	const struct port_attachments *attachments = &worker->dp->port_attachments[rx->port];
	struct entrance untagged;
	struct tagged_burst tagged;
	struct intake intake = intake_open(worker);
	enum bgw_stage outer;
	uint32_t i = 0;

	if (unlikely(!port_table[rx->port].admin_up)) {
		normalise_port_down(worker, rx, mbufs, count);
		return;
	}
	outer = stage_enter(&worker->clock, BGW_STAGE_ACCESS_INPUT, count);
	worker->port_counters[rx->port].rx_pkts += count;
	entrance_open(worker->dp,
		      attachments->whole_port != 0 ? attachments->whole_port
						   : attachments->untagged,
		      &untagged);
	tagged.count = 0;
	while ((i += frames_enter(worker, &intake, &untagged, rx, mbufs + i, count - i)) < count)
		frame_enter_unusual(worker, &intake, rx, &untagged, &tagged, mbufs[i++]);
	entrance_close(worker, &untagged);
	tagged_enter(worker, &intake, &tagged, rx->port);
	intake_close(worker, &intake);
	stage_leave(&worker->clock, outer);
}
