/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/retire.h"

#include "eal.h"

static int released[16];
static uint32_t released_count;

static void release(void *object)
{
	released[released_count++] = *(int *)object;
}

static int objects[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static int reader_setup(void **state)
{
	(void)state;
	released_count = 0;
	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	return 0;
}

static int reader_teardown(void **state)
{
	(void)state;
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	rte_rcu_qsbr_thread_unregister(qsbr, 0);
	return 0;
}

static void an_object_is_freed_after_the_grace_period_and_not_before(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	retire_queue_add(&queue, &objects[1], release);
	assert_int_equal(retire_queue_poll(&queue, 100), 1);
	assert_int_equal(released_count, 0);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	assert_int_equal(retire_queue_poll(&queue, 100), 0);
	assert_int_equal(released_count, 1);
	retire_queue_destroy(&queue);
	assert_int_equal(released_count, 1);
}

static void an_object_retired_later_waits_for_its_own(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	retire_queue_add(&queue, &objects[1], release);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	retire_queue_add(&queue, &objects[2], release);
	assert_int_equal(retire_queue_poll(&queue, 100), 1);
	assert_int_equal(released_count, 1);
	assert_int_equal(released[0], 1);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	assert_int_equal(retire_queue_poll(&queue, 100), 0);
	assert_int_equal(released[1], 2);
	retire_queue_destroy(&queue);
}

static void a_reader_that_is_offline_holds_nothing_back(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	retire_queue_add(&queue, &objects[1], release);
	assert_int_equal(retire_queue_poll(&queue, 100), 0);
	assert_int_equal(released_count, 1);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	retire_queue_destroy(&queue);
}

static void a_poll_frees_no_more_than_it_may(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	for (int i = 0; i < 5; i++)
		retire_queue_add(&queue, &objects[i], release);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	assert_int_equal(retire_queue_poll(&queue, 2), 3);
	assert_int_equal(retire_queue_poll(&queue, 2), 1);
	assert_int_equal(retire_queue_poll(&queue, 2), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(released[i], i);
	retire_queue_destroy(&queue);
}

static void room_is_bounded_and_comes_back(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 3, qsbr), 0);
	assert_int_equal(retire_queue_room(&queue), 4);
	retire_queue_add(&queue, &objects[0], release);
	/* More in all than the queue holds at once, and never none, so that it wraps. */
	for (int round = 0; round < 3; round++) {
		for (int i = 1; i <= 3; i++)
			retire_queue_add(&queue, &objects[round * 3 + i], release);
		assert_int_equal(retire_queue_room(&queue), 0);
		rte_rcu_qsbr_quiescent(qsbr, 0);
		assert_int_equal(retire_queue_poll(&queue, 3), 1);
		assert_int_equal(retire_queue_room(&queue), 3);
	}
	assert_int_equal(retire_queue_poll(&queue, 3), 0);
	assert_int_equal(released_count, 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(released[i], i);
	retire_queue_destroy(&queue);
}

static void few_that_wait_are_always_in_the_same_place(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	for (int round = 0; round < 3; round++) {
		retire_queue_add(&queue, &objects[1], release);
		retire_queue_add(&queue, &objects[2], release);
		rte_rcu_qsbr_quiescent(qsbr, 0);
		assert_int_equal(retire_queue_poll(&queue, 100), 0);
	}
	for (int i = 2; i < 8; i++)
		assert_null(queue.entries[i].object);
	assert_int_equal(released_count, 6);
	retire_queue_destroy(&queue);
}

static void nothing_is_nothing_to_retire(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 4, qsbr), 0);
	retire_queue_add(&queue, NULL, release);
	assert_int_equal(retire_queue_room(&queue), 4);
	retire_queue_destroy(&queue);
	assert_int_equal(released_count, 0);
}

static void destroy_frees_what_still_waits(void **state)
{
	struct retire_queue queue;

	(void)state;
	assert_int_equal(retire_queue_create(&queue, 8, qsbr), 0);
	retire_queue_add(&queue, &objects[3], release);
	retire_queue_add(&queue, &objects[4], release);
	retire_queue_destroy(&queue);
	assert_int_equal(released_count, 2);
}

#define RETIRE_CASE(function) \
	cmocka_unit_test_setup_teardown(function, reader_setup, reader_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RETIRE_CASE(an_object_is_freed_after_the_grace_period_and_not_before),
		RETIRE_CASE(an_object_retired_later_waits_for_its_own),
		RETIRE_CASE(a_reader_that_is_offline_holds_nothing_back),
		RETIRE_CASE(a_poll_frees_no_more_than_it_may),
		RETIRE_CASE(room_is_bounded_and_comes_back),
		RETIRE_CASE(few_that_wait_are_always_in_the_same_place),
		RETIRE_CASE(nothing_is_nothing_to_retire),
		RETIRE_CASE(destroy_frees_what_still_waits),
	};

	return cmocka_run_group_tests_name("retire", tests, eal_setup, eal_teardown);
}
