/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "histogram.h"
#include "sequence.h"

static struct histogram histogram;
static struct sequence sequence;

static int reset(void **state)
{
	(void)state;
	histogram_reset(&histogram);
	return sequence_init(&sequence, 1);
}

static int release(void **state)
{
	(void)state;
	sequence_free(&sequence);
	return 0;
}

static void nothing_recorded(void **state)
{
	(void)state;
	assert_int_equal(histogram_percentile(&histogram, 0.5), 0);
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (uint64_t value = 1; value <= 100; value++)
		histogram_record(&histogram, value);
	assert_int_equal(histogram_percentile(&histogram, 0.5), 50);
	assert_int_equal(histogram_percentile(&histogram, 0.9), 90);
	assert_int_equal(histogram_percentile(&histogram, 0.99), 99);
	assert_int_equal(histogram_percentile(&histogram, 0.999), 100);
	assert_int_equal(histogram_percentile(&histogram, 1), 100);
	assert_int_equal(histogram_percentile(&histogram, 0), 1);
	assert_int_equal(histogram.sum, 5050);
}

/* Over the whole range a percentile is its value or at most 0.8 % more. */
static void any_value_within_its_bucket(void **state)
{
	(void)state;
	for (uint64_t value = 1; value < UINT64_C(1) << HISTOGRAM_VALUE_BITS;
	     value += value / 37 + 1) {
		uint64_t median;

		histogram_reset(&histogram);
		histogram_record(&histogram, value);
		histogram_record(&histogram, value);
		histogram_record(&histogram, UINT64_C(1) << 39);
		median = histogram_percentile(&histogram, 0.5);
		if (value > UINT64_C(1) << 39)
			continue;
		assert_true(median >= value);
		assert_true((double)median <= (double)value * 1.008);
	}
}

static void buckets_ascend_without_gaps(void **state)
{
	uint32_t before = 0;

	(void)state;
	for (uint64_t value = 0; value < 100000; value++) {
		const uint32_t bucket = histogram_bucket(value);

		assert_true(bucket == before || bucket == before + 1);
		before = bucket;
	}
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1),
			 HISTOGRAM_BUCKETS - 1);
}

/* One in a thousand is late: p99 does not see it, p99.9 and the maximum do. */
static void the_tail_is_in_the_tail(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++)
		histogram_record(&histogram, i % 500 == 0 ? 1000000 : 1000);
	assert_true(histogram_percentile(&histogram, 0.99) <= 1008);
	assert_true(histogram_percentile(&histogram, 0.999) >= 1000000);
	assert_int_equal(histogram.max, 1000000);
	assert_int_equal(histogram.min, 1000);
}

static void in_order(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 300000; i++)
		assert_true(sequence_note(&sequence, i));
	assert_int_equal(sequence.received, 300000);
	assert_int_equal(sequence.duplicates + sequence.out_of_order + sequence.late, 0);
}

static void twice(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		sequence_note(&sequence, i);
	for (uint32_t i = 0; i < 1000; i++)
		assert_false(sequence_note(&sequence, i));
	assert_int_equal(sequence.received, 1000);
	assert_int_equal(sequence.duplicates, 1000);
	assert_int_equal(sequence.out_of_order, 0);
}

static void overtaken(void **state)
{
	(void)state;
	assert_true(sequence_note(&sequence, 0));
	assert_true(sequence_note(&sequence, 2));
	assert_true(sequence_note(&sequence, 1));
	assert_true(sequence_note(&sequence, 3));
	assert_int_equal(sequence.received, 4);
	assert_int_equal(sequence.out_of_order, 1);
}

/* Frames of other flows may overtake. */
static void order_is_of_the_flow(void **state)
{
	struct sequence flows;

	(void)state;
	assert_int_equal(sequence_init(&flows, 4), 0);
	for (uint32_t i = 0; i < 400; i += 4)
		for (uint32_t flow = 4; flow > 0; flow--)
			sequence_note(&flows, i + flow - 1);
	assert_int_equal(flows.out_of_order, 0);
	sequence_note(&flows, 408);
	sequence_note(&flows, 404);
	assert_int_equal(flows.out_of_order, 1);
	assert_int_equal(flows.received, 402);
	sequence_free(&flows);
}

/* After a gap of any width, what fills it is new, and what came before is not. */
static void gaps_of_any_width(void **state)
{
	(void)state;
	for (uint32_t gap = 1; gap < 3 * SEQUENCE_WINDOW; gap += gap / 3 + 1) {
		sequence_reset(&sequence);
		for (uint32_t i = 0; i < 100; i++)
			sequence_note(&sequence, i);
		assert_true(sequence_note(&sequence, 100 + gap));
		if (gap + 1 > SEQUENCE_WINDOW) {
			assert_true(sequence_note(&sequence, 100));
			assert_int_equal(sequence.late, 1);
			continue;
		}
		assert_true(sequence_note(&sequence, 100 + gap - 1));
		assert_false(sequence_note(&sequence, 100 + gap));
		assert_false(sequence_note(&sequence, 100 + gap - 1));
		if (gap < SEQUENCE_WINDOW - 100)
			assert_false(sequence_note(&sequence, 99));
		assert_int_equal(sequence.received, 102);
	}
}

/* Against a plain list of what came, in random order with gaps and repetitions. */
static void as_a_plain_list_has_it(void **state)
{
	uint8_t *came = calloc(1, 200000);
	uint64_t random = 88172645463325252u;
	uint64_t received = 0, duplicates = 0;
	uint32_t base = 0;

	(void)state;
	assert_non_null(came);
	for (int i = 0; i < 300000; i++) {
		uint32_t number;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		base += random % 3 == 0 && base < 150000;
		number = base + (uint32_t)(random >> 40) % 30000;
		received += !came[number];
		duplicates += came[number];
		assert_int_equal(sequence_note(&sequence, number), !came[number]);
		came[number] = 1;
	}
	assert_int_equal(sequence.received, received);
	assert_int_equal(sequence.duplicates, duplicates);
	assert_int_equal(sequence.late, 0);
	free(came);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_recorded, reset, release),
		cmocka_unit_test_setup_teardown(small_values_are_exact, reset, release),
		cmocka_unit_test_setup_teardown(any_value_within_its_bucket, reset, release),
		cmocka_unit_test_setup_teardown(buckets_ascend_without_gaps, reset, release),
		cmocka_unit_test_setup_teardown(the_tail_is_in_the_tail, reset, release),
		cmocka_unit_test_setup_teardown(in_order, reset, release),
		cmocka_unit_test_setup_teardown(twice, reset, release),
		cmocka_unit_test_setup_teardown(overtaken, reset, release),
		cmocka_unit_test_setup_teardown(order_is_of_the_flow, reset, release),
		cmocka_unit_test_setup_teardown(gaps_of_any_width, reset, release),
		cmocka_unit_test_setup_teardown(as_a_plain_list_has_it, reset, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
