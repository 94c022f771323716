/* SPDX-License-Identifier: BSD-3-Clause */
/* What the byte negotiator takes from nobody: wrong bytes, late ones, ends and breaks. */
#include <string.h>

#include "negotiator_peer.h"

/* The peer is refused for that error, for good, and every promise is kept. */
static void refused(struct peer *peer, struct bgw_negotiator_step step,
		    enum bgw_negotiator_error error, const char *says)
{
	char text[BGW_NEGOTIATOR_TEXT_SIZE];

	assert_int_equal(step.action, BGW_NEGOTIATOR_FAIL);
	assert_false(step.writes);
	assert_int_equal(peer->negotiator.state, BGW_NEGOTIATOR_FAILED);
	assert_int_equal(peer->negotiator.error, error);
	assert_string_equal(bgw_negotiator_describe(&peer->negotiator, text), says);
	peer_kept(peer, 0);
	step = bgw_negotiator_begin(&peer->negotiator, peer->now_ns);
	assert_int_equal(step.action, BGW_NEGOTIATOR_FAIL);
	assert_false(step.writes);
	assert_int_equal(bgw_negotiator_take(&peer->negotiator, 0xff, peer->now_ns).action,
			 BGW_NEGOTIATOR_FAIL);
	bgw_negotiator_run(&peer->negotiator, peer->now_ns);
	bgw_negotiator_done(&peer->negotiator);
	bgw_negotiator_break(&peer->negotiator);
	assert_int_equal(peer->negotiator.state, BGW_NEGOTIATOR_FAILED);
	assert_int_equal(peer->negotiator.error, error);
	peer_kept(peer, 0);
}

static void i1_accept_of_what_was_not_initiated(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, 0xfe), BGW_NEGOTIATOR_NOT_OPENING,
		"the peer answered (254) what was not initiated");
	WROTE(&peer, 0xff);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, 0xfd), BGW_NEGOTIATOR_NOT_OPENING,
		"the peer answered (253) what was not initiated");
}

static void i2_what_is_not_a_byte(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, -100), BGW_NEGOTIATOR_NOT_A_BYTE, "-100 is not a byte");
	WROTE(&peer, 0xff);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, 256), BGW_NEGOTIATOR_NOT_A_BYTE, "256 is not a byte");
}

static void i3_end_of_stream(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, -1), BGW_NEGOTIATOR_ENDED,
		"the peer ended the stream within a round");
	WROTE(&peer, 0xff);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[1] = true;
	refused(&peer, ROUND(&peer, 0xff, -1), BGW_NEGOTIATOR_ENDED,
		"the peer ended the stream within a round");
	assert_int_equal(peer.initiate_failed[1], 1);
}

static void i4_initiate_of_an_unknown_protocol(void **state)
{
	struct peer peer;

	(void)state;
	for (int byte = 3; byte <= 252; byte++) {
		peer_make(&peer, simultaneous, 3, &peer_no_times);
		ROUND(&peer, byte);
		WROTE(&peer, 0xff);
		assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_UNKNOWN);
		assert_int_equal(peer_sum(peer.accept_asked), 0);
	}
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	refused(&peer, ROUND(&peer, 3), BGW_NEGOTIATOR_UNKNOWN,
		"the peer initiated protocol 3, the last one here is 2");
}

static void i5_what_is_not_an_answer(void **state)
{
	struct peer peer;

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		if (byte == 0xfe || byte == 0xfd)
			continue;
		peer_make(&peer, simultaneous, 3, &peer_no_times);
		peer.initiates[1] = true;
		ROUND(&peer, 0xff, byte);
		WROTE(&peer, 0x01);
		assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_NOT_ANSWER);
		assert_int_equal(peer.initiate_failed[1], 1);
	}
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[1] = true;
	refused(&peer, ROUND(&peer, 0xff, 0x01), BGW_NEGOTIATOR_NOT_ANSWER,
		"the peer answered 1 to b, not 254 (accept) or 253 (reject)");
}

static void i6_the_connection_breaks_when_accepting(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[1] = peer.accepts[0] = peer.breaks_after_first = true;
	ROUND(&peer, 0x00);
	WROTE(&peer, 0x01);
	assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_BROKEN);
	assert_int_equal(peer.accept_failed[0], 1);
	assert_int_equal(peer_sum(peer.accept_failed), 1);
	assert_int_equal(peer.initiate_failed[1], 1);
	peer_kept(&peer, 0);
}

static void a_break_keeps_every_promise(void **state)
{
	struct peer peer;

	(void)state;
	/* Before the opening byte, before the answer, and agreed but not yet run. */
	for (int bytes = 0; bytes <= 2; bytes++) {
		peer_make(&peer, simultaneous, 3, &peer_no_times);
		peer.initiates[1] = true;
		bgw_negotiator_begin(&peer.negotiator, peer.now_ns);
		if (bytes > 0)
			bgw_negotiator_take(&peer.negotiator, 0xff, peer.now_ns);
		if (bytes > 1)
			bgw_negotiator_take(&peer.negotiator, 0xfe, peer.now_ns);
		bgw_negotiator_break(&peer.negotiator);
		assert_int_equal(peer.initiate_failed[1], 1);
		peer_kept(&peer, 0);
	}
	/* Once it runs the promise is kept, whatever becomes of the run. */
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[0] = true;
	bgw_negotiator_begin(&peer.negotiator, peer.now_ns);
	bgw_negotiator_take(&peer.negotiator, 0x00, peer.now_ns);
	bgw_negotiator_run(&peer.negotiator, peer.now_ns);
	peer.runs[0]++;
	bgw_negotiator_break(&peer.negotiator);
	peer_kept(&peer, 1);
}

static void an_opening_byte_is_strict_after_an_initiate_too(void **state)
{
	struct peer peer;

	(void)state;
	for (int byte = 3; byte <= 254; byte++) {
		peer_make(&peer, simultaneous, 3, &peer_no_times);
		peer.initiates[0] = true;
		ROUND(&peer, byte);
		WROTE(&peer, 0x00);
		assert_int_equal(peer.negotiator.error,
				 byte >= 253 ? BGW_NEGOTIATOR_NOT_OPENING : BGW_NEGOTIATOR_UNKNOWN);
		assert_int_equal(peer.initiate_failed[0], 1);
	}
}

static void no_byte_in_time_is_a_failure(void **state)
{
	struct bgw_negotiator *n;
	struct peer peer;
	char text[BGW_NEGOTIATOR_TEXT_SIZE];

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_times);
	n = &peer.negotiator;
	peer.initiates[1] = true;
	bgw_negotiator_begin(n, peer.now_ns);
	peer.now_ns += 4999 * MS;
	assert_false(bgw_negotiator_expire(n, peer.now_ns));
	/* Each byte has its own time. */
	bgw_negotiator_take(n, 0xff, peer.now_ns);
	assert_int_equal(n->deadline_ns, peer.now_ns + 5000 * MS);
	peer.now_ns += 5000 * MS - 1;
	assert_false(bgw_negotiator_expire(n, peer.now_ns));
	peer.now_ns++;
	assert_true(bgw_negotiator_expire(n, peer.now_ns));
	assert_string_equal(bgw_negotiator_describe(n, text), "the peer said nothing for 5000 ms");
	assert_int_equal(n->deadline_ns, 0);
	peer_kept(&peer, 0);
}

static void a_protocol_has_a_deadline(void **state)
{
	static const struct bgw_negotiator_protocol slow[] = {{"slow", true, 200}};
	struct bgw_negotiator *n;
	struct peer peer;
	char text[BGW_NEGOTIATOR_TEXT_SIZE];

	(void)state;
	peer_make(&peer, slow, 1, &peer_times);
	n = &peer.negotiator;
	peer.accepts[0] = true;
	for (int i = 0; i < 2; i++) {
		bgw_negotiator_begin(n, peer.now_ns);
		bgw_negotiator_take(n, 0, peer.now_ns);
		assert_int_equal(n->deadline_ns, 0);
		bgw_negotiator_run(n, peer.now_ns);
		peer.now_ns += 200 * MS - 1;
		assert_false(bgw_negotiator_expire(n, peer.now_ns));
		if (i == 0)
			bgw_negotiator_done(n);
	}
	assert_true(bgw_negotiator_expire(n, ++peer.now_ns));
	assert_string_equal(bgw_negotiator_describe(n, text), "slow took longer than 200 ms");
}

static void out_of_turn_is_a_failure(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	assert_int_equal(bgw_negotiator_take(&peer.negotiator, 0xff, peer.now_ns).action,
			 BGW_NEGOTIATOR_FAIL);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	bgw_negotiator_begin(&peer.negotiator, peer.now_ns);
	bgw_negotiator_begin(&peer.negotiator, peer.now_ns);
	assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_OUT_OF_TURN);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	bgw_negotiator_run(&peer.negotiator, peer.now_ns);
	assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_OUT_OF_TURN);
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	bgw_negotiator_done(&peer.negotiator);
	assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_OUT_OF_TURN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(i1_accept_of_what_was_not_initiated),
		cmocka_unit_test(i2_what_is_not_a_byte),
		cmocka_unit_test(i3_end_of_stream),
		cmocka_unit_test(i4_initiate_of_an_unknown_protocol),
		cmocka_unit_test(i5_what_is_not_an_answer),
		cmocka_unit_test(i6_the_connection_breaks_when_accepting),
		cmocka_unit_test(a_break_keeps_every_promise),
		cmocka_unit_test(an_opening_byte_is_strict_after_an_initiate_too),
		cmocka_unit_test(no_byte_in_time_is_a_failure),
		cmocka_unit_test(a_protocol_has_a_deadline),
		cmocka_unit_test(out_of_turn_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
