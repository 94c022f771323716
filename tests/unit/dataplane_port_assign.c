/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "port/assign.h"

static struct assign_result results[BGW_MAX_PORTS];
static struct port_worker table[BGW_MAX_WORKERS];

static void one_worker_serves_every_queue(void **state)
{
	const struct assign_port ports[] = {
		{.index = 3,
		 .ethdev_id = 7,
		 .role = BGW_PORT_ACCESS,
		 .rx_queues = 2,
		 .tx_queues = 2},
		{.index = 5,
		 .ethdev_id = 8,
		 .role = BGW_PORT_UNDERLAY,
		 .rx_queues = 1,
		 .tx_queues = 1},
	};

	(void)state;
	assert_int_equal(assign_queues(ports, 2, 1, results, table), 0);
	assert_int_equal(table[0].rx_count, 3);
	assert_int_equal(table[0].rx[1].port, 3);
	assert_int_equal(table[0].rx[1].ethdev_id, 7);
	assert_int_equal(table[0].rx[1].queue, 1);
	assert_int_equal(table[0].rx[2].port, 5);
	assert_int_equal(table[0].rx[2].role, BGW_PORT_UNDERLAY);
	assert_int_equal(results[0].tx_queue[0], 0);
	/* A worker sends by one queue of a port, however many it polls. */
	assert_int_equal(results[0].tx_worker[1], BGW_PORT_NO_WORKER);
	assert_false(results[0].handover);
	assert_int_equal(table[0].handover_count, 0);
}

static void a_pair_of_queues_belongs_to_one_worker(void **state)
{
	const struct assign_port ports[] = {
		{.index = 0, .rx_queues = 1, .tx_queues = 1},
		{.index = 1, .rx_queues = 3, .tx_queues = 3},
	};

	(void)state;
	assert_int_equal(assign_queues(ports, 2, 4, results, table), 0);
	for (uint16_t port = 0; port < 2; port++) {
		for (uint16_t queue = 0; queue < ports[port].rx_queues; queue++) {
			const uint8_t worker = results[port].rx_worker[queue];

			assert_int_equal(results[port].tx_worker[queue], worker);
			assert_int_equal(results[port].tx_queue[worker], queue);
		}
	}
}

static void queues_are_spread_evenly(void **state)
{
	struct assign_port ports[7];
	uint16_t least = UINT16_MAX;
	uint16_t most = 0;

	(void)state;
	for (uint16_t i = 0; i < 7; i++)
		ports[i] = (struct assign_port){
			.index = i, .rx_queues = (uint16_t)(1 + i % 3), .tx_queues = 1};
	assert_int_equal(assign_queues(ports, 7, 4, results, table), 0);
	for (uint16_t worker = 0; worker < 4; worker++) {
		least = table[worker].rx_count < least ? table[worker].rx_count : least;
		most = table[worker].rx_count > most ? table[worker].rx_count : most;
	}
	assert_in_range(most - least, 0, 1);
}

static void workers_without_a_queue_hand_over_to_the_owner(void **state)
{
	const struct assign_port ports[] = {
		{.index = 9, .rx_queues = 1, .tx_queues = 1, .mirror = true},
	};
	uint8_t owner;

	(void)state;
	assert_int_equal(assign_queues(ports, 1, 3, results, table), 0);
	owner = results[0].owner;
	assert_true(results[0].handover);
	assert_int_equal(results[0].rx_worker[0], owner);
	for (uint16_t worker = 0; worker < 3; worker++) {
		assert_int_equal(results[0].tx_queue[worker],
				 worker == owner ? 0 : BGW_PORT_NO_QUEUE);
		assert_int_equal(table[worker].handover_count, worker == owner);
		assert_int_equal(table[worker].mirror_count, worker == owner);
	}
	assert_int_equal(table[owner].handover[0], 9);
	assert_int_equal(table[owner].mirror[0], 9);
}

static void enough_tx_queues_need_no_handover(void **state)
{
	const struct assign_port ports[] = {
		{.index = 0, .rx_queues = 1, .tx_queues = 1},
		{.index = 1, .rx_queues = 1, .tx_queues = 4},
	};
	uint32_t seen = 0;

	(void)state;
	assert_int_equal(assign_queues(ports, 2, 4, results, table), 0);
	assert_false(results[1].handover);
	for (uint16_t worker = 0; worker < 4; worker++)
		seen |= 1u << results[1].tx_queue[worker];
	assert_int_equal(seen, 0xf);
}

static void more_queues_than_a_worker_takes_are_refused(void **state)
{
	struct assign_port ports[PORT_RX_MAX / 64 + 1];

	(void)state;
	for (uint16_t i = 0; i <= PORT_RX_MAX / 64; i++)
		ports[i] = (struct assign_port){.index = i, .rx_queues = 64, .tx_queues = 1};
	assert_int_equal(assign_queues(ports, PORT_RX_MAX / 64, 1, results, table), 0);
	assert_int_equal(assign_queues(ports, PORT_RX_MAX / 64 + 1, 1, results, table), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker_serves_every_queue),
		cmocka_unit_test(a_pair_of_queues_belongs_to_one_worker),
		cmocka_unit_test(queues_are_spread_evenly),
		cmocka_unit_test(workers_without_a_queue_hand_over_to_the_owner),
		cmocka_unit_test(enough_tx_queues_need_no_handover),
		cmocka_unit_test(more_queues_than_a_worker_takes_are_refused),
	};

	return cmocka_run_group_tests_name("port_assign", tests, NULL, NULL);
}
