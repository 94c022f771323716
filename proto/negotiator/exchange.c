/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/exchange.h"

#include <string.h>

#include "negotiator/random.h"

#define MS UINT64_C(1000000)

/* Bytes go again after twice the trip, between these: four times in an interval at least. */
#define RESEND_MIN_NS	(2 * MS)
#define RESEND_FIRST_NS (50 * MS)
/* Between two rounds in which nothing ran: half an interval, between these. */
#define SLEEP_MIN_NS   (5 * MS)
#define SLEEP_MAX_NS   (500 * MS)
#define BACKOFF_MAX_NS (30000 * MS)
/* A timer may go off so late; an empty datagram is due as much before the interval is over. */
#define LATE_NS (2 * MS)

const char *const bgw_exchange_end_names[] = {
#define X(id, name, help) #name,
	BGW_EXCHANGE_END_LIST(X)
#undef X
		NULL,
};
const char *const bgw_exchange_end_helps[] = {
#define X(id, name, help) help,
	BGW_EXCHANGE_END_LIST(X)
#undef X
		NULL,
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t within(uint64_t value, uint64_t low, uint64_t high)
{
	return value < low ? low : least(value, high);
}

/* When an empty datagram is due after the last one; `chance` is any 64 bits. */
static uint64_t empty_after_ns(const struct bgw_exchange *exchange, uint64_t chance)
{
	const uint64_t interval_ns = exchange->setup.interval_ns;

	return bgw_random_less_ns(chance, interval_ns - least(LATE_NS, interval_ns / 4), 8);
}

static bool should_initiate(void *context, uint32_t protocol, uint64_t now_ns)
{
	const struct bgw_exchange *exchange = context;

	if (protocol == BGW_NEGOTIATION_HEARTBEAT)
		return bgw_heartbeat_due(&exchange->heartbeat, exchange->setup.interval_ns, now_ns);
	return (exchange->setup.initiate_mask >> protocol & 1) != 0;
}

static bool should_accept(void *context, uint32_t protocol, uint64_t now_ns)
{
	const struct bgw_exchange *exchange = context;

	(void)now_ns;
	return protocol == BGW_NEGOTIATION_HEARTBEAT ||
	       (exchange->setup.accept_mask >> protocol & 1) != 0;
}

/* Nothing was reserved for it. */
static void not_run(void *context, uint32_t protocol)
{
	(void)context;
	(void)protocol;
}

static const struct bgw_negotiator_asker asker = {
	.should_initiate = should_initiate,
	.should_accept = should_accept,
	.initiate_failed = not_run,
	.accept_failed = not_run,
};

void bgw_exchange_init(struct bgw_exchange *exchange, const struct bgw_exchange_setup *setup,
		       uint64_t now_ns)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->setup = *setup;
	/* No byte need come: silence is judged by datagrams. */
	exchange->times = (struct bgw_negotiator_times){
		.sleep_ns = within(setup->interval_ns / 2, SLEEP_MIN_NS, SLEEP_MAX_NS),
		.backoff_min_ns = setup->interval_ns,
		.backoff_max_ns = BACKOFF_MAX_NS,
	};
	bgw_negotiator_init(&exchange->negotiator, bgw_negotiation_protocols, BGW_NEGOTIATION_COUNT,
			    &exchange->times, &asker, exchange, exchange->backoffs, setup->random);
	exchange->heard_ns = now_ns;
	exchange->sent_ns = now_ns;
	exchange->sleep_ns = now_ns;
	exchange->rto_ns = least(RESEND_FIRST_NS, setup->interval_ns / 4);
	exchange->empty_ns = empty_after_ns(exchange, bgw_random_next(&exchange->setup.random));
	exchange->due_round = 1;
	exchange->running = BGW_EXCHANGE_IDLE;
}

unsigned int bgw_exchange_stop(struct bgw_exchange *exchange, enum bgw_exchange_end end)
{
	if (exchange->end != BGW_EXCHANGE_END_NONE)
		return 0;
	bgw_negotiator_break(&exchange->negotiator);
	exchange->end = (uint8_t)end;
	exchange->running = BGW_EXCHANGE_IDLE;
	/* To the one that closed it, or does not answer, there is nothing to say. */
	return BGW_EXCHANGE_ENDED | (end == BGW_EXCHANGE_END_CLOSED ? 0 : BGW_EXCHANGE_SEND);
}

static unsigned int push(struct bgw_exchange *exchange, uint8_t byte)
{
	if (exchange->untaken_count == BGW_EXCHANGE_UNTAKEN_MAX)
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_OUT_OF_STEP);
	exchange->untaken[exchange->untaken_count++] = (struct bgw_exchange_byte){
		.round = exchange->round,
		.step = exchange->step++,
		.byte = byte,
	};
	return BGW_EXCHANGE_SEND;
}

static unsigned int run(struct bgw_exchange *exchange, uint8_t protocol, uint64_t now_ns)
{
	bgw_negotiator_run(&exchange->negotiator, now_ns);
	exchange->running = protocol;
	if (protocol == BGW_NEGOTIATION_HEARTBEAT)
		return push(exchange, bgw_heartbeat_begin(&exchange->heartbeat, now_ns));
	/* Neither writes another byte in this round. */
	exchange->due_round++;
	exchange->due_step = 0;
	exchange->setup.initiate_mask &= ~(1u << protocol);
	return BGW_EXCHANGE_AGREED;
}

static unsigned int follow(struct bgw_exchange *exchange, struct bgw_negotiator_step step,
			   uint64_t now_ns)
{
	unsigned int todo = step.writes ? push(exchange, step.byte) : 0;

	if ((todo & BGW_EXCHANGE_ENDED) != 0)
		return todo;
	switch (step.action) {
	case BGW_NEGOTIATOR_WAIT:
		break;
	case BGW_NEGOTIATOR_RUN:
		todo |= run(exchange, step.protocol, now_ns);
		break;
	case BGW_NEGOTIATOR_SLEEP:
		exchange->sleep_ns = now_ns + step.sleep_ns;
		exchange->due_round++;
		exchange->due_step = 0;
		break;
	case BGW_NEGOTIATOR_FAIL:
		todo |= bgw_exchange_stop(exchange, BGW_EXCHANGE_END_NEGOTIATION);
		break;
	}
	return todo;
}

static unsigned int begin(struct bgw_exchange *exchange, uint64_t now_ns)
{
	exchange->round++;
	exchange->step = 0;
	return follow(exchange, bgw_negotiator_begin(&exchange->negotiator, now_ns), now_ns);
}

static bool is_between_rounds(const struct bgw_exchange *exchange)
{
	return exchange->negotiator.state == BGW_NEGOTIATOR_INITIAL;
}

/* The protocol is over here: the next round. */
static unsigned int end_run(struct bgw_exchange *exchange, uint64_t now_ns)
{
	bgw_negotiator_done(&exchange->negotiator);
	exchange->running = BGW_EXCHANGE_IDLE;
	return begin(exchange, now_ns);
}

static unsigned int beat(struct bgw_exchange *exchange, uint8_t byte, uint64_t now_ns)
{
	uint8_t reply;

	switch (bgw_heartbeat_take(&exchange->heartbeat, byte, now_ns, &reply)) {
	case BGW_HEARTBEAT_WRITE:
		return push(exchange, reply);
	case BGW_HEARTBEAT_DONE:
		exchange->due_round++;
		exchange->due_step = 0;
		return end_run(exchange, now_ns);
	default:
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_HEARTBEAT);
	}
}

/* Whether the next byte can be taken now. */
static bool can_take(const struct bgw_exchange *exchange)
{
	return exchange->end == BGW_EXCHANGE_END_NONE &&
	       (exchange->running == BGW_EXCHANGE_IDLE ||
		exchange->running == BGW_NEGOTIATION_HEARTBEAT);
}

static unsigned int take(struct bgw_exchange *exchange, uint8_t byte, uint64_t now_ns)
{
	unsigned int todo = 0;

	/* The peer begins a round: no need to sleep on. */
	if (is_between_rounds(exchange))
		todo = begin(exchange, now_ns);
	if ((todo & BGW_EXCHANGE_ENDED) != 0)
		return todo;
	exchange->due_step++;
	if (exchange->running == BGW_NEGOTIATION_HEARTBEAT)
		return todo | beat(exchange, byte, now_ns);
	return todo |
	       follow(exchange, bgw_negotiator_take(&exchange->negotiator, byte, now_ns), now_ns);
}

/* Which of two places is the later one: below, equal to or above 0. Rounds wrap around. */
static int32_t compare(uint32_t round, uint32_t step, uint32_t other_round, uint32_t other_step)
{
	return round != other_round ? (int32_t)(round - other_round)
				    : (int32_t)step - (int32_t)other_step;
}

static void note_trip(struct bgw_exchange *exchange, uint64_t now_ns)
{
	const uint64_t trip_ns = now_ns - exchange->asked_ns;

	if (!exchange->is_resent)
		exchange->trip_ns =
			exchange->trip_ns == 0 ? trip_ns : (7 * exchange->trip_ns + trip_ns) / 8;
	if (exchange->trip_ns != 0)
		exchange->rto_ns = within(2 * exchange->trip_ns, RESEND_MIN_NS,
					  exchange->setup.interval_ns / 4);
	exchange->is_resent = false;
}

/* What the peer has taken goes. */
static unsigned int acknowledged(struct bgw_exchange *exchange,
				 const struct bgw_datagram_exchange *datagram, uint64_t now_ns)
{
	uint8_t taken = 0;

	while (taken < exchange->untaken_count &&
	       compare(exchange->untaken[taken].round, exchange->untaken[taken].step,
		       datagram->ack_round, datagram->ack_step) < 0)
		taken++;
	/* It cannot have taken what was not sent, nor wait for a round after the next. */
	if (taken > exchange->sent_count || (int32_t)(datagram->ack_round - exchange->round) > 1)
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_OUT_OF_STEP);
	if (taken == 0)
		return 0;
	note_trip(exchange, now_ns);
	exchange->untaken_count = (uint8_t)(exchange->untaken_count - taken);
	exchange->sent_count = (uint8_t)(exchange->sent_count - taken);
	if (exchange->untaken_count == 0)
		return 0;
	memmove(exchange->untaken, exchange->untaken + taken,
		exchange->untaken_count * sizeof(exchange->untaken[0]));
	/* Those of the next round waited for these. */
	return exchange->sent_count < exchange->untaken_count ? BGW_EXCHANGE_SEND : 0;
}

static unsigned int bytes_take(struct bgw_exchange *exchange,
			       const struct bgw_datagram_exchange *datagram, uint64_t now_ns)
{
	/* Seen before or not, the peer wants to know. */
	unsigned int todo = datagram->count > 0 ? BGW_EXCHANGE_SEND : 0;

	for (uint32_t i = 0; i < datagram->count && can_take(exchange); i++) {
		const int32_t order = compare(datagram->round, datagram->step + i,
					      exchange->due_round, exchange->due_step);

		if (order > 0)
			return todo | bgw_exchange_stop(exchange, BGW_EXCHANGE_END_OUT_OF_STEP);
		if (order == 0)
			todo |= take(exchange, datagram->bytes[i], now_ns);
	}
	return todo;
}

unsigned int bgw_exchange_read(struct bgw_exchange *exchange,
			       const struct bgw_datagram_exchange *datagram, uint64_t now_ns)
{
	unsigned int todo = 0;

	if (exchange->end != BGW_EXCHANGE_END_NONE)
		return 0;
	if (!exchange->is_up)
		todo |= BGW_EXCHANGE_UP;
	exchange->is_up = true;
	exchange->heard_ns = now_ns;
	if ((datagram->flags & BGW_EXCHANGE_CLOSES) != 0)
		return todo | bgw_exchange_stop(exchange, BGW_EXCHANGE_END_CLOSED);
	todo |= acknowledged(exchange, datagram, now_ns);
	return todo | bytes_take(exchange, datagram, now_ns);
}

uint64_t bgw_exchange_due_ns(const struct bgw_exchange *exchange)
{
	uint64_t due = least(exchange->heard_ns + exchange->setup.down_ns,
			     exchange->sent_ns + exchange->empty_ns);

	if (exchange->untaken_count > 0)
		due = least(due, exchange->resend_ns);
	if (is_between_rounds(exchange))
		due = least(due, exchange->sleep_ns);
	if (exchange->negotiator.deadline_ns != 0)
		due = least(due, exchange->negotiator.deadline_ns);
	return due;
}

unsigned int bgw_exchange_timer(struct bgw_exchange *exchange, uint64_t now_ns)
{
	unsigned int todo = 0;

	if (exchange->end != BGW_EXCHANGE_END_NONE)
		return 0;
	if (now_ns >= exchange->heard_ns + exchange->setup.down_ns)
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_SILENT);
	if (bgw_negotiator_expire(&exchange->negotiator, now_ns))
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_DEADLINE);
	if (exchange->untaken_count > 0 && now_ns >= exchange->resend_ns) {
		exchange->rto_ns = least(exchange->rto_ns * 2, exchange->setup.interval_ns / 4);
		exchange->is_resent = true;
		todo |= BGW_EXCHANGE_SEND;
	}
	if (is_between_rounds(exchange) && now_ns >= exchange->sleep_ns)
		todo |= begin(exchange, now_ns);
	if (now_ns >= exchange->sent_ns + exchange->empty_ns)
		todo |= BGW_EXCHANGE_SEND;
	return todo;
}

void bgw_exchange_write(struct bgw_exchange *exchange, struct bgw_datagram_exchange *datagram,
			uint64_t now_ns)
{
	const uint64_t chance = bgw_random_next(&exchange->setup.random);

	*datagram = (struct bgw_datagram_exchange){
		.round = exchange->round,
		.step = exchange->step,
		.ack_round = exchange->due_round,
		.ack_step = exchange->due_step,
	};
	if (exchange->end != BGW_EXCHANGE_END_NONE)
		datagram->flags |= BGW_EXCHANGE_CLOSES;
	else if (exchange->running != BGW_EXCHANGE_IDLE)
		datagram->flags |= BGW_EXCHANGE_HOLDS;
	if (exchange->untaken_count > 0) {
		datagram->round = exchange->untaken[0].round;
		datagram->step = exchange->untaken[0].step;
	}
	while (datagram->count < exchange->untaken_count &&
	       datagram->count < BGW_EXCHANGE_BYTES_MAX &&
	       exchange->untaken[datagram->count].round == datagram->round) {
		datagram->bytes[datagram->count] = exchange->untaken[datagram->count].byte;
		datagram->count++;
	}
	if (datagram->count > 0) {
		if (exchange->sent_count == 0)
			exchange->asked_ns = now_ns;
		if (datagram->count > exchange->sent_count)
			exchange->sent_count = datagram->count;
		exchange->resend_ns = now_ns + bgw_random_less_ns(chance, exchange->rto_ns, 4);
	}
	exchange->sent_ns = now_ns;
	/* resend_ns has taken the high bits: here the low ones. */
	exchange->empty_ns = empty_after_ns(exchange, chance << 32);
}

unsigned int bgw_exchange_offer(struct bgw_exchange *exchange, uint32_t initiate_mask,
				uint32_t accept_mask, uint64_t now_ns)
{
	exchange->setup.initiate_mask = initiate_mask;
	exchange->setup.accept_mask = accept_mask;
	if (exchange->end != BGW_EXCHANGE_END_NONE || initiate_mask == 0 ||
	    !is_between_rounds(exchange))
		return 0;
	return begin(exchange, now_ns);
}

unsigned int bgw_exchange_done(struct bgw_exchange *exchange, bool failed, uint64_t now_ns)
{
	if (exchange->end != BGW_EXCHANGE_END_NONE || exchange->running == BGW_EXCHANGE_IDLE ||
	    exchange->running == BGW_NEGOTIATION_HEARTBEAT)
		return 0;
	if (failed)
		return bgw_exchange_stop(exchange, BGW_EXCHANGE_END_ABORTED);
	return end_run(exchange, now_ns);
}
