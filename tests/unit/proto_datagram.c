/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "negotiator/datagram.h"

/* What docs/negotiation.md draws, byte for byte. */
static const uint8_t hello_bytes[BGW_DATAGRAM_HELLO_BYTES - BGW_DATAGRAM_TAG_BYTES] = {
	0x01, 0x01, 0x00, 0x00, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24,
	0x25, 0x26, 0x27, 0x28, 0x41, 0x42, 0x43, 0x44, 0x51, 0x52, 0x53, 0x54,
	0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x00, 0x00, 0x03, 0xe8,
	0x00, 0x00, 0x00, 0x00, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,
};
static const uint8_t exchange_bytes[BGW_DATAGRAM_EXCHANGE_BYTES - BGW_DATAGRAM_TAG_BYTES] = {
	0x01, 0x02, 0x01, 0x02, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26,
	0x27, 0x28, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x08, 0x02, 0x01, 0x40, 0x41,
	0x00, 0x00, 0x00, 0x00, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,
};

static const struct bgw_datagram common = {
	.session = 0x11121314,
	.nonce = UINT64_C(0x2122232425262728),
	.counter = UINT64_C(0x3132333435363738),
};

static void a_hello_is_written_and_read_as_drawn(void **state)
{
	const struct bgw_datagram_hello hello = {
		.session = 0x41424344,
		.epoch = 0x51525354,
		.nonce = UINT64_C(0x6162636465666768),
		.interval_ms = 1000,
	};
	uint8_t bytes[BGW_DATAGRAM_HELLO_BYTES] = {0};
	struct bgw_datagram datagram = common;
	struct bgw_datagram read = {0};
	struct bgw_datagram_hello hello_read;

	(void)state;
	datagram.kind = BGW_DATAGRAM_HELLO;
	bgw_datagram_hello_write(bytes, &datagram, &hello);
	assert_memory_equal(bytes, hello_bytes, sizeof(hello_bytes));
	assert_true(bgw_datagram_read(bytes, sizeof(bytes), &read));
	assert_int_equal(read.kind, BGW_DATAGRAM_HELLO);
	assert_int_equal(read.session, common.session);
	assert_true(read.nonce == common.nonce && read.counter == common.counter);
	assert_true(bgw_datagram_hello_read(bytes, &hello_read));
	assert_int_equal(hello_read.session, hello.session);
	assert_int_equal(hello_read.epoch, hello.epoch);
	assert_true(hello_read.nonce == hello.nonce);
	assert_int_equal(hello_read.interval_ms, 1000);
}

static void an_exchange_is_written_and_read_as_drawn(void **state)
{
	const struct bgw_datagram_exchange exchange = {
		.round = 7,
		.ack_round = 8,
		.step = 2,
		.ack_step = 1,
		.flags = BGW_EXCHANGE_HOLDS,
		.count = 2,
		.bytes = {0x40, 0x41},
	};
	uint8_t bytes[BGW_DATAGRAM_EXCHANGE_BYTES] = {0};
	struct bgw_datagram datagram = common;
	struct bgw_datagram read = {0};
	struct bgw_datagram_exchange exchange_read;

	(void)state;
	datagram.kind = BGW_DATAGRAM_EXCHANGE;
	bgw_datagram_exchange_write(bytes, &datagram, &exchange);
	assert_memory_equal(bytes, exchange_bytes, sizeof(exchange_bytes));
	assert_true(bgw_datagram_read(bytes, sizeof(bytes), &read));
	assert_int_equal(read.kind, BGW_DATAGRAM_EXCHANGE);
	assert_true(bgw_datagram_exchange_read(bytes, &exchange_read));
	assert_memory_equal(&exchange_read, &exchange, sizeof(exchange));
}

static bool hello_is_read(const uint8_t *bytes, uint32_t length)
{
	struct bgw_datagram datagram;
	struct bgw_datagram_hello hello;

	return bgw_datagram_read(bytes, length, &datagram) &&
	       bgw_datagram_hello_read(bytes, &hello);
}

static bool exchange_is_read(const uint8_t *bytes, uint32_t length)
{
	struct bgw_datagram datagram;
	struct bgw_datagram_exchange exchange;

	return bgw_datagram_read(bytes, length, &datagram) &&
	       bgw_datagram_exchange_read(bytes, &exchange);
}

static void what_is_no_hello_is_refused(void **state)
{
	static const struct {
		uint8_t at, byte;
	} wrong[] = {
		{0, 0}, {0, 2}, {1, 0},	    {1, 2},  {1, 3},
		{2, 1}, {3, 1}, {20, 0x80}, {36, 1}, {39, 1},
	};
	uint8_t bytes[BGW_DATAGRAM_HELLO_BYTES + 1] = {0};

	(void)state;
	memcpy(bytes, hello_bytes, sizeof(hello_bytes));
	assert_true(hello_is_read(bytes, BGW_DATAGRAM_HELLO_BYTES));
	for (uint32_t length = 0; length <= sizeof(bytes); length++)
		assert_true(hello_is_read(bytes, length) == (length == BGW_DATAGRAM_HELLO_BYTES));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const uint8_t right = bytes[wrong[i].at];

		bytes[wrong[i].at] = wrong[i].byte;
		assert_false(hello_is_read(bytes, BGW_DATAGRAM_HELLO_BYTES));
		bytes[wrong[i].at] = right;
	}
	/* Its own session, nonce and interval may not be 0. */
	for (uint32_t at = 16; at < 40; at += 8) {
		uint8_t copy[sizeof(bytes)];

		memcpy(copy, bytes, sizeof(bytes));
		memset(copy + at, 0, at == 24 ? 8 : 4);
		assert_false(hello_is_read(copy, BGW_DATAGRAM_HELLO_BYTES));
	}
}

static void what_is_no_exchange_is_refused(void **state)
{
	static const struct {
		uint8_t at, byte;
	} wrong[] = {{0, 0}, {0, 2}, {1, 1}, {1, 3}, {2, 4}, {2, 0x80}, {3, 5}, {30, 1}, {31, 1}};
	uint8_t bytes[BGW_DATAGRAM_EXCHANGE_BYTES + 9] = {0};

	(void)state;
	memcpy(bytes, exchange_bytes, sizeof(exchange_bytes));
	for (uint32_t length = 0; length <= sizeof(bytes); length++)
		assert_true(exchange_is_read(bytes, length) ==
			    (length == BGW_DATAGRAM_EXCHANGE_BYTES));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const uint8_t right = bytes[wrong[i].at];

		bytes[wrong[i].at] = wrong[i].byte;
		assert_false(exchange_is_read(bytes, BGW_DATAGRAM_EXCHANGE_BYTES));
		bytes[wrong[i].at] = right;
	}
}

static void an_iv_is_direction_epoch_and_counter(void **state)
{
	static const uint8_t lower[] = {0x51, 0x52, 0x53, 0x54, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t higher[] = {0xd1, 0x52, 0x53, 0x54, 1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t iv[BGW_DATAGRAM_IV_BYTES];

	(void)state;
	bgw_datagram_iv(iv, false, 0x51525354, UINT64_C(0x0102030405060708));
	assert_memory_equal(iv, lower, sizeof(iv));
	bgw_datagram_iv(iv, true, 0x51525354, UINT64_C(0x0102030405060708));
	assert_memory_equal(iv, higher, sizeof(iv));
}

static void a_counter_is_new_once_within_the_window(void **state)
{
	struct bgw_replay replay = {0};

	(void)state;
	assert_false(bgw_replay_is_new(&replay, 0));
	assert_true(bgw_replay_is_new(&replay, 1));
	bgw_replay_note(&replay, 100);
	assert_false(bgw_replay_is_new(&replay, 100));
	assert_false(bgw_replay_is_new(&replay, 0));
	assert_false(bgw_replay_is_new(&replay, 100 - BGW_REPLAY_WINDOW));
	for (uint64_t counter = 100 - BGW_REPLAY_WINDOW + 1; counter < 100; counter++) {
		assert_true(bgw_replay_is_new(&replay, counter));
		bgw_replay_note(&replay, counter);
		assert_false(bgw_replay_is_new(&replay, counter));
	}
	bgw_replay_note(&replay, 102);
	assert_true(bgw_replay_is_new(&replay, 101));
	assert_false(bgw_replay_is_new(&replay, 100));
	bgw_replay_note(&replay, 102 + BGW_REPLAY_WINDOW);
	assert_true(bgw_replay_is_new(&replay, 103));
	assert_false(bgw_replay_is_new(&replay, 102));
	bgw_replay_note(&replay, UINT64_MAX);
	assert_false(bgw_replay_is_new(&replay, UINT64_MAX));
	assert_true(bgw_replay_is_new(&replay, UINT64_MAX - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_is_written_and_read_as_drawn),
		cmocka_unit_test(an_exchange_is_written_and_read_as_drawn),
		cmocka_unit_test(what_is_no_hello_is_refused),
		cmocka_unit_test(what_is_no_exchange_is_refused),
		cmocka_unit_test(an_iv_is_direction_epoch_and_counter),
		cmocka_unit_test(a_counter_is_new_once_within_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
