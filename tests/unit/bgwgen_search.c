/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "search.h"

/* A device that forwards `capacity` frames a second and loses the rest, and `base` of all. */
struct device {
	double capacity;
	double base;
	double short_bonus; /* trials shorter than a second find a device that is so much faster */
};

static double device_loss(const struct device *device, double rate, double duration_s)
{
	const double capacity = device->capacity * (duration_s < 0.9 ? 1 + device->short_bonus : 1);

	return rate > capacity ? 1 - (1 - device->base) * capacity / rate : device->base;
}

static double binary_search_run(const struct device *device, double max, double resolution,
				double tolerance, int *trials)
{
	struct binary_search search;
	double rate;

	*trials = 0;
	binary_search_begin(&search, max, resolution);
	while (binary_search_next(&search, &rate)) {
		assert_true(rate > 0 && rate <= max);
		binary_search_note(&search, rate, device_loss(device, rate, 1) <= tolerance);
		assert_true(++*trials < 100);
	}
	return search.low;
}

static void binary_search_finds_the_edge(void **state)
{
	int trials;

	(void)state;
	for (double capacity = 1e4; capacity < 1e6; capacity *= 1.07) {
		const struct device device = {.capacity = capacity};
		const double found = binary_search_run(&device, 1e6, 0.01, 0, &trials);

		assert_true(found <= capacity && found >= capacity * 0.99);
		assert_true(trials <= 16);
	}
}

static void binary_search_ends_at_once_at_the_top(void **state)
{
	const struct device device = {.capacity = 2e6};
	int trials;

	(void)state;
	assert_true(binary_search_run(&device, 1e6, 0.01, 0, &trials) == 1e6);
	assert_int_equal(trials, 1);
}

static void binary_search_of_a_device_that_always_loses(void **state)
{
	const struct device device = {.capacity = 1e6, .base = 1e-5};
	int trials;

	(void)state;
	assert_true(binary_search_run(&device, 1e6, 0.01, 0, &trials) == 0);
	assert_true(trials < 20);
	/* With a tolerance the same device passes. */
	assert_true(binary_search_run(&device, 1e6, 0.01, 1e-4, &trials) == 1e6);
}

static struct mlr_search mlr;

/* Runs it. Returns the time that the trials took. */
static double mlr_run(const struct device *device, double max, double duration_s, double width)
{
	static const double ratios[] = {0, 0.005};
	double rate, length_s;
	double spent_s = 0;

	mlr_begin(&mlr, max, ratios, 2, duration_s, width);
	while (mlr_next(&mlr, &rate, &length_s)) {
		assert_true(rate > 0 && rate <= max);
		mlr_note(&mlr, rate, length_s, device_loss(device, rate, length_s));
		spent_s += length_s;
		assert_true(mlr.trials_count < 100);
	}
	return spent_s;
}

static double mlr_rate(uint32_t target)
{
	const int at = mlr_answer(&mlr, target, NULL);

	return at < 0 ? 0 : mlr.trials[at].rate;
}

static void mlr_finds_both_edges(void **state)
{
	(void)state;
	for (double capacity = 2e4; capacity < 0.99e6; capacity *= 1.07) {
		const struct device device = {.capacity = capacity};
		/* Half a percent of what is offered may be lost. */
		const double partial = fmin(capacity / 0.995, 1e6);
		int upper;

		mlr_run(&device, 1e6, 1, 0.01);
		assert_true(mlr_rate(0) <= capacity && mlr_rate(0) >= capacity * 0.99);
		assert_true(mlr_rate(1) <= partial && mlr_rate(1) >= partial * 0.99);
		assert_true(mlr_rate(0) <= mlr_rate(1));
		mlr_answer(&mlr, 0, &upper);
		assert_true(upper >= 0 && mlr.trials[upper].loss_ratio > 0);
	}
}

/* Both together take less time than two binary searches of full length. */
static void mlr_is_shorter_than_two_searches(void **state)
{
	const struct device device = {.capacity = 654321};
	int trials;
	double spent_s;

	(void)state;
	spent_s = mlr_run(&device, 1e6, 1, 0.005);
	binary_search_run(&device, 1e6, 0.005, 0, &trials);
	assert_true(spent_s < 2 * trials);
}

static void mlr_at_the_top(void **state)
{
	const struct device device = {.capacity = 2e6};
	int upper;

	(void)state;
	mlr_run(&device, 1e6, 1, 0.01);
	assert_true(mlr_rate(0) == 1e6 && mlr_rate(1) == 1e6);
	assert_int_equal(mlr_answer(&mlr, 0, &upper) >= 0, 1);
	assert_int_equal(upper, -1);
	/* One trial for each length of the phases. */
	assert_true(mlr.trials_count <= 3);
}

/* It loses a little at any rate: there is no NDR, and the PDR is found all the same. */
static void mlr_without_a_no_drop_rate(void **state)
{
	const struct device device = {.capacity = 5e5, .base = 1e-4};

	(void)state;
	mlr_run(&device, 1e6, 1, 0.01);
	assert_true(mlr_rate(0) == 0);
	assert_true(mlr_rate(1) >= 5e5 * 0.99 && mlr_rate(1) <= 5e5 * 1.006);
}

/* What short trials say does not hold in long ones: the answer is that of the long ones. */
static void mlr_believes_long_trials(void **state)
{
	const struct device device = {.capacity = 4e5, .short_bonus = 0.3};

	(void)state;
	mlr_run(&device, 1e6, 1, 0.01);
	assert_true(mlr_rate(0) <= 4e5 && mlr_rate(0) >= 4e5 * 0.99);
}

/* A device by chance: whatever it answers, the search ends. */
static void mlr_ends_whatever_it_hears(void **state)
{
	static const double ratios[] = {0, 0.005};
	uint64_t random = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 500; round++) {
		double rate, duration_s;

		mlr_begin(&mlr, 1e6, ratios, 2, 1, 0.001);
		while (mlr_next(&mlr, &rate, &duration_s)) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			assert_true(rate > 0 && rate <= 1e6);
			mlr_note(&mlr, rate, duration_s,
				 random % 3 ? 0 : (double)(random >> 44) / 2e6);
		}
		assert_true(mlr.trials_count <= MLR_TRIALS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary_search_finds_the_edge),
		cmocka_unit_test(binary_search_ends_at_once_at_the_top),
		cmocka_unit_test(binary_search_of_a_device_that_always_loses),
		cmocka_unit_test(mlr_finds_both_edges),
		cmocka_unit_test(mlr_is_shorter_than_two_searches),
		cmocka_unit_test(mlr_at_the_top),
		cmocka_unit_test(mlr_without_a_no_drop_rate),
		cmocka_unit_test(mlr_believes_long_trials),
		cmocka_unit_test(mlr_ends_whatever_it_hears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
