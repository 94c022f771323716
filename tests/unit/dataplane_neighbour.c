/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "neighbour/query.h"

#include "guarded.h"

/* Frames between 02:..:0a, who asks, and 02:..:0b, whose address is asked for. */

static const struct rte_ether_addr asker = {{0x02, 0, 0, 0, 0, 0x0a}};
static const struct rte_ether_addr owner = {{0x02, 0, 0, 0, 0, 0x0b}};

#define FRAME_MAX 128

struct frame_bytes {
	uint8_t bytes[FRAME_MAX];
	uint32_t length;
};

#define FRAME(array) frame_of(array, sizeof(array))

static struct frame_bytes frame_of(const uint8_t *bytes, size_t length)
{
	struct frame_bytes frame = {.length = (uint32_t)length};

	memcpy(frame.bytes, bytes, length);
	return frame;
}

/* Who has 10.0.0.2, tell 10.0.0.1. */
static const uint8_t arp_request[42] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x08, 0x06,
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a,
	0x0a, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x02};
static const uint8_t arp_reply[42] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, 0x08, 0x06,
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b,
	0x0a, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x0a, 0x00, 0x00, 0x01};

/* Who has 2001:db8::2, tell 2001:db8::1; made by scapy, as are the other ND messages. */
static const uint8_t solicitation[86] = {
	0x33, 0x33, 0xff, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x86, 0xdd, 0x60,
	0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0x00, 0x00, 0x02, 0x87, 0x00, 0x1c, 0x1e, 0x00, 0x00,
	0x00, 0x00, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a};
static const uint8_t advertisement[86] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, 0x86, 0xdd, 0x60,
	0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0x00, 0x8a, 0x68, 0x60, 0x00,
	0x00, 0x00, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b};
/* Is 2001:db8::2 free (RFC 4862 section 5.4.2)? */
static const uint8_t dad_solicitation[78] = {
	0x33, 0x33, 0xff, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x86,
	0xdd, 0x60, 0x00, 0x00, 0x00, 0x00, 0x18, 0x3a, 0xff, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0x00,
	0x00, 0x02, 0x87, 0x00, 0x4c, 0xeb, 0x00, 0x00, 0x00, 0x00, 0x20, 0x01, 0x0d,
	0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02};
static const uint8_t dad_advertisement[86] = {
	0x33, 0x33, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, 0x86, 0xdd, 0x60,
	0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0x00, 0xf9, 0x1e, 0x20, 0x00,
	0x00, 0x00, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b};

static bool parse(const struct frame_bytes *frame, struct neighbour_query *query)
{
	return neighbour_query_parse(guarded_copy(frame->bytes, frame->length), frame->length,
				     query);
}

static bool is_query(const struct frame_bytes *frame)
{
	struct neighbour_query query;

	return parse(frame, &query);
}

static void expect_answer(const struct frame_bytes *frame, bool router, const uint8_t *expected,
			  uint32_t expected_bytes)
{
	struct frame_bytes answer = *frame;
	struct neighbour_query query;

	assert_true(parse(frame, &query));
	assert_int_equal(
		neighbour_answer_build(answer.bytes, expected_bytes - 1, &query, &owner, router),
		0);
	assert_memory_equal(answer.bytes, frame->bytes, FRAME_MAX);
	assert_int_equal(
		neighbour_answer_build(answer.bytes, expected_bytes, &query, &owner, router),
		expected_bytes);
	assert_memory_equal(answer.bytes, expected, expected_bytes);
}

/* The ICMPv6 checksum of the message that the frame carries. */
static void mend(struct frame_bytes *frame)
{
	const uint32_t length = (uint32_t)(frame->bytes[18] << 8 | frame->bytes[19]);
	uint32_t sum = 58 + length;

	for (size_t i = 22; i < 54; i += 2)
		sum += (uint32_t)(frame->bytes[i] << 8 | frame->bytes[i + 1]);
	store_u16(frame->bytes + 56, 0);
	store_u16(frame->bytes + 56, slow_checksum(frame->bytes + 54, length, sum));
}

static void arp_request_is_answered_byte_for_byte(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);
	struct neighbour_query query;

	(void)state;
	assert_true(parse(&frame, &query));
	assert_int_equal(query.target.family, 4);
	assert_int_equal(query.target.v4, RTE_BE32(0x0a000002));
	assert_int_equal(query.asker.v4, RTE_BE32(0x0a000001));
	assert_memory_equal(&query.asker_mac, &asker, 6);
	expect_answer(&frame, true, arp_reply, sizeof(arp_reply));
	/* As it comes from a wire: padded. */
	frame.length = 60;
	expect_answer(&frame, false, arp_reply, sizeof(arp_reply));
}

/* RFC 5227 section 2.1.1: the answer tells the prober that the address is taken. */
static void arp_probe_is_answered(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);
	uint8_t expected[42];

	(void)state;
	memset(frame.bytes + 28, 0, 4);
	memcpy(expected, arp_reply, sizeof(expected));
	memset(expected + 38, 0, 4);
	expect_answer(&frame, false, expected, sizeof(expected));
}

static void gratuitous_arp_is_no_query(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);

	(void)state;
	memcpy(frame.bytes + 28, frame.bytes + 38, 4);
	assert_false(is_query(&frame));
	frame = FRAME(arp_reply);
	memset(frame.bytes, 0xff, 6);
	assert_false(is_query(&frame));
}

static void arp_probe_of_a_station_goes_to_it(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);

	(void)state;
	memcpy(frame.bytes, &owner, 6);
	assert_false(is_query(&frame));
}

/* Every field that is fixed, every bit of it. */
static void arp_of_another_kind_is_no_query(void **state)
{
	(void)state;
	for (uint32_t bit = 0; bit < 10 * 8; bit++) {
		struct frame_bytes frame = FRAME(arp_request);

		frame.bytes[12 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(is_query(&frame));
	}
}

static void arp_with_a_sender_that_is_not_the_source_is_no_query(void **state)
{
	(void)state;
	for (size_t at = 22; at < 28; at++) {
		struct frame_bytes frame = FRAME(arp_request);

		frame.bytes[at] ^= 1;
		assert_false(is_query(&frame));
	}
}

static void arp_for_an_address_of_no_host_is_no_query(void **state)
{
	static const uint8_t first_bytes[] = {0, 127, 224, 239, 240, 255};

	(void)state;
	for (size_t i = 0; i < sizeof(first_bytes); i++) {
		struct frame_bytes frame = FRAME(arp_request);

		frame.bytes[38] = first_bytes[i];
		assert_false(is_query(&frame));
		frame = FRAME(arp_request);
		frame.bytes[28] = first_bytes[i];
		frame.bytes[31] = 1;
		assert_false(is_query(&frame));
	}
}

static void arp_of_every_length(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);

	(void)state;
	for (frame.length = 0; frame.length <= 64; frame.length++)
		assert_int_equal(is_query(&frame), frame.length >= 42);
}

static void solicitation_is_answered_byte_for_byte(void **state)
{
	const struct frame_bytes frame = FRAME(solicitation);
	struct neighbour_query query;

	(void)state;
	assert_true(parse(&frame, &query));
	assert_int_equal(query.target.family, 6);
	assert_memory_equal(query.target.v6, solicitation + 62, 16);
	assert_memory_equal(query.asker.v6, solicitation + 22, 16);
	assert_memory_equal(&query.asker_mac, &asker, 6);
	expect_answer(&frame, false, advertisement, sizeof(advertisement));
}

static void router_says_so(void **state)
{
	const struct frame_bytes frame = FRAME(solicitation);
	uint8_t expected[86];

	(void)state;
	memcpy(expected, advertisement, sizeof(expected));
	expected[56] = 0x0a; /* 0x8a68 less 0x8000 */
	expected[58] = 0xe0;
	expect_answer(&frame, true, expected, sizeof(expected));
}

static void duplicate_address_detection_is_answered_to_all_nodes(void **state)
{
	struct frame_bytes frame = FRAME(dad_solicitation);

	(void)state;
	expect_answer(&frame, false, dad_advertisement, sizeof(dad_advertisement));
	/* Longer than the message: the rest is no part of the answer. */
	frame.length = 100;
	expect_answer(&frame, false, dad_advertisement, sizeof(dad_advertisement));
}

static void unsolicited_advertisement_is_no_query(void **state)
{
	const struct frame_bytes frame = FRAME(dad_advertisement);

	(void)state;
	assert_false(is_query(&frame));
}

/* What RFC 4861 section 7.1.1 checks; each with a checksum that is right. */
static void solicitation_must_be_valid(void **state)
{
	static const struct {
		uint32_t at;
		uint8_t value;
	} changes[] = {
		{0, 0x02},  /* to one station */
		{12, 0x08}, /* ethertype */
		{14, 0x40}, /* version */
		{20, 17},   /* next header */
		{21, 254},  /* hop limit */
		{22, 0xff}, /* source is a group */
		{38, 0xfe}, /* destination is no group */
		{49, 0x00}, /* destination is no solicited-node address */
		{53, 0x03}, /* nor that of the target */
		{54, 136},  /* type */
		{55, 1},    /* code */
		{62, 0xff}, /* target is a group */
		{79, 0},    /* option of no length */
		{79, 2},    /* option longer than the packet */
		{85, 0x0c}, /* the sender's MAC is another */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct frame_bytes frame = FRAME(solicitation);

		assert_int_not_equal(frame.bytes[changes[i].at], changes[i].value);
		frame.bytes[changes[i].at] = changes[i].value;
		mend(&frame);
		assert_false(is_query(&frame));
	}
}

static void solicitation_of_every_checksum(void **state)
{
	struct frame_bytes frame = FRAME(solicitation);

	(void)state;
	for (uint32_t checksum = 0; checksum <= UINT16_MAX; checksum++) {
		store_u16(frame.bytes + 56, (uint16_t)checksum);
		assert_int_equal(is_query(&frame), checksum == 0x1c1e);
	}
}

static void solicitation_of_every_length(void **state)
{
	struct frame_bytes frame = FRAME(solicitation);

	(void)state;
	for (frame.length = 0; frame.length <= 100; frame.length++)
		assert_int_equal(is_query(&frame), frame.length >= 86);
	frame.length = 86;
	/* 24: the message without its option; between, an option is cut. */
	for (uint32_t payload = 0; payload <= 40; payload++) {
		store_u16(frame.bytes + 18, (uint16_t)payload);
		mend(&frame);
		assert_int_equal(is_query(&frame), payload == 24 || payload == 32);
	}
	for (uint32_t payload = 33; payload <= UINT16_MAX; payload++) {
		store_u16(frame.bytes + 18, (uint16_t)payload);
		assert_false(is_query(&frame));
	}
}

/* A nonce (RFC 7527) and options that nobody knows are passed over. */
static void solicitation_may_have_other_options(void **state)
{
	struct frame_bytes frame = FRAME(solicitation);

	(void)state;
	memcpy(frame.bytes + 86, "\x0e\x01\x11\x22\x33\x44\x55\x66\xfd\x02", 10);
	frame.length = 110;
	store_u16(frame.bytes + 18, 110 - 54);
	mend(&frame);
	expect_answer(&frame, false, advertisement, sizeof(advertisement));
}

static void duplicate_address_detection_must_be_valid(void **state)
{
	struct frame_bytes frame = FRAME(solicitation);

	(void)state;
	/* With a source link-layer option. */
	memset(frame.bytes + 22, 0, 16);
	mend(&frame);
	assert_false(is_query(&frame));
	/* Sent to the address itself. */
	frame = FRAME(dad_solicitation);
	memcpy(frame.bytes + 38, frame.bytes + 62, 16);
	mend(&frame);
	assert_false(is_query(&frame));
}

/* Sent to the address itself, but to a group of stations. */
static void solicitation_to_the_target_is_a_query(void **state)
{
	struct frame_bytes frame = FRAME(solicitation);

	(void)state;
	memcpy(frame.bytes + 38, frame.bytes + 62, 16);
	mend(&frame);
	expect_answer(&frame, false, advertisement, sizeof(advertisement));
}

static void tagged_frame_is_no_query(void **state)
{
	struct frame_bytes frame = FRAME(arp_request);

	(void)state;
	memmove(frame.bytes + 16, frame.bytes + 12, 30);
	memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
	frame.length = 46;
	assert_false(is_query(&frame));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_request_is_answered_byte_for_byte),
		cmocka_unit_test(arp_probe_is_answered),
		cmocka_unit_test(gratuitous_arp_is_no_query),
		cmocka_unit_test(arp_probe_of_a_station_goes_to_it),
		cmocka_unit_test(arp_of_another_kind_is_no_query),
		cmocka_unit_test(arp_with_a_sender_that_is_not_the_source_is_no_query),
		cmocka_unit_test(arp_for_an_address_of_no_host_is_no_query),
		cmocka_unit_test(arp_of_every_length),
		cmocka_unit_test(solicitation_is_answered_byte_for_byte),
		cmocka_unit_test(router_says_so),
		cmocka_unit_test(duplicate_address_detection_is_answered_to_all_nodes),
		cmocka_unit_test(unsolicited_advertisement_is_no_query),
		cmocka_unit_test(solicitation_must_be_valid),
		cmocka_unit_test(solicitation_of_every_checksum),
		cmocka_unit_test(solicitation_of_every_length),
		cmocka_unit_test(solicitation_may_have_other_options),
		cmocka_unit_test(duplicate_address_detection_must_be_valid),
		cmocka_unit_test(solicitation_to_the_target_is_a_query),
		cmocka_unit_test(tagged_frame_is_no_query),
	};

	return cmocka_run_group_tests_name("neighbour", tests, NULL, NULL);
}
