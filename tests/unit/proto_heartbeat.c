/* SPDX-License-Identifier: BSD-3-Clause */
/* The heartbeat protocol: due by period, four bytes, a round trip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "negotiator/heartbeat.h"

#define MS     UINT64_C(1000000)
#define PERIOD (1000 * MS)
#define START  (77 * MS)

static void a_good_exchange_measures_the_round_trip(void **state)
{
	struct bgw_heartbeat heartbeat = {0};
	uint8_t reply = 0;

	(void)state;
	assert_int_equal(bgw_heartbeat_begin(&heartbeat, START), 0x40);
	assert_int_equal(bgw_heartbeat_take(&heartbeat, 0x40, START + 5 * MS, &reply),
			 BGW_HEARTBEAT_WRITE);
	assert_int_equal(reply, 0x41);
	assert_int_equal(heartbeat.round_trip_ns, 0);
	assert_int_equal(bgw_heartbeat_take(&heartbeat, 0x41, START + 33 * MS, &reply),
			 BGW_HEARTBEAT_DONE);
	assert_int_equal(heartbeat.round_trip_ns, 33 * MS);
	assert_int_equal(heartbeat.count, 1);
}

static void it_is_due_at_once_and_then_a_period_after_the_last_began(void **state)
{
	struct bgw_heartbeat heartbeat = {0};
	uint8_t reply;

	(void)state;
	assert_true(bgw_heartbeat_due(&heartbeat, PERIOD, 0));
	assert_true(bgw_heartbeat_due(&heartbeat, PERIOD, START));
	bgw_heartbeat_begin(&heartbeat, START);
	bgw_heartbeat_take(&heartbeat, 0x40, START + MS, &reply);
	bgw_heartbeat_take(&heartbeat, 0x41, START + 300 * MS, &reply);
	assert_false(bgw_heartbeat_due(&heartbeat, PERIOD, START + 300 * MS));
	assert_false(bgw_heartbeat_due(&heartbeat, PERIOD, START + 555 * MS));
	assert_false(bgw_heartbeat_due(&heartbeat, PERIOD, START + PERIOD - 1));
	assert_true(bgw_heartbeat_due(&heartbeat, PERIOD, START + PERIOD));
	assert_true(bgw_heartbeat_due(&heartbeat, PERIOD, START + 1110 * MS));
}

static void any_other_byte_is_an_error(void **state)
{
	struct bgw_heartbeat first, second;
	uint8_t reply;

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		first = second = (struct bgw_heartbeat){0};
		bgw_heartbeat_begin(&first, START);
		if (byte != 0x40)
			assert_int_equal(bgw_heartbeat_take(&first, (uint8_t)byte, START, &reply),
					 BGW_HEARTBEAT_FAIL);
		bgw_heartbeat_begin(&second, START);
		bgw_heartbeat_take(&second, 0x40, START, &reply);
		if (byte != 0x41)
			assert_int_equal(bgw_heartbeat_take(&second, (uint8_t)byte, START, &reply),
					 BGW_HEARTBEAT_FAIL);
		assert_int_equal(second.round_trip_ns, 0);
	}
}

static void nothing_is_taken_that_was_not_begun(void **state)
{
	struct bgw_heartbeat idle = {0}, done = {0}, failed = {0};
	uint8_t reply;

	(void)state;
	assert_int_equal(bgw_heartbeat_take(&idle, 0x40, START, &reply), BGW_HEARTBEAT_FAIL);
	bgw_heartbeat_begin(&done, START);
	bgw_heartbeat_take(&done, 0x40, START, &reply);
	bgw_heartbeat_take(&done, 0x41, START, &reply);
	assert_int_equal(bgw_heartbeat_take(&done, 0x41, START, &reply), BGW_HEARTBEAT_FAIL);
	bgw_heartbeat_begin(&failed, START);
	bgw_heartbeat_take(&failed, 0x22, START, &reply);
	assert_int_equal(bgw_heartbeat_take(&failed, 0x40, START, &reply), BGW_HEARTBEAT_FAIL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_exchange_measures_the_round_trip),
		cmocka_unit_test(it_is_due_at_once_and_then_a_period_after_the_last_began),
		cmocka_unit_test(any_other_byte_is_an_error),
		cmocka_unit_test(nothing_is_taken_that_was_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
