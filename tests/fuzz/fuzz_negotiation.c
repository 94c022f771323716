/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "negotiator/exchange.h"
#include "negotiator/greeting.h"

/*
 * Datagrams, one after the other, each a length in one byte and the bytes. What is read is written
 * again as it was; and, as if their tags were right, a greeting and an exchange take them while
 * time passes. No datagram may break these, nor make more to be sent than one for each that came,
 * for each timer and for each session.
 */
#define OFFER_SESSION 7
#define OFFER_NONCE   9

static struct bgw_exchange exchange;
static struct bgw_greeting greeting;
static uint64_t now_ns;
static uint64_t sent;

static void begin(void)
{
	const struct bgw_exchange_setup setup = {
		.interval_ns = 10000000, .down_ns = 30000000, .accept_mask = 2, .random = 1};
	const struct bgw_greeting_times times = {250000000, 4000000000};
	const struct bgw_greeting_offer offer = {OFFER_SESSION, OFFER_NONCE};

	now_ns = 1000000000;
	sent = 0;
	bgw_exchange_init(&exchange, &setup, now_ns);
	bgw_greeting_init(&greeting, &times, &offer, 1, 1000, 1, now_ns);
}

static void obey(unsigned int todo)
{
	struct bgw_datagram_exchange said;

	MUST(((todo & BGW_EXCHANGE_ENDED) != 0) <= (exchange.end != BGW_EXCHANGE_END_NONE));
	if (todo & BGW_EXCHANGE_AGREED) {
		MUST(exchange.running != BGW_EXCHANGE_IDLE && exchange.running != 0);
		obey(bgw_exchange_done(&exchange, (now_ns & 1) != 0, now_ns));
	}
	if (!(todo & BGW_EXCHANGE_SEND))
		return;
	sent++;
	bgw_exchange_write(&exchange, &said, now_ns);
	MUST(said.count <= BGW_EXCHANGE_BYTES_MAX && !(said.flags & ~BGW_EXCHANGE_FLAGS));
}

static void exchange_take(const uint8_t *bytes, const struct bgw_datagram *datagram)
{
	struct bgw_datagram_exchange said;
	uint8_t again[BGW_DATAGRAM_MAX_BYTES];

	if (!bgw_datagram_exchange_read(bytes, &said))
		return;
	bgw_datagram_exchange_write(again, datagram, &said);
	MUST(memcmp(again, bytes, BGW_DATAGRAM_EXCHANGE_BYTES - BGW_DATAGRAM_TAG_BYTES) == 0);
	obey(bgw_exchange_read(&exchange, &said, now_ns));
	MUST(exchange.untaken_count <= BGW_EXCHANGE_UNTAKEN_MAX);
	MUST(exchange.sent_count <= exchange.untaken_count);
}

static void hello_take(const uint8_t *bytes, const struct bgw_datagram *datagram)
{
	struct bgw_datagram_hello said;
	struct bgw_greeting_step step;
	uint8_t again[BGW_DATAGRAM_MAX_BYTES];

	if (!bgw_datagram_hello_read(bytes, &said))
		return;
	bgw_datagram_hello_write(again, datagram, &said);
	MUST(memcmp(again, bytes, BGW_DATAGRAM_HELLO_BYTES - BGW_DATAGRAM_TAG_BYTES) == 0);
	step = bgw_greeting_receive(&greeting, datagram, &said, now_ns);
	/* A session is of our offer, which must have been repeated. */
	MUST(step.agrees <= (datagram->nonce == greeting.own.nonce));
	if (step.agrees) {
		const struct bgw_greeting_offer next = {greeting.offer.session + 1,
							greeting.offer.nonce + 1};

		bgw_greeting_renew(&greeting, &next);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t datagrams = 1;

	begin();
	obey(bgw_exchange_timer(&exchange, now_ns));
	while (size > 1) {
		const size_t length = data[0] < size - 1 ? data[0] : size - 1;
		uint8_t *bytes = fuzz_copy(data + 1, length, 0);
		struct bgw_datagram datagram;

		if (bgw_datagram_read(bytes, (uint32_t)length, &datagram)) {
			if (datagram.kind == BGW_DATAGRAM_EXCHANGE)
				exchange_take(bytes, &datagram);
			else
				hello_take(bytes, &datagram);
			datagrams += 3;
		}
		free(bytes);
		data += 1 + length;
		size -= 1 + length;
		now_ns += 1000001;
		obey(bgw_exchange_timer(&exchange, now_ns));
		datagrams++;
		MUST(sent <= datagrams);
	}
	return 0;
}
