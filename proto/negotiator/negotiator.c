/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/negotiator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "negotiator/random.h"

const char *const bgw_negotiator_state_names[] = {
	"initial", "sent-keepalive", "sent-initiate", "waiting",
	"agreed",  "running",	     "failed",	      NULL};

int bgw_negotiator_init(struct bgw_negotiator *n, const struct bgw_negotiator_protocol *protocols,
			size_t count, const struct bgw_negotiator_times *times,
			const struct bgw_negotiator_asker *asker, void *context,
			struct bgw_negotiator_backoff *backoffs, uint64_t seed)
{
	if (!protocols || count == 0 || count > BGW_NEGOTIATOR_PROTOCOLS_MAX)
		return -EINVAL;
	*n = (struct bgw_negotiator){
		.protocols = protocols,
		.count = (uint8_t)count,
		.times = times,
		.asker = asker,
		.context = context,
		.backoffs = backoffs,
		.random = seed,
	};
	memset(backoffs, 0, count * sizeof(*backoffs));
	return 0;
}

static uint64_t shortened(struct bgw_negotiator *n, uint64_t ns)
{
	return bgw_random_shorten_ns(&n->random, ns, 4);
}

static void back_off(struct bgw_negotiator *n, uint64_t now_ns)
{
	struct bgw_negotiator_backoff *backoff = &n->backoffs[n->protocol];
	uint64_t ns = n->times->backoff_min_ns, max_ns = n->times->backoff_max_ns;

	for (uint32_t i = 0; i < backoff->rejections && ns < max_ns; i++)
		ns *= 2;
	if (ns > max_ns)
		ns = max_ns;
	else
		backoff->rejections++;
	backoff->until_ns = now_ns + shortened(n, ns);
}

static void expect(struct bgw_negotiator *n, enum bgw_negotiator_state state, uint64_t now_ns)
{
	n->state = (uint8_t)state;
	n->deadline_ns = n->times->answer_ns ? now_ns + n->times->answer_ns : 0;
}

/* Whoever was told that a protocol may run hears that it will not. */
static void release(struct bgw_negotiator *n)
{
	switch (n->state) {
	case BGW_NEGOTIATOR_SENT_INITIATE:
	case BGW_NEGOTIATOR_WAITING:
		n->asker->initiate_failed(n->context, n->protocol);
		break;
	case BGW_NEGOTIATOR_AGREED:
		if (n->is_accepted)
			n->asker->accept_failed(n->context, n->protocol);
		else
			n->asker->initiate_failed(n->context, n->protocol);
		break;
	default:
		break;
	}
}

static struct bgw_negotiator_step fail(struct bgw_negotiator *n, enum bgw_negotiator_error error)
{
	if (n->state != BGW_NEGOTIATOR_FAILED) {
		release(n);
		n->state = BGW_NEGOTIATOR_FAILED;
		n->error = (uint8_t)error;
		n->deadline_ns = 0;
	}
	return (struct bgw_negotiator_step){.action = BGW_NEGOTIATOR_FAIL};
}

static struct bgw_negotiator_step fall_asleep(struct bgw_negotiator *n)
{
	n->state = BGW_NEGOTIATOR_INITIAL;
	n->deadline_ns = 0;
	return (struct bgw_negotiator_step){
		.action = BGW_NEGOTIATOR_SLEEP,
		.sleep_ns = shortened(n, n->times->sleep_ns),
	};
}

static struct bgw_negotiator_step agree(struct bgw_negotiator *n, bool is_accepted)
{
	n->state = BGW_NEGOTIATOR_AGREED;
	n->is_accepted = is_accepted;
	n->deadline_ns = 0;
	return (struct bgw_negotiator_step){
		.action = BGW_NEGOTIATOR_RUN,
		.protocol = n->protocol,
	};
}

static struct bgw_negotiator_step refused(struct bgw_negotiator *n, uint64_t now_ns)
{
	n->asker->initiate_failed(n->context, n->protocol);
	back_off(n, now_ns);
	return fall_asleep(n);
}

struct bgw_negotiator_step bgw_negotiator_begin(struct bgw_negotiator *n, uint64_t now_ns)
{
	struct bgw_negotiator_step step = {.writes = true, .byte = BGW_NEGOTIATOR_KEEPALIVE};

	if (n->state != BGW_NEGOTIATOR_INITIAL)
		return fail(n, BGW_NEGOTIATOR_OUT_OF_TURN);
	n->round++;
	for (uint32_t i = 0; i < n->count; i++) {
		if (now_ns < n->backoffs[i].until_ns ||
		    !n->asker->should_initiate(n->context, i, now_ns))
			continue;
		n->protocol = step.byte = (uint8_t)i;
		expect(n, BGW_NEGOTIATOR_SENT_INITIATE, now_ns);
		return step;
	}
	expect(n, BGW_NEGOTIATOR_SENT_KEEPALIVE, now_ns);
	return step;
}

/* The other end's initiate counts. */
static struct bgw_negotiator_step answer(struct bgw_negotiator *n, uint8_t protocol,
					 uint64_t now_ns)
{
	struct bgw_negotiator_step step;

	n->protocol = protocol;
	if (n->asker->should_accept(n->context, protocol, now_ns)) {
		step = agree(n, true);
		step.byte = BGW_NEGOTIATOR_ACCEPT;
	} else {
		step = fall_asleep(n);
		step.byte = BGW_NEGOTIATOR_REJECT;
	}
	step.writes = true;
	return step;
}

static struct bgw_negotiator_step open_sent_initiate(struct bgw_negotiator *n, uint8_t byte,
						     uint64_t now_ns)
{
	if (byte > n->protocol) { /* keepalive too: the other end answers us */
		expect(n, BGW_NEGOTIATOR_WAITING, now_ns);
		return (struct bgw_negotiator_step){.action = BGW_NEGOTIATOR_WAIT};
	}
	if (byte == n->protocol) {
		if (n->protocols[byte].accepts_simultaneous)
			return agree(n, false);
		return refused(n, now_ns);
	}
	n->asker->initiate_failed(n->context, n->protocol);
	return answer(n, byte, now_ns);
}

static struct bgw_negotiator_step opening(struct bgw_negotiator *n, uint8_t byte, uint64_t now_ns)
{
	if (byte == BGW_NEGOTIATOR_ACCEPT || byte == BGW_NEGOTIATOR_REJECT)
		return fail(n, BGW_NEGOTIATOR_NOT_OPENING);
	if (byte != BGW_NEGOTIATOR_KEEPALIVE && byte >= n->count)
		return fail(n, BGW_NEGOTIATOR_UNKNOWN);
	if (n->state == BGW_NEGOTIATOR_SENT_INITIATE)
		return open_sent_initiate(n, byte, now_ns);
	return byte == BGW_NEGOTIATOR_KEEPALIVE ? fall_asleep(n) : answer(n, byte, now_ns);
}

struct bgw_negotiator_step bgw_negotiator_take(struct bgw_negotiator *n, int byte, uint64_t now_ns)
{
	if (!bgw_negotiator_waits(n))
		return fail(n, BGW_NEGOTIATOR_OUT_OF_TURN);
	n->unexpected = (int16_t)byte;
	if (byte == BGW_NEGOTIATOR_END_OF_STREAM)
		return fail(n, BGW_NEGOTIATOR_ENDED);
	if (byte < 0 || byte > UINT8_MAX)
		return fail(n, BGW_NEGOTIATOR_NOT_A_BYTE);
	if (n->state != BGW_NEGOTIATOR_WAITING)
		return opening(n, (uint8_t)byte, now_ns);
	if (byte == BGW_NEGOTIATOR_ACCEPT)
		return agree(n, false);
	if (byte == BGW_NEGOTIATOR_REJECT)
		return refused(n, now_ns);
	return fail(n, BGW_NEGOTIATOR_NOT_ANSWER);
}

void bgw_negotiator_run(struct bgw_negotiator *n, uint64_t now_ns)
{
	uint64_t deadline_ns;

	if (n->state != BGW_NEGOTIATOR_AGREED) {
		fail(n, BGW_NEGOTIATOR_OUT_OF_TURN);
		return;
	}
	deadline_ns = (uint64_t)n->protocols[n->protocol].deadline_ms * 1000000;
	n->state = BGW_NEGOTIATOR_RUNNING;
	n->backoffs[n->protocol] = (struct bgw_negotiator_backoff){0};
	n->deadline_ns = deadline_ns ? now_ns + deadline_ns : 0;
}

void bgw_negotiator_done(struct bgw_negotiator *n)
{
	if (n->state != BGW_NEGOTIATOR_RUNNING) {
		fail(n, BGW_NEGOTIATOR_OUT_OF_TURN);
		return;
	}
	n->state = BGW_NEGOTIATOR_INITIAL;
	n->deadline_ns = 0;
}

bool bgw_negotiator_expire(struct bgw_negotiator *n, uint64_t now_ns)
{
	if (n->deadline_ns != 0 && now_ns >= n->deadline_ns)
		fail(n, n->state == BGW_NEGOTIATOR_RUNNING ? BGW_NEGOTIATOR_OVERRAN
							   : BGW_NEGOTIATOR_TIMED_OUT);
	return n->state == BGW_NEGOTIATOR_FAILED;
}

void bgw_negotiator_break(struct bgw_negotiator *n)
{
	fail(n, BGW_NEGOTIATOR_BROKEN);
}

char *bgw_negotiator_describe(const struct bgw_negotiator *n, char text[BGW_NEGOTIATOR_TEXT_SIZE])
{
	size_t size = BGW_NEGOTIATOR_TEXT_SIZE;
	const char *name = n->protocols[n->protocol].name;

	text[0] = '\0';
	switch ((enum bgw_negotiator_error)n->error) {
	case BGW_NEGOTIATOR_ENDED:
		snprintf(text, size, "the peer ended the stream within a round");
		break;
	case BGW_NEGOTIATOR_NOT_A_BYTE:
		snprintf(text, size, "%d is not a byte", n->unexpected);
		break;
	case BGW_NEGOTIATOR_NOT_OPENING:
		snprintf(text, size, "the peer answered (%d) what was not initiated",
			 n->unexpected);
		break;
	case BGW_NEGOTIATOR_UNKNOWN:
		snprintf(text, size, "the peer initiated protocol %d, the last one here is %d",
			 n->unexpected, n->count - 1);
		break;
	case BGW_NEGOTIATOR_NOT_ANSWER:
		snprintf(text, size, "the peer answered %d to %s, not 254 (accept) or 253 (reject)",
			 n->unexpected, name);
		break;
	case BGW_NEGOTIATOR_TIMED_OUT:
		snprintf(text, size, "the peer said nothing for %llu ms",
			 (unsigned long long)n->times->answer_ns / 1000000);
		break;
	case BGW_NEGOTIATOR_OVERRAN:
		snprintf(text, size, "%s took longer than %u ms", name,
			 n->protocols[n->protocol].deadline_ms);
		break;
	case BGW_NEGOTIATOR_BROKEN:
		snprintf(text, size, "the connection broke");
		break;
	case BGW_NEGOTIATOR_OUT_OF_TURN:
		snprintf(text, size, "called out of turn");
		break;
	case BGW_NEGOTIATOR_NO_ERROR:
	case BGW_NEGOTIATOR_ERROR_COUNT:
		break;
	}
	return text;
}
