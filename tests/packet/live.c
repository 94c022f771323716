/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <time.h>

#include <bgw/worker.h>

#include "lib/expect.h"
#include "lib/traffic.h"

/* Workers on their own cores, while control changes what they read. */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)
#define PATIENCE_MS	  20000
#define ROUNDS		  300
#define FRAMES_A_ROUND	  32

static void sleep_ms(long ms)
{
	const struct timespec duration = {.tv_nsec = ms * 1000000};

	nanosleep(&duration, NULL);
}

static struct bgw_worker_counters workers_counters(void)
{
	struct bgw_worker_counters sum = {0};

	for (uint16_t worker = 0; worker < site_workers(); worker++) {
		struct bgw_worker_counters one;

		bgw_worker_counters_get(site_dp, worker, &one);
		sum.rx_pkts += one.rx_pkts;
		sum.rounds += one.rounds;
		sum.naps += one.naps;
		sum.busy_cycles += one.busy_cycles;
		sum.idle_cycles += one.idle_cycles;
	}
	return sum;
}

static uint64_t sent_by(uint16_t port)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	return counters.tx_pkts;
}

/* Waits until the port sent so many frames, and takes them. */
static void wait_for(uint16_t port, uint64_t frames)
{
	for (long waited = 0; sent_by(port) < frames && waited < PATIENCE_MS; waited++) {
		expect_collect();
		sleep_ms(1);
	}
	expect_collect();
	assert_int_equal(sent_by(port), frames);
}

static void wait_for_grace(void)
{
	const uint64_t grace = bgw_grace_start(site_dp);

	for (long waited = 0; !bgw_grace_passed(site_dp, grace) && waited < PATIENCE_MS; waited++)
		sleep_ms(1);
	assert_true(bgw_grace_passed(site_dp, grace));
}

static void workers_forward_on_their_own(void)
{
	site_lan();
	assert_int_equal(bgw_workers_start(site_dp, false), 0);
	for (uint32_t n = 0; n < 1000; n++)
		give(ACCESS_1, FRAME(HOST_A, HOST_B));
	wait_for(ACCESS_2, 1000);
	bgw_workers_stop(site_dp);
	expect_frames(ACCESS_2, FRAME(HOST_A, HOST_B), 1000);
	assert_true(workers_counters().busy_cycles > 0);
	assert_int_equal(workers_counters().rx_pkts, 1000);
}

static void they_start_once_and_stop_as_often_as_told(void)
{
	site_lan();
	for (uint64_t round = 1; round <= 3; round++) {
		assert_int_equal(bgw_workers_start(site_dp, true), 0);
		assert_int_equal(bgw_workers_start(site_dp, true), -EBUSY);
		give(ACCESS_1, FRAME(HOST_A, HOST_B));
		wait_for(ACCESS_2, round);
		bgw_workers_stop(site_dp);
		bgw_workers_stop(site_dp);
		expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
	}
}

/* A napping worker holds no grace period back, and wakes for frames. */
static void idle_workers_nap(void)
{
	uint64_t naps;

	site_lan();
	assert_int_equal(bgw_workers_start(site_dp, true), 0);
	for (long waited = 0; workers_counters().naps < 50 && waited < PATIENCE_MS; waited++)
		sleep_ms(1);
	naps = workers_counters().naps;
	assert_true(naps >= 50);
	wait_for_grace();
	give(ACCESS_1, FRAME(HOST_A, HOST_B));
	wait_for(ACCESS_2, 1);
	bgw_workers_stop(site_dp);
	expect_frame(ACCESS_2, FRAME(HOST_A, HOST_B));
}

static void workers_that_do_not_nap_let_grace_periods_pass(void)
{
	site_lan();
	assert_int_equal(bgw_workers_start(site_dp, false), 0);
	for (int round = 0; round < 20; round++)
		wait_for_grace();
	bgw_workers_stop(site_dp);
	assert_int_equal(workers_counters().naps, 0);
}

/* One of two next hops, and in neither case a mixture. */
static void is_one_of(const struct packet *got, const struct packet *a, const struct packet *b)
{
	assert_true(packet_matches(a, got) || packet_matches(b, got));
}

static void publish_again(uint32_t round)
{
	const bool odd = round % 2;
	char text[18];

	if (odd)
		path(1, REMOTE_2, .ttl = 33, .next_hop_mac = mac(NEXT_HOP_2));
	else
		path(1, REMOTE_1);
	attach(1, ACCESS_1, .pcp = (uint8_t)(round % 8));
	if (odd)
		domain(1, at(1), at(2), by(1));
	else
		domain(1, by(1), at(2), at(1), at(3));
	/* A crowd that comes and goes around those that stay. */
	for (uint32_t n = 0; n < 8; n++) {
		struct rte_ether_addr address;

		snprintf(text, sizeof(text), "02:66:00:00:%02x:%02x", round & 0xff, n);
		address = mac(text);
		assert_int_equal(bgw_fdb_put(site_dp, 1, &address, at(2)), 0);
		if (round >= 4) {
			snprintf(text, sizeof(text), "02:66:00:00:%02x:%02x", (round - 4) & 0xff,
				 n);
			address = mac(text);
			assert_int_equal(bgw_fdb_remove(site_dp, 1, &address), 0);
		}
	}
	bgw_dataplane_poll(site_dp);
	assert_true(bgw_dataplane_can_publish(site_dp, 8));
}

static void what_is_published_under_traffic_takes_effect_whole(void)
{
	const struct packet *frame = FRAME(HOST_A, HOST_R);
	const struct packet *one = VXLAN_SENT(5000, frame);
	const struct packet *other =
		PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_2),
		       ipv4(VTEP, REMOTE_2, .df = true, .ttl = 33),
		       udp(ANY, 4789, .no_checksum = true), vxlan(5000), inner(frame));

	site_lan();
	attach(3, ACCESS_3);
	assert_int_equal(bgw_workers_start(site_dp, false), 0);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t n = 0; n < FRAMES_A_ROUND; n++)
			give(ACCESS_1, frame);
		publish_again(round);
		wait_for(UNDERLAY_1, (uint64_t)(round + 1) * FRAMES_A_ROUND);
		for (uint32_t n = 0; n < FRAMES_A_ROUND; n++)
			is_one_of(expect_some(UNDERLAY_1), one, other);
	}
	wait_for_grace();
	assert_int_equal(bgw_dataplane_poll(site_dp), 0);
	bgw_workers_stop(site_dp);
}

/* Targets vanish and come back under a flood: every frame ends somewhere, every buffer comes back.
 */
static void what_is_deleted_under_a_flood_leaks_nothing(void)
{
	uint64_t given = 0;

	site_lan();
	attach(3, ACCESS_3);
	assert_int_equal(bgw_workers_start(site_dp, false), 0);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t n = 0; n < 8; n++, given++)
			give(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, n % 2 ? 40 : 1000));
		switch (round % 6) {
		case 0:
			bgw_attachment_clear(site_dp, 2);
			break;
		case 1:
			bgw_connection_clear(site_dp, 1);
			break;
		case 2:
			attach(2, ACCESS_2);
			bgw_path_clear(site_dp, 1);
			break;
		case 3:
			tunnel(1, 5000);
			bgw_domain_clear(site_dp, 1);
			break;
		case 4:
			path(1, REMOTE_1);
			break;
		default:
			domain(1, at(1), at(2), at(3), by(1));
			break;
		}
		/* Slots of keys that went are free again after this, as between two commits. */
		sleep_ms(1);
		bgw_dataplane_poll(site_dp);
		expect_collect();
		expect_anything();
	}
	for (long waited = 0; workers_counters().rx_pkts < given && waited < PATIENCE_MS; waited++)
		sleep_ms(1);
	wait_for_grace();
	bgw_workers_stop(site_dp);
	assert_int_equal(workers_counters().rx_pkts, given);
	/* What a worker had handed over when it stopped is sent by the next rounds. */
	site_run();
	expect_anything();
}

PACKET_PROGRAM(CASE(workers_forward_on_their_own), CASE(they_start_once_and_stop_as_often_as_told),
	       CASE(idle_workers_nap), CASE(workers_that_do_not_nap_let_grace_periods_pass),
	       CASE(what_is_published_under_traffic_takes_effect_whole),
	       CASE(what_is_deleted_under_a_flood_leaks_nothing))
