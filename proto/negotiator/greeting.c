/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/greeting.h"

#include <string.h>

#include "negotiator/random.h"

/* So that two ends do not call in step. */
static uint64_t shortened(struct bgw_greeting *greeting, uint64_t ns)
{
	return bgw_random_shorten_ns(&greeting->random, ns, 4);
}

void bgw_greeting_init(struct bgw_greeting *greeting, const struct bgw_greeting_times *times,
		       const struct bgw_greeting_offer *offer, uint32_t epoch, uint32_t interval_ms,
		       uint64_t seed, uint64_t now_ns)
{
	memset(greeting, 0, sizeof(*greeting));
	greeting->times = *times;
	greeting->self.epoch = epoch;
	greeting->self.interval_ms = interval_ms;
	greeting->random = seed;
	bgw_greeting_renew(greeting, offer);
	bgw_greeting_restart(greeting, now_ns);
}

static struct bgw_greeting_step say(const struct bgw_greeting *greeting,
				    const struct bgw_greeting_offer *own, uint32_t session,
				    uint64_t nonce)
{
	struct bgw_greeting_step step = {
		.sends = true,
		.datagram = {.kind = BGW_DATAGRAM_HELLO, .session = session, .nonce = nonce},
		.hello = greeting->self,
	};

	step.hello.session = own->session;
	step.hello.nonce = own->nonce;
	return step;
}

struct bgw_greeting_step bgw_greeting_receive(struct bgw_greeting *greeting,
					      const struct bgw_datagram *datagram,
					      const struct bgw_datagram_hello *hello,
					      uint64_t now_ns)
{
	struct bgw_greeting_step step = {0};

	if (datagram->session == greeting->offer.session &&
	    datagram->nonce == greeting->offer.nonce) {
		greeting->own = greeting->offer;
		greeting->peer = *hello;
		/* The peer may lack ours; and again until it is seen to have it. */
		greeting->retry_ns = greeting->times.retry_min_ns;
		greeting->call_ns = now_ns + shortened(greeting, greeting->retry_ns);
		step = say(greeting, &greeting->own, hello->session, hello->nonce);
		step.agrees = true;
	} else if (datagram->session == 0 && datagram->nonce == 0 &&
		   hello->nonce != greeting->peer.nonce) {
		step = say(greeting, &greeting->offer, hello->session, hello->nonce);
	}
	return step;
}

void bgw_greeting_renew(struct bgw_greeting *greeting, const struct bgw_greeting_offer *offer)
{
	greeting->offer = *offer;
}

struct bgw_greeting_step bgw_greeting_timer(struct bgw_greeting *greeting, uint64_t now_ns)
{
	if (now_ns < greeting->call_ns)
		return (struct bgw_greeting_step){0};
	greeting->retry_ns = greeting->retry_ns * 2 < greeting->times.retry_max_ns
				     ? greeting->retry_ns * 2
				     : greeting->times.retry_max_ns;
	greeting->call_ns = now_ns + shortened(greeting, greeting->retry_ns);
	if (greeting->own.session != 0)
		return say(greeting, &greeting->own, greeting->peer.session, greeting->peer.nonce);
	return say(greeting, &greeting->offer, 0, 0);
}

void bgw_greeting_confirm(struct bgw_greeting *greeting)
{
	greeting->call_ns = BGW_GREETING_NEVER;
}

void bgw_greeting_restart(struct bgw_greeting *greeting, uint64_t now_ns)
{
	greeting->own = (struct bgw_greeting_offer){0};
	greeting->peer = (struct bgw_datagram_hello){0};
	greeting->retry_ns = greeting->times.retry_min_ns / 2;
	greeting->call_ns = now_ns;
}
