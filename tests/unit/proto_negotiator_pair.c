/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ends of the byte negotiator against each other: whatever each is willing to, and whatever
 * arrives first, both come to the same verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "negotiator/negotiator.h"

#define MS    UINT64_C(1000000)
#define COUNT BGW_NEGOTIATION_COUNT
#define NONE  255

/* One end, what it is willing to (bit i: protocol i), and what came of it. */
struct end {
	struct bgw_negotiator negotiator;
	struct bgw_negotiator_backoff backoffs[COUNT];
	uint32_t initiates, accepts;
	int open; /* promises that are not kept yet */
	int runs[COUNT];
	int fd; /* where there are threads */
	int exchanges;
	bool is_over;	 /* the round is */
	uint8_t verdict; /* the protocol that both run, or NONE */
	uint8_t inbox[4];
	size_t inbox_bytes;
	uint64_t now_ns, wake_ns;
};

/* Copied as a whole to try every order, so the negotiator's context and backoffs are set anew. */
struct pair {
	struct end ends[2];
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
	(void)protocol;
	((struct end *)context)->open--;
}

static const struct bgw_negotiator_asker asker = {should_initiate, should_accept, failed, failed};
static const struct bgw_negotiator_times no_times = {0};
static const struct bgw_negotiator_times real_times = {
	.sleep_ns = 25 * MS,
	.answer_ns = 5000 * MS,
	.backoff_min_ns = 50 * MS,
	.backoff_max_ns = 10000 * MS,
};

static void make(struct end *end, uint32_t initiates, uint32_t accepts,
		 const struct bgw_negotiator_times *times, uint64_t seed)
{
	memset(end, 0, sizeof(*end));
	assert_int_equal(bgw_negotiator_init(&end->negotiator, bgw_negotiation_protocols, COUNT,
					     times, &asker, end, end->backoffs, seed),
			 0);
	end->initiates = initiates;
	end->accepts = accepts;
}

static void follow(struct pair *pair, int side, struct bgw_negotiator_step step)
{
	struct end *end = &pair->ends[side], *other = &pair->ends[!side];

	assert_int_not_equal(step.action, BGW_NEGOTIATOR_FAIL);
	if (step.writes) {
		assert_true(other->inbox_bytes < sizeof(other->inbox));
		other->inbox[other->inbox_bytes++] = step.byte;
	}
	if (step.action == BGW_NEGOTIATOR_WAIT)
		return;
	end->is_over = true;
	end->verdict = NONE;
	end->wake_ns = end->now_ns + step.sleep_ns;
	if (step.action == BGW_NEGOTIATOR_RUN) {
		bgw_negotiator_run(&end->negotiator, end->now_ns);
		bgw_negotiator_done(&end->negotiator);
		end->verdict = step.protocol;
		end->runs[step.protocol]++;
		end->open--;
	}
}

static void begin(struct pair *pair, int side)
{
	pair->ends[side].is_over = false;
	follow(pair, side,
	       bgw_negotiator_begin(&pair->ends[side].negotiator, pair->ends[side].now_ns));
}

static void deliver(struct pair *pair, int side)
{
	struct end *end = &pair->ends[side];
	uint8_t byte = end->inbox[0];

	memmove(end->inbox, end->inbox + 1, --end->inbox_bytes);
	follow(pair, side, bgw_negotiator_take(&end->negotiator, byte, end->now_ns));
}

/* What the rules say, found without the machine. */
static uint8_t expected(const struct pair *pair)
{
	uint32_t a = pair->ends[0].initiates, b = pair->ends[1].initiates;
	int first_a = a ? __builtin_ctz(a) : NONE, first_b = b ? __builtin_ctz(b) : NONE;
	int first = first_a < first_b ? first_a : first_b;

	if (first == NONE)
		return NONE;
	if (first_a == first_b)
		return bgw_negotiation_protocols[first].accepts_simultaneous ? (uint8_t)first
									     : NONE;
	return pair->ends[first_a < first_b].accepts >> first & 1 ? (uint8_t)first : NONE;
}

static size_t orders; /* tried in all */

/* The round in every order in which its bytes may arrive. */
static void play(const struct pair *from, uint8_t verdict)
{
	bool stuck = true;

	for (int side = 0; side < 2; side++) {
		struct pair pair = *from;

		for (int i = 0; i < 2; i++) {
			pair.ends[i].negotiator.context = &pair.ends[i];
			pair.ends[i].negotiator.backoffs = pair.ends[i].backoffs;
		}
		if (pair.ends[side].inbox_bytes == 0)
			continue;
		stuck = false;
		deliver(&pair, side);
		play(&pair, verdict);
	}
	if (!stuck)
		return;
	orders++;
	for (int side = 0; side < 2; side++) {
		assert_true(from->ends[side].is_over);
		assert_int_equal(from->ends[side].verdict, verdict);
		assert_int_equal(from->ends[side].open, 0);
	}
}

static void all_willingness_in_all_orders_ends_in_one_verdict(void **state)
{
	const uint32_t all = 1u << COUNT;
	size_t verdicts[256] = {0};
	struct pair pair;

	(void)state;
	assert_int_equal(COUNT, 4);
	for (uint32_t willing = 0; willing < all * all * all * all; willing++) {
		make(&pair.ends[0], willing % all, willing / all % all, &no_times, 1);
		make(&pair.ends[1], willing / all / all % all, willing / all / all / all, &no_times,
		     2);
		begin(&pair, willing % 2 != 0);
		begin(&pair, willing % 2 == 0);
		verdicts[expected(&pair)]++;
		play(&pair, expected(&pair));
	}
	/* Every verdict occurred, and each in both orders: who has both opening bytes first. */
	for (int i = 0; i < COUNT; i++)
		assert_true(verdicts[i] > 0);
	assert_true(verdicts[NONE] > 0);
	assert_int_equal(orders, (size_t)all * all * all * all * 2);
}

static void the_constants_are_those_of_the_wire(void **state)
{
	static const char *const names[] = {"heartbeat", "resync", "tunnel", "mac-sync"};
	static const bool accepts_simultaneous[] = {true, false, true, true};

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		assert_string_equal(bgw_negotiation_protocols[i].name, names[i]);
		assert_int_equal(bgw_negotiation_protocols[i].accepts_simultaneous,
				 accepts_simultaneous[i]);
		assert_true(bgw_negotiation_protocols[i].deadline_ms > 0);
	}
}

/* A round between two ends whose clocks go together. */
static void round_of(struct pair *pair)
{
	uint64_t now_ns = pair->ends[0].now_ns;

	begin(pair, 0);
	begin(pair, 1);
	while (pair->ends[0].inbox_bytes + pair->ends[1].inbox_bytes > 0) {
		for (int side = 0; side < 2; side++) {
			if (pair->ends[side].inbox_bytes > 0)
				deliver(pair, side);
		}
	}
	assert_true(pair->ends[0].is_over && pair->ends[1].is_over);
	assert_int_equal(pair->ends[0].verdict, pair->ends[1].verdict);
	for (int side = 0; side < 2; side++) {
		if (pair->ends[side].wake_ns > now_ns)
			now_ns = pair->ends[side].wake_ns;
	}
	pair->ends[0].now_ns = pair->ends[1].now_ns = now_ns;
}

static void what_is_always_rejected_starves_nobody(void **state)
{
	struct pair pair;
	int rounds = 0;

	(void)state;
	/* One end always wants everything, the other accepts the last alone. */
	make(&pair.ends[0], 15, 0, &real_times, 3);
	make(&pair.ends[1], 0, 8, &real_times, 4);
	while (pair.ends[0].now_ns < 60000 * MS && rounds < 100000) {
		round_of(&pair);
		rounds++;
		if (pair.ends[0].verdict != NONE) {
			/* What ran takes a second, so that the others want again. */
			pair.ends[0].now_ns = pair.ends[1].now_ns += 1000 * MS;
		}
	}
	assert_true(pair.ends[0].runs[3] > 20);
	assert_int_equal(pair.ends[0].runs[0] + pair.ends[0].runs[1] + pair.ends[0].runs[2], 0);
	assert_int_equal(pair.ends[1].runs[3], pair.ends[0].runs[3]);
}

static void both_wanting_what_refuses_both_come_out_of_step(void **state)
{
	struct pair pair;
	int rounds = 0;

	(void)state;
	make(&pair.ends[0], 2, 2, &real_times, 5);
	make(&pair.ends[1], 2, 2, &real_times, 6);
	while (pair.ends[0].runs[1] == 0 && rounds < 1000) {
		round_of(&pair);
		rounds++;
	}
	assert_true(rounds > 1 && rounds < 100);
	assert_int_equal(pair.ends[1].runs[1], 1);
}

static bool follow_by_socket(struct end *end, struct bgw_negotiator_step step)
{
	assert_int_not_equal(step.action, BGW_NEGOTIATOR_FAIL);
	if (step.writes)
		assert_int_equal(write(end->fd, &step.byte, 1), 1);
	if (step.action == BGW_NEGOTIATOR_RUN) {
		bgw_negotiator_run(&end->negotiator, 0);
		end->runs[step.protocol]++;
		end->open--;
		bgw_negotiator_break(&end->negotiator);
	}
	return step.action == BGW_NEGOTIATOR_WAIT;
}

static void *one_round(void *context)
{
	struct end *end = context;
	struct bgw_negotiator_step step = bgw_negotiator_begin(&end->negotiator, 0);
	uint8_t byte;

	while (follow_by_socket(end, step)) {
		if (read(end->fd, &byte, 1) != 1)
			step = bgw_negotiator_take(&end->negotiator, -1, 0);
		else
			step = bgw_negotiator_take(&end->negotiator, byte, 0);
	}
	end->exchanges++;
	return NULL;
}

/* Two threads that are willing to those, over a stream, for one round. */
static void two_threads(struct pair *pair, uint32_t willing)
{
	pthread_t threads[2];
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int side = 0; side < 2; side++) {
		make(&pair->ends[side], willing, willing, &no_times, 7);
		pair->ends[side].fd = fds[side];
		assert_int_equal(pthread_create(&threads[side], NULL, one_round, &pair->ends[side]),
				 0);
	}
	for (int side = 0; side < 2; side++)
		assert_int_equal(pthread_join(threads[side], NULL), 0);
	close(fds[0]);
	close(fds[1]);
}

static void m1_two_threads_run_once(void **state)
{
	struct pair pair;

	(void)state;
	for (int i = 0; i < 200; i++) {
		two_threads(&pair, 1);
		for (int side = 0; side < 2; side++) {
			assert_int_equal(pair.ends[side].exchanges, 1);
			assert_int_equal(pair.ends[side].runs[0], 1);
			assert_int_equal(pair.ends[side].open, 0);
			assert_int_equal(pair.ends[side].negotiator.error, BGW_NEGOTIATOR_BROKEN);
		}
	}
}

static void m2_two_threads_with_nothing_to_do(void **state)
{
	struct pair pair;

	(void)state;
	for (int i = 0; i < 200; i++) {
		two_threads(&pair, 0);
		for (int side = 0; side < 2; side++) {
			assert_int_equal(pair.ends[side].exchanges, 1);
			assert_int_equal(pair.ends[side].runs[0], 0);
			assert_int_equal(pair.ends[side].negotiator.state, BGW_NEGOTIATOR_INITIAL);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_willingness_in_all_orders_ends_in_one_verdict),
		cmocka_unit_test(the_constants_are_those_of_the_wire),
		cmocka_unit_test(what_is_always_rejected_starves_nobody),
		cmocka_unit_test(both_wanting_what_refuses_both_come_out_of_step),
		cmocka_unit_test(m1_two_threads_run_once),
		cmocka_unit_test(m2_two_threads_with_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
