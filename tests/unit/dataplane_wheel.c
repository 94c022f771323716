/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "negotiation/wheel.h"

#define TICK_NS (UINT64_C(1) << WHEEL_TICK_BITS)
#define TIMERS	64

static struct wheel wheel;
static struct wheel_timer timers[TIMERS];

static int reset(void **state)
{
	(void)state;
	memset(&wheel, 0, sizeof(wheel));
	memset(timers, 0, sizeof(timers));
	return 0;
}

/* How many go off. */
static uint32_t turn(uint64_t now_ns)
{
	uint32_t count = 0;

	while (wheel_next(&wheel, now_ns) != NULL)
		count++;
	return count;
}

static void a_timer_goes_off_when_it_is_due_and_once(void **state)
{
	(void)state;
	wheel_set(&wheel, &timers[0], 100 * TICK_NS);
	assert_int_equal(turn(100 * TICK_NS), 0);
	assert_ptr_equal(wheel_next(&wheel, 101 * TICK_NS), &timers[0]);
	assert_null(timers[0].place);
	assert_int_equal(turn(10000 * TICK_NS), 0);
}

static void the_earliest_time_counts(void **state)
{
	(void)state;
	wheel_set(&wheel, &timers[0], 50 * TICK_NS);
	wheel_set(&wheel, &timers[0], 90 * TICK_NS);
	assert_int_equal(turn(49 * TICK_NS), 0);
	assert_int_equal(turn(51 * TICK_NS), 1);
	wheel_set(&wheel, &timers[0], 90 * TICK_NS);
	wheel_set(&wheel, &timers[0], 60 * TICK_NS);
	assert_int_equal(turn(61 * TICK_NS), 1);
	assert_int_equal(turn(200 * TICK_NS), 0);
}

static void one_that_is_due_is_not_put_off(void **state)
{
	(void)state;
	turn(99 * TICK_NS);
	wheel_set(&wheel, &timers[0], 100 * TICK_NS);
	assert_int_equal(turn(100 * TICK_NS), 0);
	wheel_set(&wheel, &timers[0], 0);
	assert_int_equal(turn(101 * TICK_NS), 1);
}

static void cleared_timers_are_silent(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < TIMERS; i++)
		wheel_set(&wheel, &timers[i], 7 * TICK_NS);
	for (uint32_t i = 0; i < TIMERS; i += 2)
		wheel_clear(&timers[i]);
	assert_int_equal(turn(9 * TICK_NS), TIMERS / 2);
}

static void what_is_too_far_away_goes_off_early(void **state)
{
	(void)state;
	wheel_set(&wheel, &timers[0], UINT64_C(3600000000000));
	assert_int_equal(turn((WHEEL_SLOTS - 2) * TICK_NS), 0);
	assert_int_equal(turn((WHEEL_SLOTS - 1) * TICK_NS), 1);
}

/* Tick by tick the centuries of this clock would never end. */
static void after_a_long_rest_all_that_is_due_goes_off_at_once(void **state)
{
	uint64_t now_ns = 0;

	(void)state;
	for (uint32_t i = 0; i < TIMERS; i++)
		wheel_set(&wheel, &timers[i], i * (WHEEL_SLOTS / TIMERS) * TICK_NS);
	now_ns = UINT64_C(1) << 63;
	assert_int_equal(turn(now_ns), TIMERS);
	assert_int_equal(turn(now_ns), 0);
	/* And it is a wheel as before. */
	wheel_set(&wheel, &timers[0], now_ns + 5 * TICK_NS);
	assert_int_equal(turn(now_ns + 5 * TICK_NS), 0);
	assert_int_equal(turn(now_ns + 6 * TICK_NS), 1);
}

/* At the edge between the two ways. */
static void a_rest_as_long_as_the_wheel_loses_none(void **state)
{
	(void)state;
	for (uint64_t rest = WHEEL_SLOTS - 2; rest < WHEEL_SLOTS + 3; rest++) {
		const uint64_t now = wheel.tick + rest;

		for (uint32_t i = 0; i < TIMERS; i++)
			wheel_set(&wheel, &timers[i],
				  (wheel.tick + i * ((rest - 2) / (TIMERS - 1))) * TICK_NS);
		assert_int_equal(turn(now * TICK_NS), TIMERS);
		assert_int_equal(turn(now * TICK_NS), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_timer_goes_off_when_it_is_due_and_once, reset),
		cmocka_unit_test_setup(the_earliest_time_counts, reset),
		cmocka_unit_test_setup(one_that_is_due_is_not_put_off, reset),
		cmocka_unit_test_setup(cleared_timers_are_silent, reset),
		cmocka_unit_test_setup(what_is_too_far_away_goes_off_early, reset),
		cmocka_unit_test_setup(after_a_long_rest_all_that_is_due_goes_off_at_once, reset),
		cmocka_unit_test_setup(a_rest_as_long_as_the_wheel_loses_none, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
