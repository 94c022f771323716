/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define MS UINT64_C(1000000)
/* A timer that is due at once would go before all else that waits. */
#define NEXT_SLICE_MS 1
#define LENGTH_BYTES  4
/* What may wait to be sent before a run makes more of it. */
#define UNSENT_BYTES 262144
/* What may wait to be taken before the peer has to wait with more of it. */
#define UNTAKEN_BYTES 131072
/* A peer may have begun its next round, and no more. */
#define AHEAD_BYTES 1

struct session {
	struct bgw_negotiator negotiator;
	struct bgw_negotiator_backoff backoffs[BGW_NEGOTIATION_COUNT];
	struct bgw_heartbeat heartbeat;
	struct peering *peering;
	struct run *run;  /* of protocol 1 to 3, while it runs */
	bool has_more;	  /* the run has, to send */
	bool has_untaken; /* a slice ended before all was taken that may be there */
	int unanswered;
	struct stream *stream;
	struct loop_timer *timer;
	const struct session_willing *willing;
	struct session_counters *counters;
	const struct session_owner *owner;
	void *arg;
	uint64_t wake_ns; /* when the next round begins */
	uint64_t began_ns;
	bool is_up, has_failed;
	char why[SESSION_REASON_SIZE];
	/* What was read and not taken yet. */
	uint8_t *input;
	size_t input_at, input_bytes, input_room;
};

static const struct bgw_negotiator_times times = {
	.sleep_ns = SESSION_SLEEP_MS * MS,
	.answer_ns = SESSION_ANSWER_MS * MS,
	.backoff_min_ns = 2 * SESSION_SLEEP_MS * MS,
	.backoff_max_ns = 10000 * MS,
};

static void fail(struct session *session, const char *why)
{
	if (session->has_failed)
		return;
	session->has_failed = true;
	session->unanswered = session->negotiator.state == BGW_NEGOTIATOR_WAITING
				      ? session->negotiator.protocol
				      : -1;
	snprintf(session->why, sizeof(session->why), "%.*s", SESSION_REASON_SIZE - 1, why);
	bgw_negotiator_break(&session->negotiator);
	loop_timer_set(session->timer, 0, 0);
}

static void fail_negotiator(struct session *session)
{
	char text[BGW_NEGOTIATOR_TEXT_SIZE];

	fail(session, bgw_negotiator_describe(&session->negotiator, text));
}

static bool should_initiate(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct session *session = context;

	if ((session->willing->initiates >> protocol & 1) == 0)
		return false;
	if (protocol != BGW_NEGOTIATION_HEARTBEAT)
		return session->peering != NULL &&
		       peering_wants(session->peering, (enum bgw_negotiation)protocol, now_ns);
	return bgw_heartbeat_due(&session->heartbeat, SESSION_HEARTBEAT_MS * MS, now_ns);
}

static bool should_accept(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct session *session = context;
	bool accepts = (session->willing->accepts >> protocol & 1) != 0;

	(void)now_ns;
	if (protocol != BGW_NEGOTIATION_HEARTBEAT)
		accepts = accepts && session->peering != NULL &&
			  peering_can(session->peering, (enum bgw_negotiation)protocol);
	session->counters->accepted += accepts;
	session->counters->rejected += !accepts;
	return accepts;
}

static void not_run(void *context, uint32_t protocol)
{
	(void)context;
	(void)protocol;
}

static const struct bgw_negotiator_asker asker = {should_initiate, should_accept, not_run, not_run};

static void write_byte(struct session *session, uint8_t byte)
{
	session->counters->tx_bytes++;
	stream_write(session->stream, &byte, 1);
}

static void send_message(void *arg, const uint8_t *packed, size_t count)
{
	struct session *session = arg;
	uint32_t length = htonl((uint32_t)count);
	uint8_t *framed = malloc(LENGTH_BYTES + count);

	if (framed == NULL) {
		fail(session, "no memory");
		return;
	}
	memcpy(framed, &length, LENGTH_BYTES);
	memcpy(framed + LENGTH_BYTES, packed, count);
	session->counters->tx_bytes += LENGTH_BYTES + count;
	stream_write(session->stream, framed, LENGTH_BYTES + count);
	free(framed);
}

static void run_done(struct session *session)
{
	bgw_negotiator_done(&session->negotiator);
	session->wake_ns = session->began_ns + SESSION_ROUND_MIN_MS * MS;
}

static void run_follow(struct session *session, enum run_result result, const struct error *error)
{
	session->has_more = result == RUN_MORE;
	if (result == RUN_FAILED)
		fail(session, error->message);
	if (result != RUN_DONE)
		return;
	run_destroy(session->run);
	session->run = NULL;
	run_done(session);
}

static void run_begin(struct session *session, uint8_t protocol, uint64_t now_ns)
{
	struct error error;

	session->counters->runs[protocol]++;
	if (protocol == BGW_NEGOTIATION_HEARTBEAT) {
		write_byte(session, bgw_heartbeat_begin(&session->heartbeat, now_ns));
		return;
	}
	session->run = run_create(session->peering, (enum bgw_negotiation)protocol,
				  session->negotiator.is_accepted, send_message, session);
	if (session->run == NULL)
		fail(session, "no memory");
	else
		run_follow(session, run_go_on(session->run, &error), &error);
}

static void follow(struct session *session, struct bgw_negotiator_step step, uint64_t now_ns)
{
	if (step.writes)
		write_byte(session, step.byte);
	switch (step.action) {
	case BGW_NEGOTIATOR_WAIT:
		break;
	case BGW_NEGOTIATOR_SLEEP:
		session->wake_ns = now_ns + step.sleep_ns;
		break;
	case BGW_NEGOTIATOR_RUN:
		bgw_negotiator_run(&session->negotiator, now_ns);
		run_begin(session, step.protocol, now_ns);
		break;
	case BGW_NEGOTIATOR_FAIL:
		fail_negotiator(session);
		break;
	}
}

static void begin(struct session *session, uint64_t now_ns)
{
	session->counters->rounds++;
	session->began_ns = now_ns;
	follow(session, bgw_negotiator_begin(&session->negotiator, now_ns), now_ns);
}

static void take_heartbeat(struct session *session, uint8_t byte, uint64_t now_ns)
{
	char text[64];
	uint8_t reply;

	switch (bgw_heartbeat_take(&session->heartbeat, byte, now_ns, &reply)) {
	case BGW_HEARTBEAT_WRITE:
		write_byte(session, reply);
		break;
	case BGW_HEARTBEAT_DONE:
		run_done(session);
		break;
	case BGW_HEARTBEAT_FAIL:
		snprintf(text, sizeof(text), "the peer sent 0x%02x in a heartbeat", byte);
		fail(session, text);
		break;
	}
}

/* False: not all of it is there. */
static bool take_message(struct session *session)
{
	const uint8_t *at = session->input + session->input_at;
	struct error error;
	uint32_t length;
	char text[64];

	if (session->input_bytes < LENGTH_BYTES)
		return false;
	memcpy(&length, at, LENGTH_BYTES);
	length = ntohl(length);
	if (length > RUN_MESSAGE_MAX) {
		snprintf(text, sizeof(text), "the peer announced a message of %u bytes", length);
		fail(session, text);
		return false;
	}
	if (session->input_bytes < LENGTH_BYTES + length)
		return false;
	session->input_at += LENGTH_BYTES + length;
	session->input_bytes -= LENGTH_BYTES + length;
	run_follow(session, run_take(session->run, at + LENGTH_BYTES, length, &error), &error);
	return true;
}

static void take_byte(struct session *session, uint64_t now_ns)
{
	uint8_t byte = session->input[session->input_at++];

	session->input_bytes--;
	if (session->negotiator.state == BGW_NEGOTIATOR_RUNNING)
		take_heartbeat(session, byte, now_ns);
	else
		follow(session, bgw_negotiator_take(&session->negotiator, byte, now_ns), now_ns);
}

static void arm(struct session *session, uint64_t now_ns)
{
	uint64_t due_ns = session->negotiator.deadline_ns;

	if (session->has_failed)
		return;
	if (session->negotiator.state == BGW_NEGOTIATOR_INITIAL)
		due_ns = session->wake_ns;
	if (session->has_untaken ||
	    (session->has_more && stream_unsent_bytes(session->stream) < UNSENT_BYTES))
		due_ns = now_ns + NEXT_SLICE_MS * MS;
	if (due_ns == 0)
		loop_timer_stop(session->timer);
	else
		loop_timer_set(session->timer,
			       due_ns > now_ns ? (due_ns - now_ns + MS - 1) / MS : 0, 0);
}

/* False: there is not enough. */
static bool take(struct session *session, uint64_t now_ns)
{
	if (session->input_bytes == 0)
		return false;
	if (session->run != NULL)
		return take_message(session);
	take_byte(session, now_ns);
	return true;
}

/* Goes on until it has to wait, for bytes or for time, or a slice is over. */
static void go_on(struct session *session)
{
	const uint64_t now_ns = loop_now_ns(), end_ns = now_ns + LOOP_SLICE_NS;
	struct error error;
	char text[64];

	session->has_untaken = false;
	while (!session->has_failed) {
		if (session->run != NULL && loop_now_ns() >= end_ns) {
			session->has_untaken = true;
			break;
		}
		if (session->negotiator.state == BGW_NEGOTIATOR_INITIAL) {
			if (now_ns < session->wake_ns)
				break;
			begin(session, now_ns);
		} else if (!take(session, now_ns)) {
			break;
		}
	}
	if (session->has_more && !session->has_failed && !session->has_untaken &&
	    stream_unsent_bytes(session->stream) < UNSENT_BYTES)
		run_follow(session, run_go_on(session->run, &error), &error);
	if (session->negotiator.state == BGW_NEGOTIATOR_INITIAL &&
	    session->input_bytes > AHEAD_BYTES) {
		snprintf(text, sizeof(text), "the peer sent %zu bytes out of turn",
			 session->input_bytes);
		fail(session, text);
	}
	if (!session->has_failed)
		stream_pause(session->stream, session->input_bytes >= UNTAKEN_BYTES);
	arm(session, loop_now_ns());
}

static void stream_up(void *arg)
{
	struct session *session = arg;

	session->is_up = true;
	if (session->peering != NULL)
		peering_begin(session->peering);
	session->owner->up(session->arg);
	go_on(session);
}

static bool keep(struct session *session, const uint8_t *bytes, size_t count)
{
	uint8_t *grown;

	if (session->input_bytes > 0)
		memmove(session->input, session->input + session->input_at, session->input_bytes);
	session->input_at = 0;
	if (session->input_bytes + count > session->input_room) {
		grown = realloc(session->input, session->input_bytes + count);
		if (grown == NULL)
			return false;
		session->input = grown;
		session->input_room = session->input_bytes + count;
	}
	memcpy(session->input + session->input_bytes, bytes, count);
	session->input_bytes += count;
	return true;
}

static void stream_read(void *arg, const uint8_t *bytes, size_t count)
{
	struct session *session = arg;

	if (session->has_failed)
		return;
	session->counters->rx_bytes += count;
	if (!keep(session, bytes, count)) {
		fail(session, "no memory");
		return;
	}
	/* There may be more to read yet in this turn of the loop, which has to be over soon. */
	if (session->run == NULL) {
		go_on(session);
		return;
	}
	stream_pause(session->stream, session->input_bytes >= UNTAKEN_BYTES);
	if (!session->has_untaken)
		loop_timer_set(session->timer, NEXT_SLICE_MS, 0);
	session->has_untaken = true;
}

static void stream_drained(void *arg)
{
	struct session *session = arg;

	if (session->has_more && !session->has_failed)
		go_on(session);
}

/* What the stream says is why, unless the last byte showed a reason before. */
static void stream_ended(void *arg, const char *why)
{
	fail(arg, why);
}

const struct stream_owner session_stream_owner = {
	.up = stream_up,
	.read = stream_read,
	.drained = stream_drained,
	.ended = stream_ended,
};

static void time_came(void *arg)
{
	struct session *session = arg;

	if (session->has_failed)
		session->owner->ended(session->arg, session->why);
	else if (!session->is_up)
		fail(session, "no connection came about in time");
	else if (bgw_negotiator_expire(&session->negotiator, loop_now_ns()))
		fail_negotiator(session);
	else
		go_on(session);
}

struct session *session_create(struct loop *loop, const struct session_willing *willing,
			       struct peering *peering, struct session_counters *counters,
			       const struct session_owner *owner, void *arg)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->timer = loop_timer_create(loop, SESSION_ANSWER_MS, 0, time_came, session);
	if (session->timer == NULL) {
		free(session);
		return NULL;
	}
	bgw_negotiator_init(&session->negotiator, bgw_negotiation_protocols, BGW_NEGOTIATION_COUNT,
			    &times, &asker, session, session->backoffs,
			    loop_now_ns() ^ (uintptr_t)session);
	session->willing = willing;
	session->peering = peering;
	session->unanswered = -1;
	session->counters = counters;
	session->owner = owner;
	session->arg = arg;
	return session;
}

void session_take_stream(struct session *session, struct stream *stream)
{
	session->stream = stream;
}

void session_destroy(struct session *session)
{
	if (session == NULL)
		return;
	bgw_negotiator_break(&session->negotiator);
	run_destroy(session->run);
	stream_close(session->stream);
	loop_timer_close(session->timer);
	free(session->input);
	free(session);
}

const struct bgw_negotiator *session_negotiator(const struct session *session)
{
	return &session->negotiator;
}

const struct bgw_heartbeat *session_heartbeat(const struct session *session)
{
	return &session->heartbeat;
}

int session_unanswered(const struct session *session)
{
	return session->unanswered;
}

bool session_is_up(const struct session *session)
{
	return session->is_up;
}
