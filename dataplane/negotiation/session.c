/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/negotiation.h"
#include "object/tunnel.h"
#include "stage/stage.h"

bool negotiation_report(struct negotiation_worker *negotiation,
			const struct bgw_negotiation_report *report)
{
	struct negotiation_report element = {.report = *report};

	return rte_ring_sp_enqueue_elem(negotiation->reports, &element, sizeof(element)) == 0;
}

static bool ended_report_one(struct negotiation_worker *negotiation,
			     struct negotiation_session *session)
{
	struct negotiation_report element = {
		.report =
			{
				.type = BGW_NEGOTIATION_ENDED,
				.end = session->exchange.end,
				.peer = session->peer,
				.session = session->session,
			},
		.ended = session,
	};

	return rte_ring_sp_enqueue_elem(negotiation->reports, &element, sizeof(element)) == 0;
}

void negotiation_ended_report(struct negotiation_worker *negotiation)
{
	while (negotiation->ended != NULL) {
		struct negotiation_session *next = negotiation->ended->next_ended;

		/* Once it is on the ring it is not ours. */
		if (!ended_report_one(negotiation, negotiation->ended))
			return;
		negotiation->ended = next;
	}
}

void negotiation_end(struct worker *worker, struct negotiation_session *session)
{
	struct negotiation_worker *negotiation = worker->negotiation;

	/* What waits to be sent has its key. */
	negotiation_flush(worker);
	wheel_clear(&session->timer);
	negotiation->sessions[session->peer] = NULL;
	negotiation->ends++;
	session->next_ended = negotiation->ended;
	negotiation->ended = session;
	negotiation_ended_report(negotiation);
}

/* Reports what has not been; what finds the ring full goes again with the next timer. */
static void session_report(struct negotiation_worker *negotiation,
			   struct negotiation_session *session)
{
	struct bgw_negotiation_report report = {
		.peer = session->peer,
		.session = session->session,
		.protocol = session->exchange.running,
		.round = session->exchange.round,
		.is_accepted = session->exchange.negotiator.is_accepted,
	};

	if (session->unreported & BGW_EXCHANGE_UP) {
		report.type = BGW_NEGOTIATION_UP;
		if (!negotiation_report(negotiation, &report))
			return;
		session->unreported &= (uint8_t)~BGW_EXCHANGE_UP;
	}
	if (session->unreported & BGW_EXCHANGE_AGREED) {
		report.type = BGW_NEGOTIATION_AGREED;
		if (report.protocol == BGW_EXCHANGE_IDLE ||
		    negotiation_report(negotiation, &report))
			session->unreported &= (uint8_t)~BGW_EXCHANGE_AGREED;
	}
}

/* Where a datagram lies in its buffer: a line with its header before a line of its own, the same
 * two that one was received in. */
#define PAYLOAD_OFFSET (RTE_PKTMBUF_HEADROOM + RTE_CACHE_LINE_SIZE)

/* The buffer that a datagram came in, for its answer, if nobody else has it; else a new one. */
static struct rte_mbuf *buffer_get(struct negotiation_worker *negotiation)
{
	struct rte_mbuf *mbuf = negotiation->spare;

	if (unlikely(mbuf == NULL || !RTE_MBUF_DIRECT(mbuf) || rte_mbuf_refcnt_read(mbuf) != 1 ||
		     mbuf->buf_len < PAYLOAD_OFFSET + BGW_DATAGRAM_HELLO_BYTES))
		return rte_pktmbuf_alloc(negotiation->pool);
	negotiation->spare = NULL;
	mbuf->ol_flags = 0;
	return mbuf;
}

/* A buffer with the peer's header before `length` bytes to be written; NULL: none was sent. */
static __rte_always_inline uint8_t *datagram_begin(struct worker *worker,
						   const struct negotiation_way *way,
						   uint32_t length)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	struct rte_mbuf *mbuf;
	uint8_t *payload;

	if (unlikely(way->drop != PATH_IS_UP))
		return NULL;
	mbuf = buffer_get(negotiation);
	if (unlikely(mbuf == NULL))
		return NULL;
	payload = (uint8_t *)mbuf->buf_addr + PAYLOAD_OFFSET;
	outer_header_copy(payload, &way->header);
	outer_header_patch_ipv4(payload - way->header.ip_offset, &way->header,
				(uint16_t)(way->header.ip_offset + length), 0);
	*(unaligned_uint16_t *)(payload - 4) = rte_cpu_to_be_16((uint16_t)(8 + length));
	mbuf->data_off = (uint16_t)(PAYLOAD_OFFSET - way->header.length);
	mbuf->data_len = (uint16_t)(way->header.length + length);
	mbuf->pkt_len = mbuf->data_len;
	mbuf->port = way->port;
	if (negotiation->output_count == BURST_FRAMES)
		negotiation_flush(worker);
	negotiation->output[negotiation->output_count] = mbuf;
	negotiation->output_port[negotiation->output_count] = way->port;
	return payload;
}

static void datagram_end(struct negotiation_worker *negotiation, const struct tag_key *key,
			 bool from_higher, const uint8_t *payload, uint32_t length, uint32_t epoch,
			 uint64_t counter)
{
	struct tag_job *job = &negotiation->output_jobs[negotiation->output_count++];

	job->key = key;
	job->bytes = payload;
	job->length = length - BGW_DATAGRAM_SEAL_BYTES;
	bgw_datagram_iv(job->iv, from_higher, epoch, counter);
}

void negotiation_say(struct worker *worker, const struct negotiation_peer *peer,
		     const struct bgw_datagram *datagram, const struct bgw_datagram_hello *hello)
{
	uint8_t *payload =
		peer != NULL ? datagram_begin(worker, &peer->way, BGW_DATAGRAM_HELLO_BYTES) : NULL;

	if (payload == NULL)
		return;
	bgw_datagram_hello_write(payload, datagram, hello);
	datagram_end(worker->negotiation, &peer->tx_key, peer->way.is_higher, payload,
		     BGW_DATAGRAM_HELLO_BYTES, hello->epoch, datagram->counter);
}

static __rte_always_inline void session_send(struct worker *worker,
					     struct negotiation_session *session,
					     const struct negotiation_way *way)
{
	const struct bgw_datagram datagram = {
		.kind = BGW_DATAGRAM_EXCHANGE,
		.session = session->remote_session,
		.nonce = session->remote_nonce,
		.counter = ++session->tx_counter,
	};
	struct bgw_datagram_exchange exchange;
	uint8_t *payload;

	bgw_exchange_write(&session->exchange, &exchange, worker->negotiation->now_ns);
	payload = datagram_begin(worker, way, BGW_DATAGRAM_EXCHANGE_BYTES);
	if (payload == NULL)
		return;
	session->tx_datagrams++;
	session->resent_datagrams += session->exchange.is_resent && exchange.count > 0;
	bgw_datagram_exchange_write(payload, &datagram, &exchange);
	datagram_end(worker->negotiation, &session->tx_key, way->is_higher, payload,
		     BGW_DATAGRAM_EXCHANGE_BYTES, session->epoch, datagram.counter);
}

void negotiation_send(struct worker *worker, struct negotiation_session *session,
		      const struct negotiation_way *way)
{
	session_send(worker, session, way);
}

static inline void exchange_send(struct worker *worker, struct negotiation_session *session)
{
	static const struct negotiation_way none;
	const struct negotiation_peer *peer = negotiation_peer_get(worker->dp, session->peer);

	session_send(worker, session, likely(peer != NULL) ? &peer->way : &none);
}

void negotiation_flush(struct worker *worker)
{
	struct negotiation_worker *negotiation = worker->negotiation;

	const uint32_t count = negotiation->output_count;
	uint32_t next, bytes;

	tag_write(negotiation->output_jobs, count);
	for (uint32_t i = 0; i < count; i = next) {
		const uint16_t port = negotiation->output_port[i];

		bytes = 0;
		for (next = i; next < count && negotiation->output_port[next] == port; next++)
			bytes += negotiation->output[next]->pkt_len;
		worker->port_counters[port].originated += next - i;
		stage_transmit_burst(worker, port, &negotiation->output[i], next - i, bytes);
	}
	negotiation->output_count = 0;
}

void negotiation_obey(struct worker *worker, struct negotiation_session *session, unsigned int todo)
{
	struct negotiation_worker *negotiation = worker->negotiation;

	session->unreported |= (uint8_t)(todo & (BGW_EXCHANGE_UP | BGW_EXCHANGE_AGREED));
	if (todo & BGW_EXCHANGE_SEND)
		exchange_send(worker, session);
	if (unlikely(session->unreported))
		session_report(negotiation, session);
	if (unlikely(todo & BGW_EXCHANGE_ENDED))
		negotiation_end(worker, session);
	else
		wheel_set(&negotiation->wheel, &session->timer,
			  session->unreported ? 0 : bgw_exchange_due_ns(&session->exchange));
}
