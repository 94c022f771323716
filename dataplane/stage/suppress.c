/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbour/query.h"
#include "object/bridge.h"
#include "stage/stage.h"

static bool address_is_equal(const struct bgw_ip *a, const struct bgw_ip *b)
{
	if (a->family != b->family)
		return false;
	return a->family == 4 ? a->v4 == b->v4 : memcmp(a->v6, b->v6, sizeof(a->v6)) == 0;
}

/* Who has the address in the domain, or NULL. */
static const struct neighbour *neighbour_find(const struct bgw_dataplane *dp, uint16_t domain,
					      const struct bgw_ip *ip)
{
	const uint64_t key = neighbour_key(&dp->neighbour_keys, domain, ip);
	const struct em_slot slot = em_find(&dp->neighbour_keys, key);
	const struct neighbour *neighbour;

	if (!slot.bucket)
		return NULL;
	neighbour = __atomic_load_n(&dp->neighbours[em_value(slot)], __ATOMIC_ACQUIRE);
	/* The key of an IPv6 address is a hash of it. */
	if (!neighbour || neighbour->spec.domain != domain ||
	    !address_is_equal(&neighbour->spec.ip, ip))
		return NULL;
	return neighbour;
}

/*
 * Whether the asker should hear from here: not where the owner itself hears the question, and not
 * where the owner cannot be reached, for nothing is bridged from tunnel to tunnel.
 */
static bool asker_is_elsewhere(const struct frame *frame, const struct neighbour_query *query,
			       const struct bgw_neighbour_spec *owner)
{
	if (frame->source == owner->place ||
	    (bgw_ref_is_connection(frame->source) && bgw_ref_is_connection(owner->place)))
		return false;
	return !rte_is_same_ether_addr(&query->asker_mac, &owner->mac);
}

/* Turns a query into its answer. False: it is none, or one that is not answered here. */
static bool frame_answer(const struct bgw_dataplane *dp, struct frame *frame)
{
	struct rte_mbuf *mbuf = frame->mbuf;
	uint8_t *bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);
	const struct neighbour *neighbour;
	struct neighbour_query query;
	uint32_t length;

	if ((frame->flags & FRAME_TAGGED) || !neighbour_query_parse(bytes, mbuf->data_len, &query))
		return false;
	neighbour = neighbour_find(dp, frame->domain, &query.target);
	if (!neighbour || !asker_is_elsewhere(frame, &query, &neighbour->spec))
		return false;
	length = neighbour_answer_build(bytes, mbuf->data_len + rte_pktmbuf_tailroom(mbuf), &query,
					&neighbour->spec.mac, neighbour->spec.router);
	if (length == 0)
		return false;
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
	frame->target = frame->source;
	return true;
}

void stage_suppress(struct worker *worker, struct lane *lane)
{
	const struct bgw_dataplane *dp = worker->dp;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < lane->count; i++) {
		struct frame *frame = &lane->frames[i];
		const struct domain *domain =
			__atomic_load_n(&dp->domains[frame->domain], __ATOMIC_ACQUIRE);

		if (likely(!domain || !domain->suppress) || !frame_answer(dp, frame)) {
			lane->frames[kept++] = *frame;
			continue;
		}
		worker->port_counters[frame->mbuf->port].consumed++;
		worker->port_counters[frame->mbuf->port].originated++;
		lane_add(bgw_ref_is_connection(frame->target) ? &worker->to_connections
							      : &worker->to_attachments,
			 frame);
	}
	lane->count = kept;
}
