/* SPDX-License-Identifier: BSD-3-Clause */
/* The sending side of bgwgen on a port that takes everything, by a thread that is away at times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "threads.h"

#include "eal.h"

#define FRAMES	1000
#define AWAY_US 20000
/* All of them are due within one absence, and 64 of them may be late. */
#define PER_SECOND 1e5
#define LAG_FRAMES 64

static struct rte_mempool *pool;
static struct template_set templates;
static uint16_t ethdev;

static int port_open(void **state)
{
	static const struct frame_plan plan = {
		.ip_version = 4, .source_macs = FRAMES, .destination_macs = 1, .flows = FRAMES};
	static const struct template_mix mix = {.sizes = {64}, .weights = {1}, .count = 1};
	const struct rte_eth_conf conf = {0};

	if (eal_setup(state) < 0 || rte_eal_hotplug_add("vdev", "net_null0", "") < 0 ||
	    rte_eth_dev_get_port_by_name("net_null0", &ethdev) < 0)
		return -1;
	pool = rte_pktmbuf_pool_create("unit", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (pool == NULL || rte_eth_dev_configure(ethdev, 1, 1, &conf) < 0 ||
	    rte_eth_rx_queue_setup(ethdev, 0, 64, 0, NULL, pool) < 0 ||
	    rte_eth_tx_queue_setup(ethdev, 0, 64, 0, NULL) < 0 || rte_eth_dev_start(ethdev) < 0)
		return -1;
	return template_set_init(&templates, &plan, &mix, 1);
}

static int port_close(void **state)
{
	template_set_free(&templates);
	rte_eth_dev_stop(ethdev);
	rte_eth_dev_close(ethdev);
	rte_mempool_free(pool);
	return eal_teardown(state);
}

/* One trial of FRAMES frames, by a thread that is away so often after it began. */
static void trial_run(struct transmit *transmit, bool gives_up_none, int absences)
{
	memset(transmit, 0, sizeof(*transmit));
	transmit->key = 1;
	transmit->burst = LAG_FRAMES;
	transmit->streams_count = 1;
	transmit->frames_per_cycle = PER_SECOND / (double)rte_get_tsc_hz();
	transmit->duration_cycles = UINT64_MAX >> 1;
	transmit->stall_cycles = UINT64_MAX;
	transmit->frames = FRAMES;
	transmit->lag_frames = LAG_FRAMES;
	transmit->gives_up_none = gives_up_none;
	transmit->streams[0] = (struct transmit_stream){
		.templates = &templates, .pool = pool, .ethdev = ethdev, .takes_part = true};
	atomic_store(&transmit->side.wanted, 1);
	while (atomic_load(&transmit->side.ended) != 1) {
		transmit_poll(transmit);
		if (absences-- > 0)
			usleep(AWAY_US);
	}
}

static void frames_that_are_too_late_are_given_up(void **state)
{
	static struct transmit transmit;

	(void)state;
	trial_run(&transmit, false, 2);
	assert_int_equal(transmit.streams[0].sequence, LAG_FRAMES);
	assert_int_equal(transmit.streams[0].missed, FRAMES - LAG_FRAMES);
}

/* Or a device would never learn the MACs of the last flows. */
static void every_frame_is_sent_if_none_may_be_given_up(void **state)
{
	static struct transmit transmit;

	(void)state;
	trial_run(&transmit, true, 5);
	assert_int_equal(transmit.streams[0].sequence, FRAMES);
	assert_int_equal(transmit.streams[0].missed, 0);
	assert_int_equal(transmit.streams[0].refused, 0);
}

/* What was put off goes at the rate that was asked for, too. */
static void an_absence_is_not_made_up_for(void **state)
{
	static struct transmit transmit;
	double seconds;

	(void)state;
	trial_run(&transmit, true, 1);
	seconds = (double)(transmit.side.end_tsc - transmit.side.begin_tsc) /
		  (double)rte_get_tsc_hz();
	assert_int_equal(transmit.streams[0].sequence, FRAMES);
	assert_true(seconds > AWAY_US / 1e6 + (FRAMES - 2 * LAG_FRAMES) / PER_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_that_are_too_late_are_given_up),
		cmocka_unit_test(an_absence_is_not_made_up_for),
		cmocka_unit_test(every_frame_is_sent_if_none_may_be_given_up),
	};

	return cmocka_run_group_tests_name("bgwgen_transmit", tests, port_open, port_close);
}
