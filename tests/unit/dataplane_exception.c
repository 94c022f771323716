/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exception/exception.h"
#include "exception/policer.h"

#include "eal.h"

#define RING_FRAMES 64
#define POOL_MBUFS  256

static struct rte_mempool *pool;

static int pool_setup(void **state)
{
	if (eal_setup(state) < 0)
		return -1;
	pool = rte_pktmbuf_pool_create("frames", POOL_MBUFS - 1, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       0);
	return pool == NULL ? -1 : 0;
}

static int pool_teardown(void **state)
{
	rte_mempool_free(pool);
	return eal_teardown(state);
}

static struct rte_mbuf *frame_make(const void *bytes, uint16_t length)
{
	struct rte_mbuf *frame = rte_pktmbuf_alloc(pool);

	assert_non_null(frame);
	memcpy(rte_pktmbuf_append(frame, length), bytes, length);
	return frame;
}

static enum bgw_exception_class classify(const void *bytes, uint16_t length)
{
	struct rte_mbuf *frame = frame_make(bytes, length);
	const enum bgw_exception_class class = exception_classify(frame);

	rte_pktmbuf_free(frame);
	return class;
}

/* Ethernet, and an IPv4 header of which only protocol and what follows matters. */
static uint16_t ipv4_frame(uint8_t *bytes, uint8_t protocol, uint16_t source, uint16_t destination)
{
	memset(bytes, 0, 64);
	bytes[12] = 0x08;
	bytes[14] = 0x45;
	bytes[23] = protocol;
	bytes[34] = (uint8_t)(source >> 8);
	bytes[35] = (uint8_t)source;
	bytes[36] = (uint8_t)(destination >> 8);
	bytes[37] = (uint8_t)destination;
	return 60;
}

static uint16_t ipv6_frame(uint8_t *bytes, uint8_t next_header, uint8_t first)
{
	memset(bytes, 0, 64);
	bytes[12] = 0x86;
	bytes[13] = 0xdd;
	bytes[14] = 0x60;
	bytes[20] = next_header;
	bytes[54] = first;
	return 60;
}

static void address_resolution_is_its_own_class(void **state)
{
	uint8_t bytes[64] = {[12] = 0x08, [13] = 0x06};

	(void)state;
	assert_int_equal(classify(bytes, 60), BGW_EXCEPTION_RESOLUTION);
	memmove(bytes + 16, bytes + 12, 2);
	bytes[12] = 0x81;
	bytes[13] = 0x00;
	assert_int_equal(classify(bytes, 60), BGW_EXCEPTION_RESOLUTION);
	for (uint8_t type = 133; type <= 137; type++)
		assert_int_equal(classify(bytes, ipv6_frame(bytes, 58, type)),
				 BGW_EXCEPTION_RESOLUTION);
	assert_int_equal(classify(bytes, ipv6_frame(bytes, 58, 128)), BGW_EXCEPTION_OTHER);
}

static void routing_and_keying_are_a_class(void **state)
{
	static const uint16_t udp[] = {500, 4500, 3784, 3785, 4784, 6784};
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof(udp) / sizeof(udp[0]); i++)
		assert_int_equal(classify(bytes, ipv4_frame(bytes, 17, 50000, udp[i])),
				 BGW_EXCEPTION_PROTOCOL);
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 6, 40000, 179)), BGW_EXCEPTION_PROTOCOL);
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 6, 179, 40000)), BGW_EXCEPTION_PROTOCOL);
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 89, 0, 0)), BGW_EXCEPTION_PROTOCOL);
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 112, 0, 0)), BGW_EXCEPTION_PROTOCOL);
}

static void the_rest_is_other(void **state)
{
	uint8_t bytes[64];
	uint16_t length;

	(void)state;
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 1, 0, 0)), BGW_EXCEPTION_OTHER);
	assert_int_equal(classify(bytes, ipv4_frame(bytes, 6, 22, 40000)), BGW_EXCEPTION_OTHER);
	/* A later fragment's ports are payload. */
	length = ipv4_frame(bytes, 6, 179, 179);
	bytes[21] = 1;
	assert_int_equal(classify(bytes, length), BGW_EXCEPTION_OTHER);
}

/* Whatever the length, no byte beyond the frame decides: the address sanitizer watches. */
static void short_frames_are_other(void **state)
{
	uint8_t bytes[64];

	(void)state;
	ipv4_frame(bytes, 6, 179, 179);
	for (uint16_t length = 0; length < 38; length++)
		assert_int_equal(classify(bytes, length), BGW_EXCEPTION_OTHER);
	assert_int_equal(classify(bytes, 38), BGW_EXCEPTION_PROTOCOL);
	/* A header length beyond the frame. */
	bytes[14] = 0x4f;
	assert_int_equal(classify(bytes, 60), BGW_EXCEPTION_OTHER);
}

static void a_policer_lets_its_burst_and_then_its_rate_pass(void **state)
{
	const uint64_t start_ns = 5000000000;
	struct policer policer;
	uint32_t passed = 0;

	(void)state;
	policer_init(&policer, 1000, start_ns);
	assert_int_equal(policer_allows(&policer, start_ns, 1000), 100);
	policer_take(&policer, 100);
	assert_int_equal(policer_allows(&policer, start_ns, 1), 0);
	for (uint64_t ms = 1; ms <= 500; ms++) {
		const uint32_t allowed = policer_allows(&policer, start_ns + ms * 1000000, 32);

		policer_take(&policer, allowed);
		passed += allowed;
	}
	assert_int_equal(passed, 500);
}

static void a_policer_saves_no_more_than_its_burst(void **state)
{
	struct policer policer;

	(void)state;
	policer_init(&policer, 10, 0);
	policer_take(&policer, policer_allows(&policer, 0, 1000));
	assert_int_equal(policer_allows(&policer, 3600000000000, 1000), 32);
	/* A clock that goes back gives nothing. */
	policer_take(&policer, 32);
	assert_int_equal(policer_allows(&policer, 10, 1000), 0);
}

static struct rte_ring *ring_make(const char *name)
{
	struct rte_ring *ring = rte_ring_create(name, RING_FRAMES, 0, 0);

	assert_non_null(ring);
	return ring;
}

static void mirror_make(struct port_mirror *mirror)
{
	*mirror = (struct port_mirror){
		.to_linux = {ring_make("a"), ring_make("b"), ring_make("c")},
		.from_linux = ring_make("from"),
		.used = ring_make("used"),
		.empty = ring_make("empty"),
		.pool = pool,
	};
}

static void ring_free(struct rte_ring *ring)
{
	struct rte_mbuf *frame;

	while (rte_ring_dequeue(ring, (void **)&frame) == 0)
		rte_pktmbuf_free(frame);
	rte_ring_free(ring);
}

static void mirror_free(struct port_mirror *mirror)
{
	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++)
		ring_free(mirror->to_linux[class]);
	ring_free(mirror->from_linux);
	ring_free(mirror->used);
	ring_free(mirror->empty);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
}

static void a_flood_of_one_class_leaves_the_others_alone(void **state)
{
	uint8_t other[64];
	const uint8_t arp[64] = {[12] = 0x08, [13] = 0x06};
	struct rte_mbuf *frames[2];
	struct port_mirror mirror;

	(void)state;
	mirror_make(&mirror);
	ipv4_frame(other, 1, 0, 0);
	for (int i = 0; i < RING_FRAMES - 1; i++) {
		frames[0] = frame_make(other, 60);
		assert_int_equal(exception_send(&mirror, frames, 1), 1);
	}
	frames[0] = frame_make(other, 60);
	frames[1] = frame_make(arp, 60);
	const struct rte_mbuf *refused = frames[0];

	assert_int_equal(exception_send(&mirror, frames, 2), 1);
	assert_ptr_equal(frames[0], refused);
	rte_pktmbuf_free(frames[0]);
	assert_int_equal(mirror.policed_pkts[BGW_EXCEPTION_OTHER], 1);
	assert_int_equal(mirror.policed_pkts[BGW_EXCEPTION_RESOLUTION], 0);
	assert_int_equal(rte_ring_count(mirror.to_linux[BGW_EXCEPTION_RESOLUTION]), 1);
	mirror_free(&mirror);
}

static void the_owner_recycles_buffers_and_sends_what_linux_sent(void **state)
{
	const uint8_t arp[64] = {[12] = 0x08, [13] = 0x06};
	struct rte_mbuf *frames[4];
	struct rte_mbuf *sent;
	struct port_mirror mirror;

	(void)state;
	mirror_make(&mirror);
	assert_int_equal(exception_receive(&mirror, frames, 4), 0);
	assert_int_equal(rte_ring_count(mirror.empty), 32);
	sent = frame_make(arp, 60);
	rte_ring_enqueue(mirror.from_linux, sent);
	rte_ring_enqueue(mirror.used, frame_make(arp, 60));
	assert_int_equal(exception_receive(&mirror, frames, 4), 1);
	assert_ptr_equal(frames[0], sent);
	assert_int_equal(rte_ring_count(mirror.used), 0);
	rte_pktmbuf_free(sent);
	mirror_free(&mirror);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_resolution_is_its_own_class),
		cmocka_unit_test(routing_and_keying_are_a_class),
		cmocka_unit_test(the_rest_is_other),
		cmocka_unit_test(short_frames_are_other),
		cmocka_unit_test(a_policer_lets_its_burst_and_then_its_rate_pass),
		cmocka_unit_test(a_policer_saves_no_more_than_its_burst),
		cmocka_unit_test(a_flood_of_one_class_leaves_the_others_alone),
		cmocka_unit_test(the_owner_recycles_buffers_and_sends_what_linux_sent),
	};

	return cmocka_run_group_tests_name("exception", tests, pool_setup, pool_teardown);
}
