/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "negotiator/exchange.h"

#define MS UINT64_C(1000000)

#define RESYNC	 (1u << BGW_NEGOTIATION_RESYNC)
#define TUNNEL	 (1u << BGW_NEGOTIATION_TUNNEL)
#define MAC_SYNC (1u << BGW_NEGOTIATION_MAC_SYNC)

/* A wire that loses, repeats and delays; datagrams overtake each other on it. */
struct wire {
	uint32_t loss_percent, repeat_percent;
	uint64_t delay_min_ns, delay_max_ns;
};

#define FLYING_MAX 4096

struct flying {
	uint64_t at_ns;
	int to;
	uint64_t counter;
	struct bgw_datagram_exchange datagram;
};

struct world {
	struct wire wire;
	uint64_t now_ns;
	uint64_t random;
	uint32_t flying_count;
	struct flying flying[FLYING_MAX];
	struct bgw_exchange ends[2];
	struct bgw_replay replays[2];
	uint64_t counters[2];
	uint64_t sent[2];
	uint64_t empty[2];
	uint32_t agreed[2];  /* how often a protocol began to run */
	uint64_t done_ns[2]; /* when it is to be done, 0: none runs */
	uint64_t run_ns;     /* how long one runs at most */
	uint64_t run_min_ns;
	bool dead[2];
};

static uint32_t draw(struct world *world)
{
	world->random = world->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(world->random >> 33);
}

static void fly(struct world *world, int to, const struct bgw_datagram_exchange *datagram,
		uint64_t counter)
{
	const uint64_t spread = world->wire.delay_max_ns - world->wire.delay_min_ns;

	if (draw(world) % 100 < world->wire.loss_percent || world->dead[to])
		return;
	assert_true(world->flying_count < FLYING_MAX);
	world->flying[world->flying_count++] = (struct flying){
		.at_ns = world->now_ns + world->wire.delay_min_ns +
			 (spread ? draw(world) % spread : 0),
		.to = to,
		.counter = counter,
		.datagram = *datagram,
	};
}

static void obey(struct world *world, int end, unsigned int todo)
{
	struct bgw_datagram_exchange datagram;

	if ((todo & BGW_EXCHANGE_AGREED) != 0) {
		world->agreed[end]++;
		world->done_ns[end] = world->now_ns + 1 + world->run_min_ns +
				      (draw(world) % 1024) * world->run_ns / 1024;
	}
	if ((todo & BGW_EXCHANGE_SEND) == 0)
		return;
	bgw_exchange_write(&world->ends[end], &datagram, world->now_ns);
	world->sent[end]++;
	world->empty[end] += datagram.count == 0;
	world->counters[end]++;
	fly(world, !end, &datagram, world->counters[end]);
	if (draw(world) % 100 < world->wire.repeat_percent)
		fly(world, !end, &datagram, world->counters[end]);
}

/* The earliest thing that happens; true: it was before `until_ns`. */
static bool step(struct world *world, uint64_t until_ns)
{
	uint64_t at_ns = until_ns;
	int what = -1;
	uint32_t which = 0;

	for (uint32_t i = 0; i < world->flying_count; i++)
		if (world->flying[i].at_ns < at_ns) {
			at_ns = world->flying[i].at_ns;
			what = 2;
			which = i;
		}
	for (int end = 0; end < 2; end++) {
		const struct bgw_exchange *exchange = &world->ends[end];
		uint64_t due_ns = bgw_exchange_due_ns(exchange);

		if (exchange->end != BGW_EXCHANGE_END_NONE || world->dead[end])
			continue;
		if (world->done_ns[end] != 0 && world->done_ns[end] < due_ns)
			due_ns = world->done_ns[end];
		if (due_ns < at_ns) {
			at_ns = due_ns;
			what = end;
		}
	}
	if (what < 0) {
		world->now_ns = until_ns;
		return false;
	}
	if (at_ns > world->now_ns)
		world->now_ns = at_ns;
	if (what == 2) {
		const struct flying flying = world->flying[which];

		world->flying[which] = world->flying[--world->flying_count];
		if (bgw_replay_is_new(&world->replays[flying.to], flying.counter)) {
			bgw_replay_note(&world->replays[flying.to], flying.counter);
			obey(world, flying.to,
			     bgw_exchange_read(&world->ends[flying.to], &flying.datagram,
					       world->now_ns));
		}
	} else if (world->done_ns[what] != 0 && world->done_ns[what] <= world->now_ns) {
		world->done_ns[what] = 0;
		obey(world, what, bgw_exchange_done(&world->ends[what], false, world->now_ns));
	} else {
		obey(world, what, bgw_exchange_timer(&world->ends[what], world->now_ns));
	}
	return true;
}

static void run_for(struct world *world, uint64_t ns)
{
	const uint64_t until_ns = world->now_ns + ns;

	while (step(world, until_ns))
		;
}

static struct world *world_make(const struct wire *wire, uint64_t interval_ns, uint32_t multiplier,
				uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->wire = *wire;
	world->now_ns = 1000 * MS;
	world->random = seed;
	for (int end = 0; end < 2; end++) {
		const struct bgw_exchange_setup setup = {
			.interval_ns = interval_ns,
			.down_ns = interval_ns * multiplier,
			.accept_mask = RESYNC | TUNNEL | MAC_SYNC,
			.random = seed * 2 + (uint64_t)end,
		};

		bgw_exchange_init(&world->ends[end], &setup, world->now_ns);
	}
	return world;
}

static const struct wire good = {0, 0, 1 * MS, 1 * MS};
static const struct wire bad = {30, 10, MS / 2, 4 * MS};

static void heartbeats_run_and_measure_the_round_trip(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 1);

	(void)state;
	run_for(world, 10000 * MS);
	for (int end = 0; end < 2; end++) {
		const struct bgw_exchange *exchange = &world->ends[end];

		assert_int_equal(exchange->end, BGW_EXCHANGE_END_NONE);
		assert_true(exchange->is_up);
		assert_true(exchange->heartbeat.count >= 50 && exchange->heartbeat.count <= 110);
		/* A round trip, or up to half of one more if the other wrote later. */
		assert_true(exchange->heartbeat.round_trip_ns >= 2 * MS &&
			    exchange->heartbeat.round_trip_ns <= 4 * MS);
	}
	assert_true(world->ends[0].round > 50);
	free(world);
}

static void both_agree_on_what_one_offers(void **state)
{
	static const uint32_t offers[] = {RESYNC, TUNNEL, MAC_SYNC, RESYNC | MAC_SYNC};

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct world *world = world_make(&good, 100 * MS, 3, i + 1);

		world->run_ns = 30 * MS;
		run_for(world, 500 * MS);
		obey(world, 0,
		     bgw_exchange_offer(&world->ends[0], offers[i], RESYNC | TUNNEL | MAC_SYNC,
					world->now_ns));
		run_for(world, 2000 * MS);
		assert_int_equal(world->agreed[0], offers[i] == (RESYNC | MAC_SYNC) ? 2 : 1);
		assert_int_equal(world->agreed[1], world->agreed[0]);
		assert_int_equal(world->ends[0].setup.initiate_mask, 0);
		assert_int_equal(world->ends[0].end, BGW_EXCHANGE_END_NONE);
		free(world);
	}
}

/* One end is done long before the other: it waits, and nothing is out of step. */
static void an_end_that_is_done_waits_for_the_other(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 7);

	(void)state;
	world->run_ns = 1;
	run_for(world, 500 * MS);
	obey(world, 0, bgw_exchange_offer(&world->ends[0], TUNNEL, TUNNEL, world->now_ns));
	while (world->agreed[1] == 0)
		assert_true(step(world, world->now_ns + 1000 * MS));
	world->done_ns[1] = world->now_ns + 5000 * MS;
	run_for(world, 4000 * MS);
	assert_int_equal(world->ends[0].running, BGW_EXCHANGE_IDLE);
	assert_int_equal(world->ends[1].running, BGW_NEGOTIATION_TUNNEL);
	assert_int_equal(world->ends[0].end, BGW_EXCHANGE_END_NONE);
	run_for(world, 2000 * MS);
	assert_int_equal(world->ends[1].running == BGW_NEGOTIATION_TUNNEL, 0);
	assert_true(world->ends[0].heartbeat.count > 5);
	assert_int_equal(world->ends[1].end, BGW_EXCHANGE_END_NONE);
	free(world);
}

/* A protocol that holds the session is no silence. */
static void empty_datagrams_keep_a_held_session_alive(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 9);
	uint64_t empty[2];

	(void)state;
	world->run_min_ns = 20000 * MS;
	run_for(world, 500 * MS);
	obey(world, 0, bgw_exchange_offer(&world->ends[0], RESYNC, RESYNC, world->now_ns));
	while (world->agreed[0] == 0 || world->agreed[1] == 0)
		assert_true(step(world, world->now_ns + 1000 * MS));
	memcpy(empty, world->empty, sizeof(empty));
	run_for(world, 10000 * MS);
	for (int end = 0; end < 2; end++) {
		assert_int_equal(world->ends[end].running, BGW_NEGOTIATION_RESYNC);
		assert_true(world->empty[end] - empty[end] >= 100);
		assert_true(world->empty[end] - empty[end] <= 120);
	}
	free(world);
}

static void a_protocol_that_overruns_ends_the_session(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 11);

	(void)state;
	world->run_min_ns = 20000 * MS;
	run_for(world, 500 * MS);
	obey(world, 0, bgw_exchange_offer(&world->ends[0], TUNNEL, TUNNEL, world->now_ns));
	while (world->agreed[0] == 0 || world->agreed[1] == 0)
		assert_true(step(world, world->now_ns + 1000 * MS));
	run_for(world, 9000 * MS);
	assert_int_equal(world->ends[0].end, BGW_EXCHANGE_END_NONE);
	run_for(world, 2000 * MS);
	assert_true(world->ends[0].end == BGW_EXCHANGE_END_DEADLINE ||
		    world->ends[1].end == BGW_EXCHANGE_END_DEADLINE);
	assert_int_not_equal(world->ends[0].end, BGW_EXCHANGE_END_NONE);
	assert_int_not_equal(world->ends[1].end, BGW_EXCHANGE_END_NONE);
	free(world);
}

static void silence_is_noticed_after_the_detection_time(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 13);

	(void)state;
	run_for(world, 1000 * MS);
	world->dead[1] = true;
	run_for(world, 299 * MS);
	run_for(world, 2 * MS);
	assert_int_equal(world->ends[0].end, BGW_EXCHANGE_END_SILENT);
	assert_true(world->now_ns - world->ends[0].heard_ns >= 300 * MS);
	free(world);
}

static void a_close_ends_the_other_end_at_once(void **state)
{
	struct world *world = world_make(&good, 100 * MS, 3, 15);

	(void)state;
	run_for(world, 1000 * MS);
	obey(world, 0, bgw_exchange_stop(&world->ends[0], BGW_EXCHANGE_END_STOPPED));
	run_for(world, 2 * MS);
	assert_int_equal(world->ends[1].end, BGW_EXCHANGE_END_CLOSED);
	free(world);
}

/*
 * 30 % lost, a tenth repeated, reordered: with a multiplier of 20 a false Down takes the loss of 20
 * datagrams on end, 0.3^20 = 3.5e-11, at each of them, so none is to be seen here. Protocols are
 * agreed all the while, by both ends alike.
 */
static void loss_repetition_and_reordering_cost_time_alone(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct world *world = world_make(&bad, 10 * MS, 20, seed);

		world->run_ns = 20 * MS;
		for (int i = 0; i < 200; i++) {
			const int end = i % 2;

			obey(world, end,
			     bgw_exchange_offer(&world->ends[end],
						1u << (1 + i % (BGW_NEGOTIATION_COUNT - 1)),
						RESYNC | TUNNEL | MAC_SYNC, world->now_ns));
			run_for(world, 100 * MS);
			assert_int_equal(world->ends[0].end, BGW_EXCHANGE_END_NONE);
			assert_int_equal(world->ends[1].end, BGW_EXCHANGE_END_NONE);
		}
		run_for(world, 2000 * MS);
		assert_int_equal(world->agreed[0], world->agreed[1]);
		assert_true(world->agreed[0] >= 100);
		assert_true(world->ends[0].heartbeat.count > 200);
		free(world);
	}
}

/* What a peer that has the keys, and nothing good in mind, may send. */
static void any_datagram_is_survived(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (uint32_t i = 0; i < 200000; i++) {
		struct world *world = i % 100 == 0 ? world_make(&good, 10 * MS, 3, i + 1) : NULL;
		static struct world *last;
		struct bgw_datagram_exchange datagram;

		if (world != NULL) {
			free(last);
			last = world;
			bgw_exchange_timer(&last->ends[0], last->now_ns);
		}
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		datagram = (struct bgw_datagram_exchange){
			.round = (random >> 40 & 7) == 0 ? (uint32_t)random
							 : last->ends[0].due_round,
			.ack_round =
				(random >> 43 & 7) == 0 ? (uint32_t)random : last->ends[0].round,
			.step = (random >> 46 & 3) == 0 ? (uint8_t)random : last->ends[0].due_step,
			.ack_step = (random >> 48 & 3) == 0 ? (uint8_t)random : last->ends[0].step,
			.count = random >> 50 & 3,
			.bytes = {(random >> 52 & 1) ? 255 : (uint8_t)(random >> 20),
				  (uint8_t)(random >> 24), (uint8_t)(random >> 28), 254},
		};
		bgw_exchange_read(&last->ends[0], &datagram, last->now_ns += MS);
		bgw_exchange_timer(&last->ends[0], last->now_ns);
		bgw_exchange_write(&last->ends[0], &datagram, last->now_ns);
		assert_true(last->ends[0].untaken_count <= BGW_EXCHANGE_UNTAKEN_MAX);
		assert_true(datagram.count <= BGW_EXCHANGE_BYTES_MAX);
		if (i == 199999)
			free(last);
	}
}

static void bytes_that_there_cannot_be_end_the_session(void **state)
{
	static const struct bgw_datagram_exchange wrong[] = {
		{.round = 2, .ack_round = 1, .count = 1, .bytes = {255}},
		{.round = 1, .step = 1, .ack_round = 1, .count = 1, .bytes = {255}},
		{.round = 1, .ack_round = 3, .count = 0},
		{.round = 1, .ack_round = 1, .count = 1, .bytes = {254}},
		{.round = 1, .ack_round = 1, .count = 1, .bytes = {BGW_NEGOTIATION_COUNT}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct world *world = world_make(&good, 100 * MS, 3, 17);
		unsigned int todo;

		bgw_exchange_timer(&world->ends[0], world->now_ns);
		assert_int_equal(world->ends[0].round, 1);
		todo = bgw_exchange_read(&world->ends[0], &wrong[i], world->now_ns);
		assert_true((todo & BGW_EXCHANGE_ENDED) != 0);
		assert_int_equal(world->ends[0].end, i < 3 ? BGW_EXCHANGE_END_OUT_OF_STEP
							   : BGW_EXCHANGE_END_NEGOTIATION);
		free(world);
	}
}

/* Timers may go off 2 ms late; the least interval is 10 ms. */
static void no_interval_is_silent_by_a_late_timer(void **state)
{
	const uint64_t interval_ns = 10000000;
	const struct bgw_exchange_setup setup = {
		.interval_ns = interval_ns, .down_ns = 3 * interval_ns, .random = 5};
	struct bgw_datagram_exchange datagram;
	struct bgw_exchange exchange;
	uint64_t least_ns = interval_ns;

	(void)state;
	bgw_exchange_init(&exchange, &setup, 0);
	assert_true(exchange.empty_ns <= interval_ns - 2000000);
	for (uint32_t i = 0; i < 100000; i++) {
		bgw_exchange_write(&exchange, &datagram, i);
		assert_true(exchange.empty_ns <= interval_ns - 2000000);
		least_ns = exchange.empty_ns < least_ns ? exchange.empty_ns : least_ns;
	}
	/* Spread over an eighth. */
	assert_in_range(least_ns, 7000000, 7001000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeats_run_and_measure_the_round_trip),
		cmocka_unit_test(both_agree_on_what_one_offers),
		cmocka_unit_test(an_end_that_is_done_waits_for_the_other),
		cmocka_unit_test(empty_datagrams_keep_a_held_session_alive),
		cmocka_unit_test(no_interval_is_silent_by_a_late_timer),
		cmocka_unit_test(a_protocol_that_overruns_ends_the_session),
		cmocka_unit_test(silence_is_noticed_after_the_detection_time),
		cmocka_unit_test(a_close_ends_the_other_end_at_once),
		cmocka_unit_test(loss_repetition_and_reordering_cost_time_alone),
		cmocka_unit_test(any_datagram_is_survived),
		cmocka_unit_test(bytes_that_there_cannot_be_end_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
