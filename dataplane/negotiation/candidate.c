/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/candidate.h"
#include "object/tunnel.h"

void candidates_peers_find(struct worker *worker)
{
	const struct bgw_dataplane *dp = worker->dp;
	struct negotiation_worker *negotiation = worker->negotiation;
	const uint32_t count = negotiation->input_count;

	for (uint32_t i = 0; i < count; i++) {
		struct negotiation_packet *packet = &negotiation->input[i];

		if (packet->peer == 0) {
			const struct em_slot slot = peer_find_at(dp, packet->lookup);

			packet->peer = slot.bucket ? em_value(slot) & PEER_INDEX_MASK : 0;
		}
		rte_prefetch0(&dp->negotiation_peers[packet->peer]);
		rte_prefetch0(&negotiation->sessions[packet->peer]);
	}
	/* What is compared. */
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t peer = negotiation->input[i].peer;

		rte_prefetch0(negotiation->sessions[peer]);
		/* It may be NULL, of which there is no member. */
		rte_prefetch0((const void *)((uintptr_t)negotiation_peer_get(dp, peer) +
					     offsetof(struct negotiation_peer, way.port)));
	}
}

/* All that a datagram of the session will meet. */
static void session_prefetch(const struct negotiation_session *session,
			     const struct negotiation_peer *peer)
{
	tag_keys_prefetch(&session->rx_key, &session->tx_key);
	negotiation_prefetch_lines((const uint8_t *)session + RTE_CACHE_LINE_SIZE,
				   &session->replayed_datagrams);
	rte_prefetch0(peer->way.header.bytes + OUTER_HEADER_ROOM / 2);
}

/* To the worker whose peer it is, as the datagram alone. */
static void hand_over(struct worker *worker, const struct negotiation_peer *peer,
		      const struct negotiation_packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;

	mbuf->data_off = (uint16_t)(packet->payload - (const uint8_t *)mbuf->buf_addr);
	mbuf->data_len = packet->length;
	mbuf->pkt_len = packet->length;
	mbuf->hash.usr = packet->peer;
	if (rte_ring_mp_enqueue(worker->dp->workers[peer->worker]->negotiation->handover, mbuf) !=
	    0)
		candidate_drop(worker, packet, BGW_DROP_NEGOTIATION_HANDOVER_FULL);
}

/* What is to be compared before the tag. A drop reason, or -1. */
static int session_check(struct worker *worker, struct candidate *candidate)
{
	struct negotiation_session *session =
		worker->negotiation->sessions[candidate->packet->peer];
	const struct bgw_datagram *datagram = &candidate->datagram;

	if (session == NULL || datagram->session != session->session ||
	    datagram->nonce != session->nonce)
		return BGW_DROP_NEGOTIATION_UNKNOWN_SESSION;
	if (!bgw_replay_is_new(&session->replay, datagram->counter)) {
		session->replayed_datagrams++;
		return BGW_DROP_NEGOTIATION_REPLAYED;
	}
	if (!bgw_datagram_exchange_read(candidate->packet->payload, &candidate->exchange))
		return BGW_DROP_NEGOTIATION_MALFORMED;
	candidate->session = session;
	session_prefetch(session, candidate->peer);
	return -1;
}

static int hello_check(struct candidates_share *share, struct candidate *candidate)
{
	if (!bgw_datagram_hello_read(candidate->packet->payload, &candidate->hello))
		return BGW_DROP_NEGOTIATION_MALFORMED;
	if (share->hellos == 0)
		return BGW_DROP_NEGOTIATION_SHARE;
	candidate->session = NULL;
	share->hellos--;
	return -1;
}

/* All that is asked before the tag. */
static void packet_check(struct worker *worker, const struct negotiation_packet *packet,
			 struct candidates_share *share, struct candidates *candidates)
{
	struct candidate *candidate = &candidates->candidates[candidates->count];
	int reason;

	candidate->packet = packet;
	candidate->peer = negotiation_peer_get(worker->dp, packet->peer);
	if (unlikely(candidate->peer == NULL)) {
		candidate_drop(worker, packet, BGW_DROP_NEGOTIATION_UNKNOWN_PEER);
		return;
	}
	if (candidate->peer->worker != worker->id) {
		hand_over(worker, candidate->peer, packet);
		return;
	}
	if (!bgw_datagram_read(packet->payload, packet->length, &candidate->datagram))
		reason = BGW_DROP_NEGOTIATION_MALFORMED;
	else if (unlikely(candidate->datagram.kind == BGW_DATAGRAM_HELLO))
		reason = hello_check(share, candidate);
	else
		reason = session_check(worker, candidate);
	if (reason < 0 && share->tags == 0)
		reason = BGW_DROP_NEGOTIATION_SHARE;
	if (unlikely(reason >= 0)) {
		candidate_drop(worker, packet, (enum bgw_drop)reason);
		return;
	}
	share->tags--;
	candidates->count++;
}

void candidates_find(struct worker *worker, const struct negotiation_packet *packets,
		     uint32_t count, struct candidates_share *share, struct candidates *candidates)
{
	candidates->count = 0;
	candidates->ends = worker->negotiation->ends;
	for (uint32_t i = 0; i < count; i++)
		packet_check(worker, &packets[i], share, candidates);
}
