/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "icmp/too_big.h"

#include "guarded.h"

/* An offending frame behind the room for its answer: 02:..:0a sends to 02:..:0b. */
struct offence {
	uint8_t room[ICMP_TOO_BIG_ROOM];
	uint8_t frame[1700];
	uint32_t length;
	uint32_t l3; /* offset of the IP header */
};

/* What fits: an IP packet of 1,450 bytes in an untagged frame. */
#define FRAME_MAX_BYTES 1464

/* 10.0.0.1 to 10.0.0.2, UDP, 1,500 bytes, TTL 7, DF; made by scapy, as are the messages below. */
static const uint8_t ipv4_packet[28] = {0x45, 0x00, 0x05, 0xdc, 0x12, 0x34, 0x40, 0x00, 0x07, 0x11,
					0x47, 0xdb, 0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02,
					0x03, 0xe8, 0x07, 0xd0, 0x05, 0xc8, 0xd4, 0xa3};
static const uint8_t ipv4_answer[28] = {0x45, 0x00, 0x02, 0x40, 0x00, 0x00, 0x40, 0x00, 0x40, 0x01,
					0x24, 0xbb, 0x0a, 0x00, 0x00, 0x02, 0x0a, 0x00, 0x00, 0x01,
					0x03, 0x04, 0x11, 0x2e, 0x00, 0x00, 0x05, 0xaa};
/* 2001:db8::1 to 2001:db8::2, UDP, 1,500 bytes. */
static const uint8_t ipv6_packet[48] = {0x60, 0x00, 0x00, 0x00, 0x05, 0xb4, 0x11, 0x07, 0x20, 0x01,
					0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x01, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
					0x03, 0xe8, 0x07, 0xd0, 0x05, 0xb4, 0x8d, 0x59};
static const uint8_t ipv6_answer[48] = {0x60, 0x00, 0x00, 0x00, 0x04, 0xd8, 0x3a, 0x40, 0x20, 0x01,
					0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x02, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
					0x02, 0x00, 0x26, 0xd8, 0x00, 0x00, 0x05, 0xaa};

static struct offence offence_of(unsigned int tags, uint16_t ethertype, const uint8_t *packet,
				 size_t packet_bytes)
{
	struct offence offence = {.frame = {0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a}};
	uint32_t at = 12;

	memset(offence.room, 0xee, sizeof(offence.room));
	for (unsigned int i = 0; i < tags; i++, at += 4) {
		store_u16(offence.frame + at, i + 1 < tags ? 0x88a8 : 0x8100);
		store_u16(offence.frame + at + 2, (uint16_t)(0x6000 + i));
	}
	store_u16(offence.frame + at, ethertype);
	offence.l3 = at + 2;
	memcpy(offence.frame + offence.l3, packet, packet_bytes);
	offence.length = offence.l3 + 1500;
	return offence;
}

static struct offence ipv4_offence(unsigned int tags)
{
	return offence_of(tags, 0x0800, ipv4_packet, sizeof(ipv4_packet));
}

static struct offence ipv6_offence(unsigned int tags)
{
	return offence_of(tags, 0x86dd, ipv6_packet, sizeof(ipv6_packet));
}

static void mend(struct offence *offence)
{
	uint8_t *ip = offence->frame + offence->l3;

	store_u16(ip + 10, 0);
	store_u16(ip + 10, slow_checksum(ip, (ip[0] & 0x0f) * 4u, 0));
}

static void expect_no_answer(const struct offence *offence, uint32_t frame_max_bytes)
{
	struct offence after = *offence;
	const struct icmp_answer answer =
		icmp_too_big_build(after.frame, after.length, frame_max_bytes);

	assert_int_equal(answer.length, 0);
	assert_int_equal(answer.prepended, 0);
	assert_memory_equal(after.room, offence->room, sizeof(after.room));
	assert_memory_equal(after.frame, offence->frame, sizeof(after.frame));
}

/* Ethernet header swapped with tags kept, the `headers`, and `quoted` bytes of the packet. */
static void expect_answer(const struct offence *offence, uint32_t frame_max_bytes,
			  const uint8_t *headers, uint32_t header_bytes, uint32_t quoted)
{
	struct offence after = *offence;
	const struct icmp_answer answer =
		icmp_too_big_build(after.frame, after.length, frame_max_bytes);
	const uint8_t *at = after.frame - answer.prepended;

	assert_int_equal(answer.prepended, header_bytes);
	assert_int_equal(answer.length, offence->l3 + header_bytes + quoted);
	assert_memory_equal(at, offence->frame + 6, 6);
	assert_memory_equal(at + 6, offence->frame, 6);
	assert_memory_equal(at + 12, offence->frame + 12, offence->l3 - 12);
	assert_memory_equal(at + offence->l3, headers, header_bytes);
	assert_memory_equal(at + offence->l3 + header_bytes, offence->frame + offence->l3, quoted);
}

static void fragmentation_needed_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned int tags = 0; tags <= 2; tags++) {
		const struct offence offence = ipv4_offence(tags);

		/* The MTU is that of a packet behind the tags. */
		expect_answer(&offence, FRAME_MAX_BYTES + tags * 4, ipv4_answer,
			      sizeof(ipv4_answer), 548);
	}
}

static void packet_too_big_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned int tags = 0; tags <= 2; tags++) {
		const struct offence offence = ipv6_offence(tags);

		expect_answer(&offence, FRAME_MAX_BYTES + tags * 4, ipv6_answer,
			      sizeof(ipv6_answer), 1232);
	}
}

/* A packet that is shorter than what may be quoted is quoted whole, and no padding of its frame. */
static void short_packets_are_quoted_whole(void **state)
{
	struct offence offence = ipv4_offence(0);
	struct offence after;
	struct icmp_answer answer;
	const uint8_t *ip;

	(void)state;
	/* An answer takes at least an MTU of 576 to be sent: 577 bytes are the shortest packet. */
	store_u16(offence.frame + 14 + 2, 577);
	mend(&offence);
	after = offence;
	answer = icmp_too_big_build(after.frame, after.length, 14 + 576);
	assert_int_equal(answer.length, 14 + 576);
	ip = after.frame - answer.prepended + 14;
	assert_int_equal(slow_checksum(ip, 20, 0), 0);
	assert_int_equal(slow_checksum(ip + 20, 556, 0), 0);
	assert_int_equal(ip[26] << 8 | ip[27], 576);
}

/* Packets with options are quoted with them. */
static void ipv4_options_are_quoted(void **state)
{
	struct offence offence = ipv4_offence(0);
	struct offence after;
	struct icmp_answer answer;

	(void)state;
	offence.frame[14] = 0x46;
	mend(&offence);
	after = offence;
	answer = icmp_too_big_build(after.frame, after.length, FRAME_MAX_BYTES);
	assert_int_equal(answer.length, 14 + 576);
	assert_memory_equal(after.frame + 14, offence.frame + 14, 548);
	offence.frame[36] ^= 1; /* the header's checksum is over its options too */
	expect_no_answer(&offence, FRAME_MAX_BYTES);
}

/* The frame is longer than what fits, for its padding: its packet is not. */
static void packets_that_fit_are_not_answered(void **state)
{
	struct offence v4 = ipv4_offence(0);
	struct offence v6 = ipv6_offence(0);

	(void)state;
	for (uint32_t total = 1440; total <= 1460; total++) {
		struct offence after;

		store_u16(v4.frame + 16, (uint16_t)total);
		mend(&v4);
		store_u16(v6.frame + 18, (uint16_t)(total - 40));
		after = v4;
		assert_int_equal(
			icmp_too_big_build(after.frame, after.length, FRAME_MAX_BYTES).length > 0,
			total > 1450);
		after = v6;
		assert_int_equal(
			icmp_too_big_build(after.frame, after.length, FRAME_MAX_BYTES).length > 0,
			total > 1450);
	}
}

static void frames_to_a_group_are_not_answered(void **state)
{
	struct offence offence = ipv4_offence(0);

	(void)state;
	memset(offence.frame, 0xff, 6);
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	memcpy(offence.frame, "\x01\x00\x5e\x00\x00\x05", 6);
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	offence = ipv6_offence(0);
	memcpy(offence.frame, "\x33\x33\x00\x00\x00\x01", 6);
	expect_no_answer(&offence, FRAME_MAX_BYTES);
}

static void ipv4_needs_df_and_no_offset(void **state)
{
	(void)state;
	for (uint32_t field = 0; field <= UINT16_MAX; field++) {
		struct offence offence = ipv4_offence(0);

		store_u16(offence.frame + 20, (uint16_t)field);
		mend(&offence);
		assert_int_equal(
			icmp_too_big_build(offence.frame, offence.length, FRAME_MAX_BYTES).length >
				0,
			(field & 0x4000) && !(field & 0x1fff));
	}
}

static void ipv4_to_or_from_no_host_is_not_answered(void **state)
{
	static const uint8_t first_bytes[] = {0, 127, 224, 239, 240, 255};

	(void)state;
	for (size_t i = 0; i < sizeof(first_bytes); i++) {
		struct offence offence = ipv4_offence(0);

		offence.frame[26] = first_bytes[i];
		mend(&offence);
		expect_no_answer(&offence, FRAME_MAX_BYTES);
		offence = ipv4_offence(0);
		offence.frame[30] = first_bytes[i];
		mend(&offence);
		expect_no_answer(&offence, FRAME_MAX_BYTES);
	}
}

/* RFC 1122 section 3.2.2: of all types, errors alone stay unanswered. */
static void icmp_errors_are_not_answered(void **state)
{
	(void)state;
	for (uint32_t type = 0; type <= UINT8_MAX; type++) {
		struct offence offence = ipv4_offence(0);
		const bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;

		offence.frame[23] = 1;
		offence.frame[34] = (uint8_t)type;
		mend(&offence);
		assert_int_equal(
			icmp_too_big_build(offence.frame, offence.length, FRAME_MAX_BYTES).length ==
				0,
			error);
	}
}

/* RFC 4443 section 2.4(e): errors, which are types below 128, and redirects. */
static void icmpv6_errors_are_not_answered(void **state)
{
	(void)state;
	for (uint32_t type = 0; type <= UINT8_MAX; type++) {
		struct offence offence = ipv6_offence(0);

		offence.frame[20] = 58;
		offence.frame[54] = (uint8_t)type;
		assert_int_equal(
			icmp_too_big_build(offence.frame, offence.length, FRAME_MAX_BYTES).length ==
				0,
			type < 128 || type == 137);
	}
}

static bool is_answered_behind(const uint8_t *extension, uint32_t extension_bytes, uint8_t first)
{
	struct offence offence = ipv6_offence(0);

	offence.frame[20] = first;
	memcpy(offence.frame + 54, extension, extension_bytes);
	offence.frame[54 + extension_bytes] = 1; /* Destination Unreachable, if it is ICMPv6 */
	return icmp_too_big_build(offence.frame, offence.length, FRAME_MAX_BYTES).length > 0;
}

static void icmpv6_errors_are_found_behind_extension_headers(void **state)
{
	static const uint8_t first_types[] = {0, 43, 60};

	(void)state;
	for (size_t i = 0; i < sizeof(first_types); i++) {
		const uint8_t to_icmp[8] = {58, 0};
		const uint8_t to_udp[8] = {17, 0};
		const uint8_t long_to_icmp[24] = {58, 2};
		const uint8_t two_to_icmp[16] = {60, 0, [8] = 58, 0};

		assert_false(is_answered_behind(to_icmp, 8, first_types[i]));
		assert_true(is_answered_behind(to_udp, 8, first_types[i]));
		assert_false(is_answered_behind(long_to_icmp, 24, first_types[i]));
		assert_false(is_answered_behind(two_to_icmp, 16, first_types[i]));
	}
}

static void ipv6_fragments_but_the_first_are_not_answered(void **state)
{
	(void)state;
	for (uint32_t field = 0; field <= UINT16_MAX; field++) {
		const uint8_t fragment[8] = {17, 0, (uint8_t)(field >> 8), (uint8_t)field};

		assert_int_equal(is_answered_behind(fragment, 8, 44), (field & 0xfff8) == 0);
	}
	assert_false(is_answered_behind((const uint8_t[8]){58}, 8, 44));
}

/* Extension headers that lead out of the packet, or never end. */
static void ipv6_that_hides_its_payload_is_not_answered(void **state)
{
	uint8_t endless[128];

	(void)state;
	assert_false(is_answered_behind((const uint8_t[8]){58, 255}, 8, 0));
	for (size_t at = 0; at < sizeof(endless); at += 8)
		memcpy(endless + at, (const uint8_t[8]){60}, 8);
	assert_false(is_answered_behind(endless, sizeof(endless), 60));
}

static void ipv6_to_or_from_no_host_is_not_answered(void **state)
{
	(void)state;
	for (uint32_t at = 22; at <= 38; at += 16) {
		struct offence offence = ipv6_offence(0);

		offence.frame[at] = 0xff;
		expect_no_answer(&offence, FRAME_MAX_BYTES);
		memset(offence.frame + at, 0, 16);
		expect_no_answer(&offence, FRAME_MAX_BYTES);
		offence.frame[at + 15] = 1;
		expect_no_answer(&offence, FRAME_MAX_BYTES);
	}
}

static void broken_packets_are_not_answered(void **state)
{
	struct offence offence = ipv4_offence(0);

	(void)state;
	offence.frame[24] ^= 1; /* checksum */
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	offence = ipv4_offence(0);
	offence.frame[14] = 0x44;
	mend(&offence);
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	offence.frame[14] = 0x65;
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	/* Cut short. */
	offence = ipv4_offence(0);
	offence.length--;
	expect_no_answer(&offence, FRAME_MAX_BYTES);
	offence = ipv6_offence(0);
	offence.length--;
	expect_no_answer(&offence, FRAME_MAX_BYTES);
}

static void what_is_no_ip_is_not_answered(void **state)
{
	const struct offence mpls = offence_of(0, 0x8847, ipv4_packet, sizeof(ipv4_packet));
	const struct offence tags = ipv4_offence(3);

	(void)state;
	expect_no_answer(&mpls, FRAME_MAX_BYTES);
	expect_no_answer(&tags, FRAME_MAX_BYTES);
}

static void no_mtu_below_the_least_is_told(void **state)
{
	const struct offence v4 = ipv4_offence(0);
	const struct offence v6 = ipv6_offence(0);
	struct offence after = v4;

	(void)state;
	for (uint32_t frame_max = 0; frame_max < 14 + 576; frame_max++)
		expect_no_answer(&v4, frame_max);
	for (uint32_t frame_max = 0; frame_max < 14 + 1280; frame_max++)
		expect_no_answer(&v6, frame_max);
	assert_true(icmp_too_big_build(after.frame, after.length, 14 + 576).length > 0);
	after = v6;
	assert_true(icmp_too_big_build(after.frame, after.length, 14 + 1280).length > 0);
}

/* Lengths that have nothing to do with what the headers say, against a guard. */
static void frames_of_every_length_are_read_within(void **state)
{
	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		for (uint32_t length = 0; length < 1514; length++) {
			struct offence offence = family == 4 ? ipv4_offence(0) : ipv6_offence(0);
			uint8_t *copy = guarded_copy(offence.room, sizeof(offence.room) + length);

			assert_int_equal(icmp_too_big_build(copy + sizeof(offence.room), length,
							    FRAME_MAX_BYTES)
						 .length,
					 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragmentation_needed_byte_for_byte),
		cmocka_unit_test(packet_too_big_byte_for_byte),
		cmocka_unit_test(short_packets_are_quoted_whole),
		cmocka_unit_test(ipv4_options_are_quoted),
		cmocka_unit_test(packets_that_fit_are_not_answered),
		cmocka_unit_test(frames_to_a_group_are_not_answered),
		cmocka_unit_test(ipv4_needs_df_and_no_offset),
		cmocka_unit_test(ipv4_to_or_from_no_host_is_not_answered),
		cmocka_unit_test(icmp_errors_are_not_answered),
		cmocka_unit_test(icmpv6_errors_are_not_answered),
		cmocka_unit_test(icmpv6_errors_are_found_behind_extension_headers),
		cmocka_unit_test(ipv6_fragments_but_the_first_are_not_answered),
		cmocka_unit_test(ipv6_that_hides_its_payload_is_not_answered),
		cmocka_unit_test(ipv6_to_or_from_no_host_is_not_answered),
		cmocka_unit_test(broken_packets_are_not_answered),
		cmocka_unit_test(what_is_no_ip_is_not_answered),
		cmocka_unit_test(no_mtu_below_the_least_is_told),
		cmocka_unit_test(frames_of_every_length_are_read_within),
	};

	return cmocka_run_group_tests_name("too_big", tests, NULL, NULL);
}
