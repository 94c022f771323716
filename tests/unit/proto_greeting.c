/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "negotiator/greeting.h"

#define MS UINT64_C(1000000)

static const struct bgw_greeting_times times = {
	.retry_min_ns = 250 * MS,
	.retry_max_ns = 4000 * MS,
};

/* An end, with what was said and agreed by it last. */
struct end {
	struct bgw_greeting greeting;
	uint64_t offers;
	uint32_t agreed; /* sessions */
	struct bgw_greeting_step said;
};

static uint64_t now;

static struct bgw_greeting_offer next_offer(struct end *end, uint64_t base)
{
	end->offers++;
	return (struct bgw_greeting_offer){
		.session = (uint32_t)(base + end->offers),
		.nonce = base << 32 | end->offers,
	};
}

static void end_start(struct end *end, uint64_t base)
{
	struct bgw_greeting_offer offer;

	memset(end, 0, sizeof(*end));
	offer = next_offer(end, base);
	bgw_greeting_init(&end->greeting, &times, &offer, 1000, 50, base, now);
}

/* Does what a step says, but for sending. */
static bool end_do(struct end *end, struct bgw_greeting_step step)
{
	struct bgw_greeting_offer offer;

	if (step.agrees) {
		end->agreed++;
		offer = next_offer(end, end->greeting.offer.nonce >> 32);
		bgw_greeting_renew(&end->greeting, &offer);
	}
	if (step.sends)
		end->said = step;
	return step.sends;
}

static bool end_hear(struct end *end, const struct bgw_greeting_step *said)
{
	return end_do(end,
		      bgw_greeting_receive(&end->greeting, &said->datagram, &said->hello, now));
}

static bool end_call(struct end *end)
{
	now = end->greeting.call_ns;
	return end_do(end, bgw_greeting_timer(&end->greeting, now));
}

static void assert_same_session(const struct end *a, const struct end *b)
{
	assert_true(a->greeting.own.session != 0);
	assert_int_equal(a->greeting.own.session, b->greeting.peer.session);
	assert_int_equal(b->greeting.own.session, a->greeting.peer.session);
	assert_true(a->greeting.own.nonce == b->greeting.peer.nonce);
	assert_true(b->greeting.own.nonce == a->greeting.peer.nonce);
}

/* One calls, the other answers; then both have the session. */
static void greet(struct end *caller, struct end *answerer)
{
	assert_true(end_call(caller));
	assert_true(end_hear(answerer, &caller->said));
	assert_true(end_hear(caller, &answerer->said));
	assert_true(end_hear(answerer, &caller->said));
	assert_false(end_hear(caller, &answerer->said));
	assert_same_session(caller, answerer);
}

static void three_hellos_make_a_session(void **state)
{
	struct end a, b;

	(void)state;
	end_start(&a, 1);
	end_start(&b, 2);
	greet(&a, &b);
	assert_int_equal(a.agreed, 1);
	assert_int_equal(b.agreed, 1);
	assert_int_equal(a.greeting.peer.interval_ms, 50);
}

static void two_that_call_at_once_make_one_session(void **state)
{
	struct bgw_greeting_step from_a, from_b;
	struct end a, b;

	(void)state;
	end_start(&a, 1);
	end_start(&b, 2);
	assert_true(end_call(&a));
	assert_true(end_call(&b));
	from_a = a.said;
	from_b = b.said;
	while (from_a.sends || from_b.sends) {
		const struct bgw_greeting_step to_b = from_a, to_a = from_b;

		from_a = (struct bgw_greeting_step){0};
		from_b = (struct bgw_greeting_step){0};
		if (to_a.sends && end_hear(&a, &to_a))
			from_a = a.said;
		if (to_b.sends && end_hear(&b, &to_b))
			from_b = b.said;
	}
	assert_same_session(&a, &b);
	assert_int_equal(a.agreed, 1);
	assert_int_equal(b.agreed, 1);
}

static void the_last_hello_is_said_again_until_confirmed(void **state)
{
	struct end a, b;

	(void)state;
	end_start(&a, 1);
	end_start(&b, 2);
	end_call(&a);
	end_hear(&b, &a.said);
	end_hear(&a, &b.said); /* and the third one is lost */
	assert_int_equal(b.agreed, 0);
	assert_true(end_call(&a));
	assert_true(end_hear(&b, &a.said));
	assert_same_session(&a, &b);
	bgw_greeting_confirm(&a.greeting);
	assert_true(a.greeting.call_ns == BGW_GREETING_NEVER);
}

static void an_end_that_restarts_gets_a_new_session(void **state)
{
	struct bgw_greeting_offer before;
	struct end a, b;

	(void)state;
	end_start(&a, 1);
	end_start(&b, 2);
	greet(&a, &b);
	bgw_greeting_confirm(&a.greeting);
	bgw_greeting_confirm(&b.greeting);
	before = b.greeting.own;
	end_start(&a, 3);
	greet(&a, &b);
	assert_int_equal(b.agreed, 2);
	assert_true(b.greeting.own.nonce != before.nonce);
}

static void calls_that_are_repeated_change_nothing(void **state)
{
	struct bgw_greeting_step calls[6], said;
	struct bgw_greeting a_before, b_before;
	struct end a, b;
	int count = 0;

	(void)state;
	end_start(&a, 1);
	end_start(&b, 2);
	for (int session = 0; session < 2; session++) {
		assert_true(end_call(&a));
		calls[count++] = a.said;
		end_hear(&b, &a.said);
		end_hear(&a, &b.said);
		calls[count++] = a.said;
		end_hear(&b, &a.said);
		calls[count++] = b.said;
		assert_same_session(&a, &b);
		if (session == 0)
			bgw_greeting_restart(&a.greeting, now);
	}
	bgw_greeting_confirm(&a.greeting);
	bgw_greeting_confirm(&b.greeting);
	a_before = a.greeting;
	b_before = b.greeting;
	/* To either end, and what that says to the other. */
	for (int i = 0; i < count; i++) {
		if (end_hear(&b, &calls[i])) {
			said = b.said;
			assert_false(end_hear(&a, &said));
		}
		if (end_hear(&a, &calls[i])) {
			said = a.said;
			assert_false(end_hear(&b, &said));
		}
	}
	assert_memory_equal(&a.greeting, &a_before, sizeof(a_before));
	assert_memory_equal(&b.greeting, &b_before, sizeof(b_before));
}

static void calls_become_rarer_up_to_a_limit(void **state)
{
	uint64_t last, gap = 0;
	struct end a;

	(void)state;
	now = 1000 * MS;
	end_start(&a, 1);
	for (int i = 0; i < 12; i++) {
		last = a.greeting.call_ns;
		assert_true(end_call(&a));
		gap = a.greeting.call_ns - last;
		assert_true(gap >= times.retry_min_ns / 4 * 3 && gap <= times.retry_max_ns);
	}
	assert_true(gap >= times.retry_max_ns / 4 * 3);
	assert_false(end_do(&a, bgw_greeting_timer(&a.greeting, now)));
}

/* Whatever is lost, both come to the same session in the end. */
static void hellos_may_be_lost_repeated_and_late(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 2000; seed++) {
		struct bgw_greeting_step wire[2][64];
		uint32_t count[2] = {0, 0};
		uint32_t random = seed;
		struct end ends[2];
		int turns = 0;

		end_start(&ends[0], 1 + seed);
		end_start(&ends[1], 100000 + seed);
		for (; turns < 10000; turns++) {
			const int to = (int)(random >> 9 & 1);
			struct end *end = &ends[to];
			bool says;

			random = random * 1664525 + 1013904223;
			if (ends[0].greeting.own.session != 0 &&
			    ends[0].greeting.own.nonce == ends[1].greeting.peer.nonce &&
			    ends[1].greeting.own.nonce == ends[0].greeting.peer.nonce)
				break;
			if (count[to] > 0 && (random >> 16 & 3) != 0) {
				const uint32_t i = (random >> 20) % count[to];

				says = (random >> 12 & 3) != 0 && end_hear(end, &wire[to][i]);
				/* One in four is repeated later. */
				if ((random >> 26 & 3) != 0)
					wire[to][i] = wire[to][--count[to]];
			} else {
				says = end_call(end);
			}
			if (says && count[!to] < 64)
				wire[!to][count[!to]++] = end->said;
		}
		assert_true(turns < 10000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_hellos_make_a_session),
		cmocka_unit_test(two_that_call_at_once_make_one_session),
		cmocka_unit_test(the_last_hello_is_said_again_until_confirmed),
		cmocka_unit_test(an_end_that_restarts_gets_a_new_session),
		cmocka_unit_test(calls_that_are_repeated_change_nothing),
		cmocka_unit_test(calls_become_rarer_up_to_a_limit),
		cmocka_unit_test(hellos_may_be_lost_repeated_and_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
