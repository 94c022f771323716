/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "negotiator/heartbeat.h"
#include "negotiator/negotiator.h"

/* The first two bytes say what this end wants and accepts, bit by bit; the rest is what the peer
 * says, with heartbeats run and all other protocols ended at once. */
struct end {
	uint8_t initiates, accepts;
	int open; /* promises not yet kept */
};

static bool should_initiate(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct end *end = context;
	bool answer = end->initiates >> protocol & 1;

	(void)now_ns;
	end->open += answer;
	return answer;
}

static bool should_accept(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct end *end = context;
	bool answer = end->accepts >> protocol & 1;

	(void)now_ns;
	end->open += answer;
	return answer;
}

static void failed(void *context, uint32_t protocol)
{
	MUST(protocol < BGW_NEGOTIATION_COUNT);
	MUST(--((struct end *)context)->open >= 0);
}

static const struct bgw_negotiator_asker asker = {should_initiate, should_accept, failed, failed};
static const struct bgw_negotiator_times times = {
	.sleep_ns = 1000, .answer_ns = 5000, .backoff_min_ns = 100, .backoff_max_ns = 10000};

struct talk {
	struct bgw_negotiator n;
	struct bgw_negotiator_backoff backoffs[BGW_NEGOTIATION_COUNT];
	struct bgw_heartbeat heartbeat;
	struct end end;
	uint64_t now_ns;
	size_t written;
};

static void follow(struct talk *talk, struct bgw_negotiator_step step)
{
	talk->written += step.writes;
	MUST(step.action != BGW_NEGOTIATOR_FAIL || talk->n.state == BGW_NEGOTIATOR_FAILED);
	MUST(step.action != BGW_NEGOTIATOR_SLEEP || step.sleep_ns <= times.sleep_ns);
	if (step.action == BGW_NEGOTIATOR_SLEEP)
		talk->now_ns += step.sleep_ns;
	if (step.action != BGW_NEGOTIATOR_RUN)
		return;
	bgw_negotiator_run(&talk->n, talk->now_ns);
	MUST(--talk->end.open == 0);
	if (step.protocol == BGW_NEGOTIATION_HEARTBEAT)
		bgw_heartbeat_begin(&talk->heartbeat, talk->now_ns);
	else
		bgw_negotiator_done(&talk->n);
}

static void take(struct talk *talk, uint8_t byte)
{
	uint8_t reply;

	if (talk->n.state != BGW_NEGOTIATOR_RUNNING) {
		follow(talk, bgw_negotiator_take(&talk->n, byte, talk->now_ns));
		return;
	}
	switch (bgw_heartbeat_take(&talk->heartbeat, byte, talk->now_ns, &reply)) {
	case BGW_HEARTBEAT_WRITE:
		MUST(reply == 0x41);
		break;
	case BGW_HEARTBEAT_DONE:
		bgw_negotiator_done(&talk->n);
		break;
	case BGW_HEARTBEAT_FAIL:
		bgw_negotiator_break(&talk->n);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct talk talk = {.now_ns = 1};
	char text[BGW_NEGOTIATOR_TEXT_SIZE];

	if (size < 2)
		return 0;
	talk.end.initiates = data[0];
	talk.end.accepts = data[1];
	bgw_negotiator_init(&talk.n, bgw_negotiation_protocols, BGW_NEGOTIATION_COUNT, &times,
			    &asker, &talk.end, talk.backoffs, size);
	for (size_t i = 2; i < size && talk.n.state != BGW_NEGOTIATOR_FAILED; i++) {
		if (talk.n.state == BGW_NEGOTIATOR_INITIAL)
			follow(&talk, bgw_negotiator_begin(&talk.n, talk.now_ns));
		take(&talk, data[i]);
		talk.now_ns++;
	}
	/* Two bytes answer one at most. */
	MUST(talk.written <= 2 * size);
	MUST((talk.n.state == BGW_NEGOTIATOR_FAILED) == (talk.n.error != BGW_NEGOTIATOR_NO_ERROR));
	bgw_negotiator_describe(&talk.n, text);
	bgw_negotiator_break(&talk.n);
	MUST(talk.end.open == 0);
	return 0;
}
