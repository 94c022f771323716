/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/negotiation.h"
#include "stage/stage.h"

/* What a worker does for negotiation in each round, whether or not something came. */

static struct negotiation_session *session_of(const struct wheel_timer *timer)
{
	return container_of(timer, struct negotiation_session, timer);
}

/* Its times are of this clock, which control does not have. */
static unsigned int session_begin(struct negotiation_worker *negotiation,
				  struct negotiation_session *session)
{
	const struct bgw_exchange_setup setup = session->exchange.setup;

	negotiation->sessions[session->peer] = session;
	bgw_exchange_init(&session->exchange, &setup, negotiation->now_ns);
	return bgw_exchange_timer(&session->exchange, negotiation->now_ns);
}

static void command_obey(struct worker *worker, const struct negotiation_command *command)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	struct negotiation_session *session = negotiation->sessions[command->peer];
	unsigned int todo = 0;

	switch ((enum negotiation_command_type)command->type) {
	case NEGOTIATION_START:
		if (session != NULL)
			negotiation_end(worker, session);
		session = command->start;
		todo = session_begin(negotiation, session);
		break;
	case NEGOTIATION_SAY_HELLO:
		negotiation_say(worker, negotiation_peer_get(worker->dp, command->peer),
				&command->say.datagram, &command->say.hello);
		return;
	case NEGOTIATION_STOP:
		if (session == NULL)
			return;
		todo = bgw_exchange_stop(&session->exchange, BGW_EXCHANGE_END_STOPPED);
		if (todo & BGW_EXCHANGE_SEND)
			negotiation_send(worker, session, &command->stop);
		todo &= ~(unsigned int)BGW_EXCHANGE_SEND;
		break;
	case NEGOTIATION_OFFER:
		if (session != NULL)
			todo = bgw_exchange_offer(&session->exchange, command->offer.initiate_mask,
						  command->offer.accept_mask, negotiation->now_ns);
		break;
	case NEGOTIATION_DONE:
		if (session != NULL && session->session == command->done)
			todo = bgw_exchange_done(&session->exchange, command->failed,
						 negotiation->now_ns);
		break;
	}
	if (session != NULL)
		negotiation_obey(worker, session, todo);
}

static uint32_t commands_take(struct worker *worker)
{
	struct negotiation_command commands[NEGOTIATION_SLICE];
	const uint32_t count =
		rte_ring_sc_dequeue_burst_elem(worker->negotiation->commands, commands,
					       sizeof(commands[0]), NEGOTIATION_SLICE, NULL);

	for (uint32_t i = 0; i < count; i++)
		command_obey(worker, &commands[i]);
	return count;
}

static uint32_t handover_take(struct worker *worker)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	struct rte_mbuf *mbufs[BURST_FRAMES];
	const uint32_t count = rte_ring_sc_dequeue_burst(negotiation->handover, (void **)mbufs,
							 BURST_FRAMES, NULL);

	for (uint32_t i = 0; i < count; i++)
		negotiation->input[i] = (struct negotiation_packet){
			.mbuf = mbufs[i],
			.payload = rte_pktmbuf_mtod(mbufs[i], const uint8_t *),
			.length = mbufs[i]->data_len,
			.peer = mbufs[i]->hash.usr,
		};
	negotiation->input_count = count;
	if (count > 0)
		stage_negotiation(worker, 1);
	return count;
}

static uint32_t timers_run(struct worker *worker)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	struct negotiation_session *sessions[NEGOTIATION_SLICE];
	struct wheel_timer *timer;
	uint32_t count = 0;

	/* What each needs is fetched before the first goes on. */
	while (count < NEGOTIATION_SLICE &&
	       (timer = wheel_next(&negotiation->wheel, negotiation->now_ns)) != NULL) {
		sessions[count] = session_of(timer);
		negotiation_prefetch_lines(sessions[count], &sessions[count]->replayed_datagrams);
		count++;
	}
	for (uint32_t i = 0; i < count; i++)
		negotiation_obey(worker, sessions[i],
				 bgw_exchange_timer(&sessions[i]->exchange, negotiation->now_ns));
	return count;
}

uint32_t negotiation_round(struct worker *worker)
{
	struct negotiation_worker *negotiation = worker->negotiation;
	const enum bgw_stage outer = stage_enter(&worker->clock, BGW_STAGE_NEGOTIATION, 0);
	uint32_t count;

	negotiation->now_ns = negotiation_now_ns(worker->dp, worker->now_cycles);
	count = commands_take(worker) + handover_take(worker) + timers_run(worker);
	if (unlikely(negotiation->ended != NULL))
		negotiation_ended_report(negotiation);
	negotiation_flush(worker);
	stage_leave_with(&worker->clock, outer, count);
	return count;
}
