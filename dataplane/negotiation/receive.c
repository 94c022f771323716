/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/candidate.h"
#include "stage/stage.h"

/* Authentic hellos of a peer that go up to control: one in 100 ms, 20 at once. */
#define HELLO_INTERVAL_MS 100
#define HELLO_BURST	  20

static void consumed(struct worker *worker, const struct negotiation_packet *packet)
{
	worker->port_counters[packet->mbuf->port].consumed++;
}

/* Whether some session has ended since they were checked. */
static bool some_have_ended(const struct worker *worker, const struct candidates *candidates)
{
	return unlikely(candidates->ends != worker->negotiation->ends);
}

/* Whether the session that it was checked for is still there. */
static bool session_is_there(const struct worker *worker, const struct candidate *candidate)
{
	return candidate->session == NULL ||
	       worker->negotiation->sessions[candidate->packet->peer] == candidate->session;
}

static void tags_compute(struct candidates *candidates)
{
	for (uint32_t i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->candidates[i];
		const struct negotiation_session *session = candidate->session;
		struct tag_job *job = &candidates->jobs[i];

		job->key = session ? &session->rx_key : &candidate->peer->rx_key;
		job->bytes = candidate->packet->payload;
		job->length = (session ? BGW_DATAGRAM_EXCHANGE_BYTES : BGW_DATAGRAM_HELLO_BYTES) -
			      BGW_DATAGRAM_SEAL_BYTES;
		bgw_datagram_iv(job->iv, !candidate->peer->way.is_higher,
				session ? session->remote_epoch : candidate->hello.epoch,
				candidate->datagram.counter);
	}
	tag_compute(candidates->jobs, candidates->count);
}

/* An authentic hello is control's to judge. */
static void hello_take(struct worker *worker, const struct candidate *candidate)
{
	const uint64_t interval_cycles = rte_get_tsc_hz() / 1000 * HELLO_INTERVAL_MS;
	const struct bgw_negotiation_report report = {
		.type = BGW_NEGOTIATION_HELLO,
		.peer = candidate->packet->peer,
		.datagram = candidate->datagram,
		.hello = candidate->hello,
	};

	if (!meter_conforms(&worker->dp->hello_meters[candidate->packet->peer], worker->now_cycles,
			    interval_cycles, interval_cycles * (HELLO_BURST - 1)))
		candidate_drop(worker, candidate->packet, BGW_DROP_NEGOTIATION_POLICED);
	else if (!negotiation_report(worker->negotiation, &report))
		candidate_drop(worker, candidate->packet, BGW_DROP_NEGOTIATION_REPORT_FULL);
	else {
		consumed(worker, candidate->packet);
		rte_pktmbuf_free(candidate->packet->mbuf);
	}
}

/* Its tag is right. What it makes of the exchange is added to what the session's others made. */
static void exchange_take(struct worker *worker, const struct candidate *candidate)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	struct negotiation_session *session = candidate->session;
	unsigned int todo;

	/* One before it in this burst may have been the same. */
	if (!bgw_replay_is_new(&session->replay, candidate->datagram.counter)) {
		session->replayed_datagrams++;
		candidate_drop(worker, candidate->packet, BGW_DROP_NEGOTIATION_REPLAYED);
		return;
	}
	bgw_replay_note(&session->replay, candidate->datagram.counter);
	session->rx_datagrams++;
	consumed(worker, candidate->packet);
	negotiation->spare = candidate->packet->mbuf;
	todo = bgw_exchange_read(&session->exchange, &candidate->exchange, negotiation->now_ns);
	negotiation_obey(worker, session, todo);
	if (negotiation->spare != NULL)
		rte_pktmbuf_free(negotiation->spare);
	negotiation->spare = NULL;
}

static void candidate_take(struct worker *worker, const struct candidates *candidates, uint32_t i)
{
	const struct candidate *candidate = &candidates->candidates[i];
	const struct tag_job *job = &candidates->jobs[i];

	/* One before it may have ended the session. */
	if (some_have_ended(worker, candidates) && !session_is_there(worker, candidate)) {
		candidate_drop(worker, candidate->packet, BGW_DROP_NEGOTIATION_UNKNOWN_SESSION);
	} else if (unlikely(!tag_is_right(job))) {
		if (candidate->session)
			candidate->session->forged_datagrams++;
		candidate_drop(worker, candidate->packet, BGW_DROP_NEGOTIATION_FORGED);
	} else if (likely(candidate->session != NULL)) {
		exchange_take(worker, candidate);
	} else {
		hello_take(worker, candidate);
	}
}

/* Of a session that ended since it was checked the key may be gone: control frees it. */
static void ended_drop(struct worker *worker, struct candidates *candidates)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->candidates[i];

		if (unlikely(!session_is_there(worker, candidate)))
			candidate_drop(worker, candidate->packet,
				       BGW_DROP_NEGOTIATION_UNKNOWN_SESSION);
		else if (kept++ != i)
			candidates->candidates[kept - 1] = *candidate;
	}
	candidates->count = kept;
}

static void candidates_take(struct worker *worker, struct candidates *candidates)
{
	if (some_have_ended(worker, candidates))
		ended_drop(worker, candidates);
	tags_compute(candidates);
	for (uint32_t i = 0; i < candidates->count; i++)
		candidate_take(worker, candidates, i);
	negotiation_flush(worker);
}

void stage_negotiation(struct worker *worker, uint32_t others)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	const uint32_t count = negotiation->input_count;
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_NEGOTIATION, count);
	struct candidates_share share = {
		.tags = others > 0 ? NEGOTIATION_TAGS_SHARED : BURST_FRAMES,
		.hellos = NEGOTIATION_HELLOS_SHARED,
	};
	struct candidates chunks[2];

	negotiation->now_ns = negotiation_now_ns(worker->dp, worker->now_cycles);
	candidates_peers_find(worker);
	/* One further than there are: the chunk before is taken once the next was looked at. */
	for (uint32_t i = 0; i < count + NEGOTIATION_CHUNK; i += NEGOTIATION_CHUNK) {
		struct candidates *next = &chunks[i / NEGOTIATION_CHUNK % 2];

		if (i < count)
			candidates_find(worker, &negotiation->input[i],
					RTE_MIN(count - i, (uint32_t)NEGOTIATION_CHUNK), &share,
					next);
		if (i > 0)
			candidates_take(worker, &chunks[(i / NEGOTIATION_CHUNK - 1) % 2]);
	}
	negotiation->input_count = 0;
	stage_leave(&worker->clock, outer);
}
