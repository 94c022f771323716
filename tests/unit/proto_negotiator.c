/* SPDX-License-Identifier: BSD-3-Clause */
/* One end of the byte negotiator against bytes: the vectors that its inventors test theirs with. */
#include <errno.h>
#include <stdlib.h>

#include "negotiator_peer.h"

static void sleeps(struct bgw_negotiator_step step)
{
	assert_int_equal(step.action, BGW_NEGOTIATOR_SLEEP);
	assert_int_equal(step.sleep_ns, 0);
}

static void t1_both_keepalive(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	for (int i = 0; i < 3; i++) {
		sleeps(ROUND(&peer, 0xff));
		WROTE(&peer, 0xff);
		peer_kept(&peer, 0);
	}
	assert_int_equal(peer.negotiator.round, 3);
}

static void t2_sent_keepalive_received_initiate(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.accepts[2] = true;
	for (int i = 1; i <= 3; i++) {
		sleeps(ROUND(&peer, 0x01));
		WROTE(&peer, 0xff, 0xfd);
		peer_kept(&peer, i - 1);
		assert_int_equal(ROUND(&peer, 0x02).action, BGW_NEGOTIATOR_RUN);
		WROTE(&peer, 0xff, 0xfe);
		peer_kept(&peer, i);
		assert_int_equal(peer.runs[2], i);
	}
}

static void t3_sent_initiate_received_keepalive(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[1] = true;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(ROUND(&peer, 0xff, 0xfe).action, BGW_NEGOTIATOR_RUN);
		WROTE(&peer, 0x01);
		sleeps(ROUND(&peer, 0xff, 0xfd));
		WROTE(&peer, 0x01);
		peer_kept(&peer, i);
		assert_int_equal(peer.runs[1], i);
		assert_int_equal(peer.initiate_failed[1], i);
	}
	/* Those of less priority were never asked. */
	assert_int_equal(peer.initiate_asked[0], 6);
	assert_int_equal(peer.initiate_asked[2], 0);
	assert_int_equal(peer_sum(peer.accept_asked), 0);
}

static void t4_simultaneous_initiate_runs(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[0] = true;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(ROUND(&peer, 0x00).action, BGW_NEGOTIATOR_RUN);
		WROTE(&peer, 0x00);
		peer_kept(&peer, i);
		assert_int_equal(peer.runs[0], i);
	}
}

static void t5_simultaneous_initiate_does_not_run(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, not_simultaneous, 3, &peer_no_times);
	peer.initiates[0] = true;
	for (int i = 1; i <= 3; i++) {
		sleeps(ROUND(&peer, 0x00));
		WROTE(&peer, 0x00);
		peer_kept(&peer, 0);
		assert_int_equal(peer.initiate_failed[0], i);
	}
}

static void t6_simultaneous_initiate_of_less_priority(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[0] = peer.accepts[1] = true;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(ROUND(&peer, 0x01, 0xfe).action, BGW_NEGOTIATOR_RUN);
		WROTE(&peer, 0x00);
		peer_kept(&peer, i);
		assert_int_equal(peer.runs[0], i);
	}
	assert_int_equal(peer_sum(peer.accept_asked), 0);
}

static void t7_simultaneous_initiate_of_more_priority(void **state)
{
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_no_times);
	peer.initiates[2] = peer.accepts[1] = true;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(ROUND(&peer, 0x01).action, BGW_NEGOTIATOR_RUN);
		WROTE(&peer, 0x02, 0xfe);
		peer_kept(&peer, i);
		assert_int_equal(peer.runs[1], i);
		assert_int_equal(peer.initiate_failed[2], i);
	}
}

static void c1_a_list_has_1_to_252_protocols(void **state)
{
	static struct bgw_negotiator_protocol many[1000];
	static struct bgw_negotiator_backoff backoffs[1000];
	struct bgw_negotiator n;

	(void)state;
	assert_int_equal(
		bgw_negotiator_init(&n, NULL, 1, &peer_no_times, &peer_asker, NULL, backoffs, 0),
		-EINVAL);
	assert_int_equal(
		bgw_negotiator_init(&n, many, 0, &peer_no_times, &peer_asker, NULL, backoffs, 0),
		-EINVAL);
	assert_int_equal(
		bgw_negotiator_init(&n, many, 253, &peer_no_times, &peer_asker, NULL, backoffs, 0),
		-EINVAL);
	assert_int_equal(
		bgw_negotiator_init(&n, many, 1000, &peer_no_times, &peer_asker, NULL, backoffs, 0),
		-EINVAL);
	assert_int_equal(
		bgw_negotiator_init(&n, many, 252, &peer_no_times, &peer_asker, NULL, backoffs, 0),
		0);
}

static void the_last_of_252_protocols_is_as_good_as_any(void **state)
{
	static const struct bgw_negotiator_protocol many[252];
	struct peer peer;

	(void)state;
	peer_make(&peer, many, 252, &peer_no_times);
	peer.initiates[251] = peer.accepts[250] = true;
	assert_int_equal(ROUND(&peer, 0xff, 0xfe).action, BGW_NEGOTIATOR_RUN);
	WROTE(&peer, 251);
	assert_int_equal(peer.runs[251], 1);
	assert_int_equal(ROUND(&peer, 250).action, BGW_NEGOTIATOR_RUN);
	WROTE(&peer, 251, 0xfe);
	assert_int_equal(peer.runs[250], 1);
	ROUND(&peer, 252);
	assert_int_equal(peer.negotiator.error, BGW_NEGOTIATOR_UNKNOWN);
}

static void sleeps_are_shortened_at_random(void **state)
{
	uint64_t least = UINT64_MAX, most = 0, sleep_ns;
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_times);
	for (int i = 0; i < 10000; i++) {
		sleep_ns = ROUND(&peer, 0xff).sleep_ns;
		least = sleep_ns < least ? sleep_ns : least;
		most = sleep_ns > most ? sleep_ns : most;
		peer.written_bytes = 0;
	}
	assert_in_range(least, 75 * peer_times.sleep_ns / 100, 76 * peer_times.sleep_ns / 100);
	assert_in_range(most, 99 * peer_times.sleep_ns / 100, peer_times.sleep_ns);
}

static void a_rejected_protocol_backs_off_longer_each_time(void **state)
{
	uint64_t ns, shortest_ns, longest_ns;
	struct peer peer;

	(void)state;
	peer_make(&peer, simultaneous, 3, &peer_times);
	peer.initiates[1] = true;
	for (int i = 0; i < 40; i++) {
		assert_int_equal(ROUND(&peer, 0xff, 0xfd).action, BGW_NEGOTIATOR_SLEEP);
		longest_ns = i < 4 ? (100 * MS) << i : 1000 * MS;
		shortest_ns = longest_ns / 4 * 3;
		/* While it lasts the protocol is not even asked. */
		peer.now_ns += shortest_ns - 1;
		ns = peer.now_ns;
		ROUND(&peer, 0xff);
		peer.now_ns = ns + longest_ns - shortest_ns + 1;
		WROTE(&peer, 0x01, 0xff);
	}
	/* Accepted, it begins anew. */
	ROUND(&peer, 0xff, 0xfe);
	ROUND(&peer, 0xff, 0xfd);
	peer.now_ns += 100 * MS;
	ROUND(&peer, 0xff, 0xfe);
	WROTE(&peer, 0x01, 0x01, 0x01);
	/* Overtaken, it does not back off. */
	peer.accepts[0] = true;
	ROUND(&peer, 0x00);
	ROUND(&peer, 0x00);
	WROTE(&peer, 0x01, 0xfe, 0x01, 0xfe);
	peer_kept(&peer, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_both_keepalive),
		cmocka_unit_test(t2_sent_keepalive_received_initiate),
		cmocka_unit_test(t3_sent_initiate_received_keepalive),
		cmocka_unit_test(t4_simultaneous_initiate_runs),
		cmocka_unit_test(t5_simultaneous_initiate_does_not_run),
		cmocka_unit_test(t6_simultaneous_initiate_of_less_priority),
		cmocka_unit_test(t7_simultaneous_initiate_of_more_priority),
		cmocka_unit_test(c1_a_list_has_1_to_252_protocols),
		cmocka_unit_test(the_last_of_252_protocols_is_as_good_as_any),
		cmocka_unit_test(sleeps_are_shortened_at_random),
		cmocka_unit_test(a_rejected_protocol_backs_off_longer_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
